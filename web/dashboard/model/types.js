/**
 * What of docs/protocol.md the dashboard reads.
 *
 * @typedef {{id: string, name: string}} Named
 * @typedef {{id: string, firstName: string, lastName: string}} Guest
 * @typedef {"intake" | "waiting" | "active" | "snoozed" | "closing" | "closed" | "merged" | "thread" | "erased"} Phase
 * @typedef {{delivered: number, seen: number}} Cursor
 *
 * @typedef {object} Summary
 * @property {string} id
 * @property {number} version
 * @property {"support" | "room" | "direct"} kind
 * @property {Named | null} team
 * @property {Phase} phase
 * @property {string} subject
 * @property {Named | null} category
 * @property {Guest | null} guest
 * @property {Named | null} assignee
 * @property {Named[]} participants
 * @property {number} openedAt
 * @property {number} lastEventAt
 * @property {number | null} closedAt
 * @property {string | null} closeReason
 * @property {number | null} reopenUntil
 * @property {number | null} closesAt
 * @property {number | null} snoozedUntil
 * @property {string[]} missing
 * @property {number | null} closeRequest
 * @property {string | null} movedTo
 * @property {number} head
 * @property {number} unread
 * @property {"guest" | "team" | null} lastWord
 * @property {number | null} unansweredSince
 * @property {number} alerts
 * @property {{guest: Cursor, team: Cursor}} cursors
 *
 * @typedef {{kind: "guest" | "member" | "client" | "system" | "team", id?: string, name?: string}} Author
 * @typedef {{type: string, at: number, author: Author, [field: string]: any}} CaseEvent
 * @typedef {{seq: number, shared?: number, event: CaseEvent}} Entry
 *
 * @typedef {object} Pending a message that is not known to be stored
 * @property {string} key
 * @property {string} text
 * @property {"own" | "team"} voice
 * @property {any[]} [files]
 * @property {"send" | "note"} kind
 * @property {"sending" | "failed"} state
 * @property {{message?: string} | null} error
 * @property {number} at
 *
 * @typedef {Named & {rank: "member" | "supervisor"}} Colleague
 *
 * @typedef {object} Team
 * @property {string} id
 * @property {string} name
 * @property {"member" | "supervisor" | null} rank null: one of the organisation's others
 * @property {Colleague[]} members
 */
export {};
