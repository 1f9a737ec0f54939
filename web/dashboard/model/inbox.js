/**
 * What is in which list of the inbox, and in which order. Pure: summaries in, summaries out.
 *
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {"mine" | "unassigned" | "all" | "closed"} View
 * @typedef {{cases: number, unread: number}} Count
 */

/** @type {readonly View[]} */
export const views = ["mine", "unassigned", "all", "closed"];

const openPhases = new Set(["intake", "waiting", "active", "snoozed", "closing"]);

/** @param {Summary} summary */
export const isOpen = (summary) => openPhases.has(summary.phase);

/**
 * @param {Summary} summary
 * @param {string} me
 */
export const isMine = (summary, me) =>
  summary.assignee?.id === me || summary.participants.some((participant) => participant.id === me);

/**
 * Nobody has it, and somebody could: a guest who still fills in a form cannot be claimed yet.
 *
 * @param {Summary} summary
 */
export const isUnassigned = (summary) =>
  !summary.assignee && (summary.phase === "waiting" || summary.phase === "snoozed");

/**
 * @param {Summary} summary
 * @param {View} view
 * @param {string} me
 */
export function belongs(summary, view, me) {
  if (view === "closed") return summary.phase === "closed";
  if (!isOpen(summary)) return false;
  if (view === "mine") return isMine(summary, me);
  return view === "all" || isUnassigned(summary);
}

/** @param {Summary} summary */
function urgency(summary) {
  if (summary.unansweredSince !== null) return 0;
  return summary.phase === "snoozed" ? 2 : 1;
}

/**
 * Whoever waits longest is on top; then what happened last; what was put aside comes last, the next to wake first.
 *
 * @param {Summary} a
 * @param {Summary} b
 */
export function byUrgency(a, b) {
  const [rank, other] = [urgency(a), urgency(b)];
  if (rank !== other) return rank - other;
  if (rank === 0) return (a.unansweredSince ?? 0) - (b.unansweredSince ?? 0) || compareIDs(a, b);
  if (rank === 2) return (a.snoozedUntil ?? 0) - (b.snoozedUntil ?? 0) || compareIDs(a, b);
  return b.lastEventAt - a.lastEventAt || compareIDs(a, b);
}

/**
 * @param {Summary} a
 * @param {Summary} b
 */
export const byClosing = (a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0) || compareIDs(a, b);

/**
 * Two that are equal must not change places with each redrawing.
 *
 * @param {Summary} a
 * @param {Summary} b
 */
const compareIDs = (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/**
 * @param {Iterable<Summary>} summaries
 * @param {{view: View, me: string, team: string | null, search?: string}} filter
 */
export function list(summaries, { view, me, team, search = "" }) {
  const words = normalise(search).split(" ").filter(Boolean);
  const found = [];
  for (const summary of summaries) {
    if (team && summary.team?.id !== team) continue;
    if (belongs(summary, view, me) && matches(summary, words)) found.push(summary);
  }
  return found.sort(view === "closed" ? byClosing : byUrgency);
}

/**
 * @param {Iterable<Summary>} summaries
 * @param {string} me
 * @param {string | null} team
 * @returns {Record<"mine" | "unassigned" | "all", Count>}
 */
export function counts(summaries, me, team) {
  const count = () => ({ cases: 0, unread: 0 });
  const result = { mine: count(), unassigned: count(), all: count() };
  for (const summary of summaries) {
    if (team && summary.team?.id !== team) continue;
    for (const view of /** @type {const} */ (["mine", "unassigned", "all"])) {
      if (!belongs(summary, view, me)) continue;
      result[view].cases += 1;
      if (summary.unread > 0) result[view].unread += 1;
    }
  }
  return result;
}

/**
 * What calls for this member, for the tab's title: unread in what is theirs, or in what nobody has.
 *
 * @param {Iterable<Summary>} summaries
 * @param {string} me
 */
export function callingCount(summaries, me) {
  let calling = 0;
  for (const summary of summaries) {
    if (summary.unread > 0 && isOpen(summary) && (isMine(summary, me) || isUnassigned(summary))) calling += 1;
  }
  return calling;
}

/**
 * 16 stands for more (docs/protocol.md, Lists).
 *
 * @param {number} unread
 */
export const unreadLabel = (unread) => (unread >= 16 ? "15+" : String(unread));

/**
 * @param {Summary} summary
 * @param {string[]} words normalised
 */
function matches(summary, words) {
  if (words.length === 0) return true;
  const text = normalise(
    [summary.guest?.firstName, summary.guest?.lastName, summary.subject, summary.category?.name].join(" "),
  );
  return words.every((word) => text.includes(word));
}

/**
 * So that "muller" finds "Müller".
 *
 * @param {string} text
 */
export const normalise = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/\s+/gu, " ")
    .trim();
