import { request } from "../shared/http.js";
import { el } from "./dom.js";
import { Desk } from "./desk.js";

/** /chat/TEAM and /chat/TEAM/CASE */
const [, team, caseId] = location.pathname.match(/^\/chat\/([^/]+)(?:\/([^/]+))?\/?$/) ?? [];
const place = /** @type {HTMLElement} */ (document.getElementById("chat"));

async function begin() {
  place.replaceChildren(el("main", { className: "loading" }, el("p", { role: "status" }, "Opening the chat …")));
  try {
    const name = decodeURIComponent(team ?? "");
    const session = request("GET", "/api/v1/guests/session").catch((error) => {
      if (error.code === "sign_in") return null;
      throw error;
    });
    const [entry, guest] = await Promise.all([request("GET", `/api/v1/teams/${encodeURIComponent(name)}`), session]);
    new Desk(place, entry, caseId ? decodeURIComponent(caseId) : null).begin(guest);
  } catch (error) {
    const isUnknown = /** @type {any} */ (error).code === "no_such_team";
    place.replaceChildren(
      el(
        "main",
        { className: "loading" },
        el("h1", {}, isUnknown ? "This chat does not exist" : "The chat cannot be opened"),
        el("p", {}, isUnknown ? "Its address may have changed. Please look for it on the clinic’s website." : /** @type {Error} */ (error).message),
        !isUnknown && el("button", { type: "button", className: "primary", onclick: begin }, "Try again"),
      ),
    );
  }
}

begin();
