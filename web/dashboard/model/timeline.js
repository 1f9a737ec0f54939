import { describeAll } from "./event-words.js";
import { isGrave, noticeWords } from "./notice-words.js";

/**
 * A case's own history, newest first, and above it what will happen by itself.
 *
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {import("./notice-words.js").Notice} Notice
 * @typedef {{key: string, at: number, words: string, tone: "quiet" | "talk" | "step" | "warning", detail?: string,
 *   isGrave?: boolean}} Line what happened, and below it what became of the notice that it caused
 */

const talk = new Set(["message", "note", "automatic", "blast", "edited", "deleted"]);
const warnings = new Set(["alerted", "missedResponse", "assigneeLost", "closingWarned"]);

/**
 * @param {Entry[]} entries
 * @param {string} me
 * @param {(at: number) => string} moment
 * @param {Map<number, Notice>} [notices] by the number of their event
 * @returns {Line[]}
 */
export function timeline(entries, me, moment, notices = new Map()) {
  const lines = [];
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const { seq, event } = entries[index];
    const words = describeAll(event, me, moment);
    if (!words) continue;
    const notice = notices.get(seq);
    lines.push({
      key: String(seq), at: event.at, words, tone: toneOf(event.type),
      detail: notice && noticeWords(notice), isGrave: isGrave(notice),
    });
  }
  return lines;
}

/**
 * @param {string} type
 * @returns {Line["tone"]}
 */
function toneOf(type) {
  if (talk.has(type)) return "talk";
  return warnings.has(type) ? "warning" : "step";
}

/**
 * The deadlines ahead, the next one first.
 *
 * @param {Summary} summary
 * @param {number} now
 * @returns {Line[]}
 */
export function ahead(summary, now) {
  /** @type {Line[]} */
  const lines = [];
  /**
   * @param {string} key
   * @param {number | null} at
   * @param {string} words
   * @param {Line["tone"]} tone
   */
  const add = (key, at, words, tone) => {
    if (at !== null && at > now) lines.push({ key, at, words, tone });
  };
  if (summary.phase === "snoozed") add("snoozed", summary.snoozedUntil, "Comes back from its snooze", "step");
  if (summary.phase === "closed") add("reopen", summary.reopenUntil, "Can be reopened until then", "quiet");
  add("closes", summary.closesAt, closing(summary), "warning");
  return lines.sort((a, b) => a.at - b.at);
}

/** @param {Summary} summary */
function closing(summary) {
  if (summary.phase === "intake") return "Ends by itself unless the guest finishes the form";
  if (summary.phase === "closing") return "Closes by itself unless the guest keeps it open";
  return "Closes by itself unless something happens";
}
