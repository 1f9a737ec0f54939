// What can be done with a letter's text: its links and its one-time code, found without making HTML of it.

const LINK = /https?:\/\/[^\s<>"']+/g;
const TRAILING = /[.,;:!?)\]]+$/;
const CODE = /(?<!\d)\d{6}(?!\d)/;

/**
 * Cuts a text into plain pieces and links. Put together again, the pieces are the text.
 * @param {string} text
 * @returns {{text: string, link: boolean}[]}
 */
export function pieces(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const link = match[0].replace(TRAILING, ""); // the sentence's, not the address's
    if (!URL.canParse(link)) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index), link: false });
    found.push({ text: link, link: true });
    end = match.index + link.length;
  }
  if (end < text.length) found.push({ text: text.slice(end), link: false });
  return found;
}

/**
 * The one-time code of a letter.
 * @param {string} text
 * @returns {string | null}
 */
export function codeIn(text) {
  return CODE.exec(text)?.[0] ?? null;
}
