/** Cases for the dashboard's tests: what is not named is of no matter. */

export const amara = { id: "amara", name: "Amara Okafor" };
export const jon = { id: "jon", name: "Jon Park" };

export const teams = [
  {
    id: "desk", name: "Front desk", rank: "supervisor",
    members: [
      { ...amara, rank: "supervisor" }, { ...jon, rank: "member" }, { id: "layla", name: "Layla", rank: "member" },
    ],
  },
  { id: "heart", name: "Cardiology", rank: null, members: [] },
];

/** Jon works for the same team, without its rank. */
export const teamsOf = (member) =>
  member === jon ? teams.map((team) => (team.rank ? { ...team, rank: "member" } : team)) : teams;

export const guest = (firstName, lastName) => ({ id: `g-${firstName}`, firstName, lastName });

export const summary = (fields = {}) => ({
  id: "case", version: 1, kind: "support", team: teams[0], phase: "waiting", subject: "Report", category: null,
  guest: guest("Maria", "Lopez"), assignee: null, participants: [], openedAt: 0, lastEventAt: 0, closedAt: null,
  closeReason: null, reopenUntil: null, closesAt: null, snoozedUntil: null, missing: [], closeRequest: null,
  movedTo: null, head: 1, unread: 0, lastWord: null, unansweredSince: null, alerts: 0,
  cursors: { guest: { delivered: 0, seen: 0 }, team: { delivered: 0, seen: 0 } },
  ...fields,
});

export const maria = { kind: "guest", id: "g-Maria", name: "Maria Lopez" };
export const member = (person) => ({ kind: "member", ...person });

/** A log, numbered as the server does: what only members see has no number for the guest. */
export function log(...events) {
  let shared = 0;
  const hidden = new Set(["note", "snoozed", "woke", "alerted", "missedResponse"]);
  return events.map((event, index) => {
    const entry = { seq: index + 1, event: { at: index * 1000, author: maria, ...event } };
    return hidden.has(event.type) ? entry : { ...entry, shared: (shared += 1) };
  });
}
