import { button, el } from "./dom.js";
import { signIn } from "./sign-in.js";

/**
 * The code was right, but this browser keeps no cookie for a page inside another site's. Loaded when it comes to that.
 *
 * @param {import("./desk.js").Desk} desk
 * @returns {import("./desk.js").Screen}
 */
export function blockedCookies(desk) {
  const { href } = new URL(`/chat/${encodeURIComponent(desk.entry.team.id)}`, location.href);
  const element = el(
    "div",
    { className: "page" },
    el("h1", {}, "One more step"),
    el(
      "p",
      { className: "lead" },
      "Inside another website, your browser does not let the chat remember you. ",
      "Open it in a new tab. You will be sent another code.",
    ),
    el("a", { className: "primary", href, target: "_blank", rel: "noopener" }, "Open the chat in a new tab"),
    button("Try again here", "link", () => desk.show(signIn(desk))),
  );
  return { element, name: "One more step" };
}
