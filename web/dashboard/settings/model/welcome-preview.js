/**
 * An automatic message as a guest gets it: `{wait}` becomes the minutes; while nobody can tell them, each sentence with it
 * is left out. The server does the same (Sources/CaseMachine/Decisions/Opening.swift).
 *
 * @param {string} text
 * @param {number | null} wait minutes
 */
export function preview(text, wait) {
  if (wait !== null) return text.replaceAll("{wait}", String(wait));
  return sentences(text).filter((sentence) => !sentence.includes("{wait}")).join(" ");
}

/** @param {string} text */
function sentences(text) {
  const found = [];
  let sentence = "";
  for (const word of text.split(/\s+/u).filter(Boolean)) {
    if (/[.!?]$/u.test(sentence) && !/^\p{Ll}/u.test(word) && !word.startsWith("{")) {
      found.push(sentence);
      sentence = "";
    }
    sentence += sentence === "" ? word : ` ${word}`;
  }
  return [...found, sentence];
}
