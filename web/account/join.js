// Where the link of an invitation, or of a forgotten password, leads: to a password of one's own.
import { request } from "../shared/http.js";
import { serve } from "./form.js";

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const link = location.pathname.slice("/join/".length);

/** @param {string} words */
function over(words) {
  byId("title").textContent = "This link opens nothing";
  byId("lead").textContent = words;
  byId("form").hidden = true;
}

try {
  const bearer = await request("GET", `/api/v1/members/links/${encodeURIComponent(link)}`);
  byId("organisation").textContent = bearer.organisation;
  byId("title").textContent = bearer.isInvitation ? `Welcome, ${bearer.name}` : "Choose a new password";
  byId("lead").textContent = bearer.isInvitation
    ? `Choose a password for your account at ${bearer.organisation}. From then on you sign in with it.`
    : "The old one ends with it, and so does every session that was signed in.";
  /** @type {HTMLInputElement} */ (byId("email")).value = bearer.email;
  const form = /** @type {HTMLFormElement} */ (byId("form"));
  form.hidden = false;
  byId("password").focus();
  serve(form, {
    path: "/api/v1/members/join",
    shape: ({ password }) => ({ link, password }),
    done: () => location.replace("/dashboard"),
    failed: (error) => {
      if (error.code !== "link_expired") return false;
      over(error.message);
      return true;
    },
  });
} catch (error) {
  over(/** @type {Error} */ (error).message);
  // Who was invited asks the administrator; who has a password asks here.
  byId("other").hidden = false;
}
