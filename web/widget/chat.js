import { request } from "../shared/http.js";
import { button, el } from "./dom.js";
import { Desk } from "./desk.js";
import { Frame } from "./frame.js";
import { followViewport } from "./viewport.js";

/** /chat/TEAM and /chat/TEAM/CASE */
const [, team, caseId] = location.pathname.match(/^\/chat\/([^/]+)(?:\/([^/]+))?\/?$/) ?? [];
const frame = new Frame();
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
    new Desk(place, frame, entry, caseId ? decodeURIComponent(caseId) : null).begin(guest);
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    const isUnknown = code === "no_such_team";
    const moved = "Its address may have changed. Please look for it on the clinic’s website.";
    place.replaceChildren(
      el(
        "main",
        { className: "loading" },
        el("h1", {}, isUnknown ? "This chat does not exist" : "The chat cannot be opened"),
        el("p", {}, isUnknown ? moved : message),
        !isUnknown && button("Try again", "primary", begin),
        // Full-screen on a phone there is no other way back to the clinic's page.
        frame.isEmbedded && button("Close", "secondary", () => frame.close()),
      ),
    );
  }
}

followViewport();
begin();
