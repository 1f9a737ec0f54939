import { isolated } from "../../shared/text.js";

/**
 * Who is writing, to whom: a private note is not on its way to the guest.
 *
 * @param {{name?: string, private?: boolean}[]} who
 */
export function typingWords(who) {
  const names = (/** @type {boolean} */ isPrivate) =>
    who.filter((person) => Boolean(person.private) === isPrivate).map(({ name }) => isolated(name || "The guest"));
  const sentence = (/** @type {string[]} */ some, /** @type {string} */ what) =>
    some.length > 0 ? `${some.join(", ")} ${some.length > 1 ? "are" : "is"} writing${what} …` : "";
  return [sentence(names(false), ""), sentence(names(true), " a private note")].filter(Boolean).join(" ");
}
