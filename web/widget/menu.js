import { caseList, ownCases } from "./case-card.js";
import { button, el, iconButton } from "./dom.js";

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
    el(
      "header",
      {},
      el("h2", { id: "menu-title" }, "Your chats"),
      iconButton("Close the menu", "close", () => sheet.close()),
    ),
    button("Start a new chat", "primary", leave(() => desk.newChat())),
    lists,
    el(
      "footer",
      {},
      el("p", { dir: "auto" }, "Signed in as ", el("strong", {}, `${desk.guest.firstName} ${desk.guest.lastName}`)),
      button("Sign out", "link", leave(() => desk.signOut())),
    ),
  );

  const draw = () => {
    const { open, over } = ownCases(desk);
    const chosen = () => sheet.close();
    const current = desk.currentCase;
    const part = (/** @type {string} */ title, /** @type {any[]} */ cases, /** @type {string} */ none) => {
      const list = cases.length > 0 ? caseList(desk, cases, { current, chosen }) : el("p", { className: "help" }, none);
      return el("section", {}, el("h3", {}, title), list);
    };
    lists.replaceChildren(part("Ongoing", open, "No chat is open."), part("Closed", over, "No closed chat yet."));
  };
  const { signal } = ending;
  for (const name of ["summary", "gone", "watched"]) desk.client?.addEventListener(name, draw, { signal });
  draw();
  document.body.append(sheet);
  sheet.showModal();
}
