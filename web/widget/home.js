import { caseList, ownCases } from "./case-card.js";
import { button, el } from "./dom.js";

/**
 * Signed in: go on with an open chat, or start another. Who has none starts at once.
 *
 * @param {import("./desk.js").Desk} desk
 * @returns {import("./desk.js").Screen}
 */
export function home(desk) {
  const { client } = desk;
  const place = el("div", {});
  const element = el("div", { className: "page" }, el("h1", { dir: "auto" }, `Hello, ${desk.guest.firstName}`), place);
  const ending = new AbortController();
  let isListed = client?.welcome !== null && (client?.cases.size ?? 0) > 0;

  const draw = () => {
    if (!isListed) {
      place.replaceChildren(el("p", { className: "loading", role: "status" }, "Looking for your chats …"));
      return;
    }
    const { open, over } = ownCases(desk);
    if (open.length === 0 && over.length === 0) {
      desk.newChat();
      return;
    }
    const invitation = open.length > 0
      ? "Go on with an open chat, or start a new one."
      : "You have no open chat. How can we help today?";
    const list = el(
      "div",
      { className: "stack" },
      el("p", { className: "lead" }, invitation),
      open.length > 0 && caseList(desk, open),
      button("Start a new chat", open.length > 0 ? "secondary" : "primary", () => desk.newChat()),
      open.length === 0 && button("Read earlier chats", "link", () => desk.menu()),
    );
    place.replaceChildren(list);
  };
  const { signal } = ending;
  client?.addEventListener("watched", () => { isListed = true; draw(); }, { signal });
  for (const name of ["summary", "gone"]) client?.addEventListener(name, () => isListed && draw(), { signal });
  draw();
  return { element, name: "Your chats", leave: () => ending.abort() };
}
