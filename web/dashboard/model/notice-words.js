/**
 * What became of the SMS or e-mail that an event has caused, as the server tells it beside the log.
 *
 * @typedef {"waiting" | "trying" | "sent" | "delivered" | "failed" | "dead" | "cancelled"} NoticeState
 * @typedef {{case: string, seq: number, state: NoticeState, channel: "sms" | "email" | null, dueAt: number,
 *   at: number | null, lateMilliseconds: number | null, mayHaveGoneTwice: boolean, letters: number}} Notice
 */

/** A team reads these, and has to do something about them. */
const grave = new Set(["failed", "dead"]);

/** @param {Notice | undefined} notice */
export const isGrave = (notice) => notice !== undefined && (grave.has(notice.state) || notice.mayHaveGoneTwice);

/** @param {Notice} notice @returns {string} as "SMS sent 4 s after it was due · delivered" */
export function noticeWords(notice) {
  const what = name(notice);
  const twice = notice.mayHaveGoneTwice ? " · may have gone out twice" : "";
  switch (notice.state) {
    case "waiting":
      return `${what} is about to go out`;
    case "trying":
      return `${what} could not be sent yet: trying again`;
    case "sent":
      return `${what} sent ${late(notice)}${twice}`;
    case "delivered":
      return `${what} sent ${late(notice)} · delivered${twice}`;
    case "failed":
      return `${what} sent ${late(notice)} · not delivered${twice}`;
    case "dead":
      return `${what} could not be sent: an administrator can send it again`;
    case "cancelled":
      return "Nothing was sent: nobody needed it any more";
    default:
      return "";
  }
}

/** @param {Notice} notice */
function name({ channel, letters }) {
  const many = letters > 1;
  if (channel === "sms") return many ? `${letters} SMS` : "SMS";
  if (channel === "email") return many ? `${letters} e-mails` : "E-mail";
  return many ? `${letters} notices` : "Notice";
}

/** @param {Notice} notice */
function late({ lateMilliseconds }) {
  const seconds = Math.round((lateMilliseconds ?? 0) / 1000);
  if (seconds < 1) return "when it was due";
  return `${span(seconds)} after it was due`;
}

/** @param {number} seconds */
function span(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
