import { request } from "../../shared/http.js";

const base = "/api/v1/settings";

/** The addresses of docs/http.md, "Settings". */
export const api = {
  organisation: () => request("GET", `${base}/organisation`),
  /** @param {any} organisation @param {number} revision */
  saveOrganisation: (organisation, revision) => request("PUT", `${base}/organisation`, { revision, organisation }),
  teams: () => request("GET", `${base}/teams`),
  /** @param {string} name @param {string} timeZone */
  newTeam: (name, timeZone) => request("POST", `${base}/teams`, { name, timeZone }),
  /** @param {string} id */
  team: (id) => request("GET", `${base}/teams/${encodeURIComponent(id)}`),
  /** @param {string} id @param {any} parts @param {number} revision */
  saveTeam: (id, parts, revision) => request("PUT", `${base}/teams/${encodeURIComponent(id)}`, { revision, ...parts }),
  members: () => request("GET", `${base}/members`),
  /** @param {string} id @param {any} member @param {number} revision */
  saveMember: (id, member, revision) =>
    request("PUT", `${base}/members/${encodeURIComponent(id)}`, { revision, member }),
  roles: () => request("GET", `${base}/roles`),
  /** @param {any[]} roles @param {number} revision */
  saveRoles: (roles, revision) => request("PUT", `${base}/roles`, { revision, roles }),
  changes: () => request("GET", `${base}/changes`),
};
