/**
 * What a log tells of a case that is in no list here: a closed one that was opened by its address. It lacks what only
 * the server knows (team, deadlines, cursors).
 *
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Summary} Summary
 *
 * @param {string} id
 * @param {Entry[]} entries
 * @returns {Summary | null} null before the first event is there
 */
export function summaryFromLog(id, entries) {
  if (entries.length === 0) return null;
  const summary = blank(id, entries);
  for (const { seq, shared, event } of entries) {
    apply(summary, event);
    summary.head = seq;
    // Nothing is known of what the guest has seen, and a closed case's messages need no marks.
    if (shared) summary.cursors.guest = { delivered: shared, seen: shared };
    if (summary.guest === null && event.author.kind === "guest") summary.guest = guestOf(event.author);
  }
  return summary;
}

/**
 * @param {string} id
 * @param {Entry[]} entries
 * @returns {Summary}
 */
function blank(id, entries) {
  return {
    id, version: -1, kind: "support", team: null, phase: "intake", subject: "", category: null, guest: null,
    assignee: null, participants: [], openedAt: entries[0].event.at,
    lastEventAt: entries[entries.length - 1].event.at, closedAt: null, closeReason: null, reopenUntil: null,
    closesAt: null, snoozedUntil: null, missing: [], closeRequest: null, movedTo: null, head: 0, unread: 0,
    lastWord: null, unansweredSince: null, alerts: 0,
    cursors: { guest: { delivered: 0, seen: 0 }, team: { delivered: 0, seen: 0 } },
  };
}

/**
 * @param {Summary} summary
 * @param {import("./types.js").CaseEvent} event
 */
function apply(summary, event) {
  switch (event.type) {
    case "opened":
      summary.subject = event.subject ?? "";
      summary.category = event.category ?? null;
      break;
    case "ready":
    case "released":
    case "assigneeLost":
    case "reopened":
      summary.phase = "waiting";
      summary.assignee = null;
      summary.closedAt = null;
      break;
    case "claimed":
      handTo(summary, { id: event.author.id ?? "", name: event.author.name ?? "" });
      break;
    case "transferred":
      handTo(summary, event.to?.member ?? null);
      break;
    case "snoozed":
      summary.phase = "snoozed";
      summary.snoozedUntil = event.until;
      break;
    case "woke":
    case "closeDeclined":
      summary.phase = summary.assignee ? "active" : "waiting";
      break;
    case "closeRequested":
      summary.phase = "closing";
      break;
    case "closed":
      summary.phase = "closed";
      summary.closedAt = event.at;
      summary.closeReason = event.reason;
      summary.participants = [];
      break;
    case "merged":
      summary.phase = "merged";
      summary.movedTo = event.into;
      break;
    case "erased":
      summary.phase = "erased";
      break;
    default:
      break;
  }
}

/**
 * @param {Summary} summary
 * @param {import("./types.js").Named | null} member
 */
function handTo(summary, member) {
  summary.assignee = member;
  summary.phase = member ? "active" : "waiting";
}

/** @param {import("./types.js").Author} author */
const guestOf = (author) => ({ id: author.id ?? "", firstName: author.name ?? "Guest", lastName: "" });
