const ADDRESS = /\bhttps?:\/\/[^\s<>"'\x60\\^{|}\u200B-\u200F\u202A-\u202E\u2060-\u2069]+/giu;
/** What ends a sentence rather than an address. */
const TRAILING = ".,;:!?…»”’]";

/**
 * Finds what may become a link: http and https only, parsed by the browser's own rules, without a name and password
 * before the host (these only serve to deceive). The pieces joined are the text again.
 *
 * @param {string} text
 * @returns {{text: string, href?: string}[]}
 */
export function pieces(text) {
  /** @type {{text: string, href?: string}[]} */
  const found = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || url.username !== "" || url.password !== "" || url.hostname === "") continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: address, href: url.href });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/**
 * Without what the sentence around it added; a closing bracket stays if it was opened inside. One pass from the end: a
 * text of nothing but brackets must not cost its length squared.
 *
 * @param {string} match
 */
function trimmed(match) {
  let unopened = 0;
  for (const character of match) unopened += character === ")" ? 1 : character === "(" ? -1 : 0;
  let end = match.length;
  for (; end > 0; end -= 1) {
    const last = match[end - 1];
    if (last === ")" && unopened > 0) unopened -= 1;
    else if (!TRAILING.includes(last)) break;
  }
  return match.slice(0, end);
}

/**
 * Text that somebody else wrote, as nodes: text stays text, addresses become links that give nothing away.
 *
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function asNodes(text) {
  const fragment = document.createDocumentFragment();
  for (const piece of pieces(text)) {
    if (piece.href === undefined) {
      fragment.append(piece.text);
      continue;
    }
    const link = document.createElement("a");
    link.href = piece.href;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow ugc";
    link.textContent = piece.text;
    fragment.append(link);
  }
  return fragment;
}

/**
 * A name written from the right must not turn the sentence around it.
 *
 * @param {string} name
 */
export const isolated = (name) => (/[\u0590-\u08ff\ufb1d-\ufefc]/u.test(name) ? `\u2068${name}\u2069` : name);
