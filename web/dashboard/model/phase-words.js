import { closeReason } from "./event-words.js";
import { span } from "./span.js";

/**
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {"calm" | "waiting" | "warning" | "alarm"} Tone
 */

/** @type {Record<import("./types.js").Phase, string>} */
const phases = {
  intake: "Filling in the form",
  waiting: "Waiting",
  active: "In progress",
  snoozed: "Snoozed",
  closing: "Asked to close",
  closed: "Closed",
  merged: "Moved",
  thread: "Thread",
  erased: "Erased",
};

/** @param {Summary} summary */
export const phaseWords = (summary) => phases[summary.phase] ?? "";

/** With the reason, where it is over. @param {Summary} summary */
export function stateWords(summary) {
  const reason = summary.phase === "closed" ? closeReason(summary.closeReason) : "";
  return reason ? `Closed: ${reason}` : phaseWords(summary);
}

/**
 * How long somebody has been waiting for an answer, and how bad that is: the level of alert is the machine's.
 *
 * @param {Summary} summary
 * @param {number} now
 * @returns {{words: string, tone: Tone, alert: string} | null}
 */
export function waitWords(summary, now) {
  if (summary.unansweredSince === null) return null;
  const words = span(now - summary.unansweredSince);
  if (summary.alerts > 1) return { words, tone: "alarm", alert: "Supervisors alerted" };
  if (summary.alerts === 1) return { words, tone: "warning", alert: "No answer yet" };
  return { words, tone: "waiting", alert: "" };
}

/** @type {Record<string, string>} */
const states = {
  visible: "here now",
  online: "online",
  idle: "idle",
  away: "away",
  unknown: "presence unknown",
};

/** @param {string | null | undefined} state */
export const presenceWords = (state) => states[state ?? ""] ?? states.unknown;
