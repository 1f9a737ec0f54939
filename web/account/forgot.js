// Sends a link for a new password, and says the same whether or not the address is a member's.
import { serve } from "./form.js";

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (byId("form"));
form.hidden = false;
byId("email").focus();
serve(form, {
  path: "/api/v1/members/forgot",
  done: () => {
    const address = /** @type {HTMLInputElement} */ (byId("email")).value.trim();
    form.hidden = true;
    byId("lead").hidden = true;
    const sent = byId("sent");
    sent.hidden = false;
    sent.textContent = `If ${address} is a member’s address, a link is on its way to it. It works for an hour; look into the `
      + "spam folder, too.";
  },
});
