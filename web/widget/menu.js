import { caseList, ownCases } from "./case-card.js";
import { el, iconButton } from "./dom.js";

/**
 * Behind the icon at the top right: ongoing and closed chats, a new one, and the way out.
 *
 * @param {import("./desk.js").Desk} desk
 */
export function openMenu(desk) {
  const ending = new AbortController();
  const lists = el("div", { className: "menu-lists" });
  const leave = (/** @type {() => void} */ action) => () => {
    sheet.close();
    action();
  };
  const sheet = el(
    "dialog",
    {
      className: "menu",
      "aria-labelledby": "menu-title",
      onclose: () => {
        ending.abort();
        sheet.remove();
      },
      onclick: (/** @type {MouseEvent} */ event) => event.target === sheet && sheet.close(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && event.stopPropagation(),
    },
    el("header", {}, el("h2", { id: "menu-title" }, "Your chats"), iconButton("Close the menu", "close", () => sheet.close())),
    el("button", { type: "button", className: "primary", onclick: leave(() => desk.newChat()) }, "Start a new chat"),
    lists,
    el(
      "footer",
      {},
      el("p", { dir: "auto" }, "Signed in as ", el("strong", {}, `${desk.guest.firstName} ${desk.guest.lastName}`)),
      el("button", { type: "button", className: "link", onclick: leave(() => desk.signOut()) }, "Sign out"),
    ),
  );

  const draw = () => {
    const { open, over } = ownCases(desk);
    const chosen = () => sheet.close();
    const part = (/** @type {string} */ title, /** @type {any[]} */ cases, /** @type {string} */ none) =>
      el("section", {}, el("h3", {}, title), cases.length > 0 ? caseList(desk, cases, { current: desk.currentCase, chosen }) : el("p", { className: "help" }, none));
    lists.replaceChildren(part("Ongoing", open, "No chat is open."), part("Closed", over, "No closed chat yet."));
  };
  for (const name of ["summary", "gone", "watched"]) desk.client?.addEventListener(name, draw, { signal: ending.signal });
  draw();
  document.body.append(sheet);
  sheet.showModal();
}
