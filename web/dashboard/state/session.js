import { request } from "../../shared/http.js";

/** Signing in and out over HTTP (docs/http.md, Members). */
export const session = {
  /** @returns {Promise<{id: string, name: string} | null>} null: nobody is signed in */
  async current() {
    try {
      return (await request("GET", "/api/v1/members/session")).member;
    } catch (error) {
      if (error.code === "sign_in") return null;
      throw error;
    }
  },

  /**
   * @param {string} email
   * @param {string} password
   * @returns {Promise<{id: string, name: string}>}
   */
  async signIn(email, password) {
    return (await request("POST", "/api/v1/members/login", { email, password })).member;
  },

  async signOut() {
    await request("POST", "/api/v1/members/logout");
  },

  /** @returns {Promise<string>} */
  async ticket() {
    return (await request("POST", "/api/v1/members/ticket")).ticket;
  },

  /** @param {string} team */
  async entry(team) {
    return request("GET", `/api/v1/teams/${encodeURIComponent(team)}`);
  },
};
