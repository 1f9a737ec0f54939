import { button, el } from "./dom.js";
import { form } from "./field.js";
import { enterCode, sendCode, signIn } from "./sign-in.js";

/**
 * For who comes by the link of a notice and is not signed in: the link says which chat it is, so nobody has to type who
 * they are, and the code goes to the contact of that chat. The link alone opens nothing.
 *
 * Loaded when it is needed: most visitors come without such a link.
 *
 * @param {import("./desk.js").Desk} desk
 * @param {string} chat
 * @returns {import("./desk.js").Screen}
 */
export function comeBack(desk, chat) {
  /** @type {import("./sign-in.js").Typed} */
  const typed = {
    firstName: "", lastName: "", kind: "phone", prefix: desk.entry.countryPrefix, number: "", email: "", chat,
  };
  const sheet = form({
    children: [],
    action: "Send me a code",
    submit: async () => {
      const sent = await sendCode(desk, typed);
      desk.show(enterCode(desk, { ...typed, kind: sent.to.includes("@") ? "email" : "phone" }, sent));
    },
    failed: () => false,
    also: [button("I use another number or address", "link", () => desk.show(signIn(desk)))],
  });
  const element = el(
    "div",
    { className: "page sign-in" },
    el("h1", {}, "Welcome back"),
    el(
      "p",
      { className: "lead" },
      "To open your chat, we send a code to the mobile number or e-mail address that you gave us for it.",
    ),
    sheet.element,
  );
  return { element, name: "Welcome back" };
}
