/**
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {import("./types.js").Guest} Guest
 */

/** @param {Guest | null | undefined} guest */
export const guestName = (guest) => (guest ? `${guest.firstName} ${guest.lastName}`.trim() || "Guest" : "Guest");

/** @param {Summary} summary */
export const topic = (summary) => summary.category?.name || summary.subject || "No subject";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * The first letters of the first and the last name, whole ones in any script.
 *
 * @param {string} name
 */
export function initials(name) {
  const words = name.split(/\s+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends
    .map((word) => [...graphemes.segment(word)][0]?.segment ?? "")
    .join("")
    .toLocaleUpperCase();
}

/**
 * One of a few quiet colours, always the same for the same person.
 *
 * @param {string} id
 * @param {number} [tints]
 */
export function tint(id, tints = 6) {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return hash % tints;
}
