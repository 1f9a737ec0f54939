import { isMine, isOpen, isUnassigned } from "./inbox.js";

/**
 * Whether a change of a case is new work for this member: worth a sound, and worth being told to a screen reader.
 *
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {"waiting" | "message" | "handed" | null} News
 *
 * @param {Summary | undefined} before
 * @param {Summary} after
 * @param {string} me
 * @returns {News}
 */
export function news(before, after, me) {
  if (!isOpen(after) || after.phase === "intake") return null;
  if (isUnassigned(after)) return newsOfQueue(before, after);
  if (!isMine(after, me)) return null;
  if (before && !isMine(before, me) && before.phase !== "waiting") return "handed";
  return hasNewMessage(before, after) ? "message" : null;
}

/**
 * @param {Summary | undefined} before
 * @param {Summary} after
 */
function newsOfQueue(before, after) {
  if (after.phase === "snoozed") return null;
  const isNewHere = !before || before.phase === "intake" || !isOpen(before) || !isUnassigned(before);
  if (isNewHere && after.unansweredSince !== null) return "waiting";
  if (before && before.alerts < after.alerts) return "waiting";
  return hasNewMessage(before, after) ? "message" : null;
}

/**
 * @param {Summary | undefined} before
 * @param {Summary} after
 */
const hasNewMessage = (before, after) => after.unread > (before?.unread ?? 0);
