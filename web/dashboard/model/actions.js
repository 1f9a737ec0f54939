/**
 * What a member may do to a case now, as `Permissions.swift` and the state table of docs/case-machine.md have it. The
 * server decides; this only keeps from the page what it would refuse.
 *
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {import("./types.js").Team} Team
 * @typedef {"claim" | "release" | "transfer" | "join" | "part" | "leave" | "snooze" | "wake" | "requestClose" | "close"
 *   | "reopen" | "send" | "note" | "edit" | "delete"} Action
 */

const handled = ["active", "snoozed", "closing"];
const inQueueOrHandled = ["waiting", ...handled];

/** @type {Record<Action, {in: string[], by: Relation[]}>} */
const table = {
  claim: { in: ["waiting", "snoozed"], by: ["teammate", "participant"] },
  release: { in: handled, by: ["assignee", "supervisor"] },
  transfer: { in: inQueueOrHandled, by: ["assignee", "participant", "supervisor"] },
  join: { in: handled, by: ["assignee", "supervisor"] },
  part: { in: inQueueOrHandled, by: ["assignee", "supervisor"] },
  leave: { in: inQueueOrHandled, by: ["participant"] },
  snooze: { in: ["active", "snoozed"], by: ["assignee", "supervisor"] },
  wake: { in: ["snoozed"], by: ["assignee", "supervisor"] },
  requestClose: { in: ["active"], by: ["assignee"] },
  close: { in: ["intake", ...inQueueOrHandled], by: ["supervisor"] },
  reopen: { in: ["closed"], by: ["teammate"] },
  send: { in: inQueueOrHandled, by: ["assignee", "participant"] },
  note: { in: inQueueOrHandled, by: ["assignee", "participant", "teammate"] },
  edit: { in: inQueueOrHandled, by: ["assignee", "participant", "teammate"] },
  delete: { in: [...inQueueOrHandled, "closed"], by: ["assignee", "participant", "teammate"] },
};

/** @typedef {"assignee" | "participant" | "teammate" | "supervisor"} Relation */

/**
 * @param {Summary} summary
 * @param {string} me
 * @param {Team[]} teams
 * @returns {Set<Relation>}
 */
export function relations(summary, me, teams) {
  /** @type {Set<Relation>} */
  const found = new Set();
  if (summary.assignee?.id === me) found.add("assignee");
  if (summary.participants.some((participant) => participant.id === me)) found.add("participant");
  const rank = teams.find((team) => team.id === summary.team?.id)?.rank;
  // Read from its log alone, a case tells no team; but whoever may read it works for that team.
  if (rank || summary.team === null) found.add("teammate");
  if (rank === "supervisor") found.add("supervisor");
  return found;
}

/**
 * @param {Summary} summary
 * @param {string} me
 * @param {Team[]} teams
 * @param {number} now
 * @returns {Set<Action>}
 */
export function allowedActions(summary, me, teams, now) {
  const mine = relations(summary, me, teams);
  /** @type {Set<Action>} */
  const allowed = new Set();
  for (const [name, rule] of Object.entries(table)) {
    const action = /** @type {Action} */ (name);
    if (!rule.in.includes(summary.phase) || !rule.by.some((relation) => mine.has(relation))) continue;
    if (isRefusedByDetail(action, summary, now)) continue;
    allowed.add(action);
  }
  return allowed;
}

/**
 * @param {Action} action
 * @param {Summary} summary
 * @param {number} now
 */
function isRefusedByDetail(action, summary, now) {
  switch (action) {
    case "claim":
      return summary.assignee !== null;
    case "release":
      return summary.assignee === null;
    case "part":
      return summary.participants.length === 0;
    case "reopen":
      return summary.reopenUntil !== null && summary.reopenUntil < now;
    default:
      return false;
  }
}

/**
 * Whom a case can be handed to, or asked to join: everybody of its team but those who are there already.
 *
 * @param {Summary} summary
 * @param {Team[]} teams
 * @param {{besides?: "assignee" | "everyone"}} options
 */
export function colleagues(summary, teams, { besides = "assignee" } = {}) {
  const members = teams.find((team) => team.id === summary.team?.id)?.members ?? [];
  const taken = new Set([summary.assignee?.id]);
  if (besides === "everyone") for (const { id } of summary.participants) taken.add(id);
  return members.filter((member) => !taken.has(member.id));
}

/**
 * @param {Summary} summary
 * @param {Team[]} teams
 */
export const otherTeams = (summary, teams) => teams.filter((team) => team.id !== summary.team?.id);
