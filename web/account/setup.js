// The first page of an empty house: makes the first organisation, its first team and its first administrator.
import { serve } from "./form.js";

/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id));

// Behind the #, which browsers keep to themselves: no log of a proxy has it.
const token = location.hash.slice(1);
input("token").value = token;
/** @type {HTMLElement} */ (document.getElementById("proof")).hidden = token !== "";
if (token) history.replaceState(null, "", "/");

input("timeZone").value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
const zones = Intl.supportedValuesOf?.("timeZone") ?? [];
document.getElementById("zones")?.replaceChildren(
  ...zones.map((zone) => Object.assign(document.createElement("option"), { value: zone })),
);

const form = /** @type {HTMLFormElement} */ (document.getElementById("form"));
form.hidden = false;
serve(form, {
  path: "/api/v1/setup",
  done: () => location.assign("/dashboard"),
  failed: (error) => {
    // Somebody else was faster: the page of a house that is set up says how to go on.
    if (error.code === "already_founded" || error.code === "no_such_address") location.reload();
    return false;
  },
});
form.querySelector("fieldset:not([hidden]) input")?.focus();
