/**
 * A letter that has failed, as the server tells administrators of it.
 *
 * @typedef {object} Letter
 * @property {string} id
 * @property {string} kind
 * @property {"dead" | "failed"} state
 * @property {string | null} case
 * @property {string | null} team
 * @property {string | null} member
 * @property {"sms" | "email" | null} channel
 * @property {number} dueAt
 * @property {number | null} at
 * @property {number} attempts
 * @property {string | null} reason
 * @property {boolean} mayHaveGone
 */

/** @type {Record<string, string>} */
const kinds = {
  missedResponse: "Unseen answer",
  firstResponse: "Nobody has answered",
  invitation: "Invitation",
  closing: "Closing notice",
};

/** @param {Letter} letter @returns {{what: string, why: string}} */
export function failedLetterWords(letter) {
  const channel = letter.channel === "sms" ? "SMS" : letter.channel === "email" ? "e-mail" : "notice";
  const to = letter.member ?? "the guest";
  const kind = kinds[letter.kind] ?? "Notice";
  const tries = letter.attempts === 1 ? "1 attempt" : `${letter.attempts} attempts`;
  const end = letter.state === "failed" ? "taken by the provider, but not delivered" : `given up after ${tries}`;
  const perhaps = letter.mayHaveGone ? " It may have gone out all the same." : "";
  const reason = letter.reason ? `: ${letter.reason}` : "";
  return { what: `${kind}: ${channel} to ${to}`, why: `${end[0].toUpperCase()}${end.slice(1)}${reason}.${perhaps}` };
}
