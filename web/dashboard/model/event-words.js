import { isolated } from "../../shared/text.js";

/**
 * What happened to a case, in a sentence.
 *
 * @typedef {import("./types.js").CaseEvent} CaseEvent
 * @typedef {import("./types.js").Author} Author
 */

/** @type {Record<string, string>} */
const closeReasons = {
  agreed: "both sides agreed",
  byGuest: "by the guest",
  bySupervisor: "by a supervisor",
  inactive: "nothing happened for a long time",
  unanswered: "nobody answered",
  abandoned: "the guest never finished the form",
};

/** @param {string | null | undefined} reason */
export const closeReason = (reason) => closeReasons[reason ?? ""] ?? "";

/**
 * @param {Author} author
 * @param {string} me
 */
export function who(author, me) {
  switch (author.kind) {
    case "member":
      return author.id === me ? "You" : author.name || "A colleague";
    case "guest":
      return author.name || "The guest";
    case "client":
      return author.name || "The client";
    case "team":
      return "The team";
    case "system":
      return "Foyer";
  }
}

/**
 * @param {{id: string, name: string} | undefined} member
 * @param {string} me
 */
const whom = (member, me) => (member?.id === me ? "you" : isolated(member?.name || "a colleague"));

/**
 * A sentence about an event; null where there is nothing to say, as for what this page does not know.
 *
 * @param {CaseEvent} event
 * @param {string} me
 * @param {(at: number) => string} moment names a moment
 * @returns {string | null}
 */
export function describe(event, me, moment) {
  const by = isolated(who(event.author, me));
  switch (event.type) {
    case "opened":
      return `${by} opened the conversation`;
    case "identifiers":
      return `${by} filled in ${event.values.map((/** @type {any} */ value) => value.label).join(", ") || "the form"}`;
    case "ready":
      return "The form is complete: waiting for the team";
    case "claimed":
      return `${by} claimed the conversation`;
    case "released":
      return `${by} gave the conversation back to the queue`;
    case "transferred":
      return transferred(event, by, me);
    case "participantAdded":
      return `${by} asked ${whom(event.member, me)} to join`;
    case "participantRemoved":
      return `${by} removed ${whom(event.member, me)} from the conversation`;
    case "participantLeft":
      return `${by} left the conversation`;
    case "assigneeLost":
      return event.member?.id === me
        ? "You were gone for a while: back in the queue"
        : `${isolated(event.member?.name || "Its member")} is gone: back in the queue`;
    case "snoozed":
      return `${by} snoozed it until ${moment(event.until)}`;
    case "woke":
      return woke(event, by);
    case "closeRequested":
      return `${by} asked the guest to close the chat`;
    case "closeDeclined":
      return `${by} keeps the chat open`;
    case "closingWarned":
      return "The guest was told that the chat closes soon";
    case "closedByItself":
      return event.unanswered
        ? "The guest was told that nobody could answer"
        : "The guest was told that it closed by itself";
    case "closed":
      return closed(event, by);
    case "reopened":
      return `${by} reopened the conversation`;
    case "erased":
      return event.reason === "request" ? "Erased on request" : "Erased after its time was over";
    case "alerted":
      return event.level > 1 ? "Still no answer: supervisors alerted" : "Nobody has answered yet: team alerted";
    case "missedResponse":
      return event.side === "guest"
        ? "The guest has not seen the reply"
        : "The team has not seen the message";
    case "callStarted":
      return `${by} started a ${event.call === "video" ? "video" : "voice"} call`;
    case "callAnswered":
      return `${by} took the call`;
    case "callDeclined":
      return `${by} declined the call`;
    case "callEnded":
      return event.how === "missed" ? "The call was not answered" : "The call ended";
    case "invited":
      return `${by} sent an invitation by ${event.channel === "sms" ? "SMS" : "e-mail"}`;
    case "linkShared":
      return `${by} shared the link`;
    case "merged":
      return "Goes on in another conversation";
    case "mergeUndone":
    case "absorptionUndone":
      return "Two conversations were separated again";
    case "absorbed":
      return "Another conversation was merged into this one";
    default:
      return null;
  }
}

/**
 * In the timeline what was said has a line of its own, too.
 *
 * @param {CaseEvent} event
 * @param {string} me
 * @param {(at: number) => string} moment
 */
export function describeAll(event, me, moment) {
  const by = isolated(who(event.author, me));
  switch (event.type) {
    case "message":
      if (event.isDeleted) return `${by} wrote a message, deleted since`;
      return event.voice === "team" ? `${by} wrote as the team` : `${by} wrote`;
    case "note":
      return event.isDeleted ? `${by} wrote a private note, deleted since` : `${by} wrote a private note`;
    case "automatic":
      return "Automatic message to the guest";
    case "blast":
      return `${by} wrote to everybody`;
    case "edited":
      return `${by} changed a message`;
    case "deleted":
      return `${by} deleted a message`;
    default:
      return describe(event, me, moment);
  }
}

/**
 * @param {CaseEvent} event
 * @param {string} by
 * @param {string} me
 */
function transferred(event, by, me) {
  if (event.to?.team) return `${by} handed it to the team ${isolated(event.to.team.name)}`;
  if (event.author.id === event.to?.member?.id && event.author.kind === "member") return `${by} took it over`;
  return `${by} handed it to ${whom(event.to?.member, me)}`;
}

/**
 * @param {CaseEvent} event
 * @param {string} by
 */
function woke(event, by) {
  if (event.reason === "timeCame") return "The snooze is over";
  return event.reason === "guestWrote" ? "Woken: the guest wrote" : `${by} woke it`;
}

/**
 * @param {CaseEvent} event
 * @param {string} by
 */
function closed(event, by) {
  const note = event.note ? ` “${event.note}”` : "";
  switch (event.reason) {
    case "agreed":
      return `${by} closed the chat, as it was asked for`;
    case "byGuest":
      return `${by} closed the chat`;
    case "bySupervisor":
      return `${by} closed it as supervisor${note ? ":" : ""}${note}`;
    default:
      return `Closed by itself: ${closeReason(event.reason) || "no reason given"}`;
  }
}
