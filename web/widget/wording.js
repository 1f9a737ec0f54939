import { isolated } from "../shared/text.js";
import { moment } from "../shared/time.js";

/** What a case's state and events are called to a guest. The words of the house stay in one file. */

/** @typedef {{type: string, [more: string]: any}} CaseEvent */

/** @param {any} author @param {string} me the guest's id */
const nameOf = (author, me) => (author?.id === me ? "You" : isolated(author?.name ?? "The team"));

const REASONS = {
  agreed: "You closed this chat.",
  byGuest: "You closed this chat.",
  bySupervisor: "The team closed this chat.",
  inactive: "This chat closed by itself, because nothing had happened for a while.",
  unanswered: "We are sorry: nobody answered in time, and this chat closed by itself.",
  abandoned: "This chat closed by itself, because the details were not completed.",
};

/** @param {string | null} reason */
export const closedBecause = (reason) => REASONS[/** @type {keyof REASONS} */ (reason)] ?? "This chat is closed.";

/** @param {string} when */
export const closingWarning = (when) => `If nothing happens, this chat closes by itself ${when}`;

/**
 * One line about what happened; null for what a guest need not be told, and for what we do not know.
 *
 * @param {CaseEvent} event
 * @param {{me: string, team: string}} about
 * @returns {string | null}
 */
export function statusLine(event, { me, team }) {
  const who = nameOf(event.author, me);
  switch (event.type) {
    case "opened":
      return who === "You" ? "You started this chat" : `${who} started this chat`;
    case "claimed":
      return `${who} is looking after you now`;
    case "released":
      // Whoever gave it back, vanished or passed it to another team: a guest is told no more than this.
      return event.author?.kind === "member" ? `${who} handed your chat back to the team` : "The team will go on with your chat";
    case "transferred":
      return `${who} passed your chat to ${isolated(event.to?.member?.name ?? event.to?.team?.name ?? "a colleague")}`;
    case "participantAdded":
      return `${isolated(event.member?.name ?? "A colleague")} joined the chat`;
    case "participantRemoved":
      return `${isolated(event.member?.name ?? "A colleague")} left the chat`;
    case "participantLeft":
      return `${who} left the chat`;
    case "assigneeLost":
      return `${isolated(event.member?.name ?? "Your contact")} had to leave. ${isolated(team)} will go on with your chat`;
    case "closeRequested":
      return `${who} asked whether this chat can be closed`;
    case "closeDeclined":
      return "You kept the chat open";
    case "closingWarned":
      return closingWarning("soon");
    case "closed":
      return closedBecause(event.reason);
    case "reopened":
      return `${who} reopened the chat`;
    case "erased":
      return "The content of this chat has been removed";
    case "merged":
      return "This conversation goes on in another chat";
    default:
      return null;
  }
}

/**
 * Where a chat stands, for its head and for lists.
 *
 * @param {any} summary
 * @param {number} now
 */
export function standing(summary, now) {
  switch (summary.phase) {
    case "intake":
      return "Your details are needed";
    case "waiting":
      return "Waiting for the team";
    case "active":
    case "snoozed":
    case "thread":
      return summary.assignee ? `With ${isolated(summary.assignee.name)}` : "With the team";
    case "closing":
      return "Can this chat be closed?";
    case "closed":
      return summary.closedAt ? `Closed ${moment(summary.closedAt, now)}` : "Closed";
    case "merged":
      return "Goes on in another chat";
    case "erased":
      return "Removed";
    default:
      return "";
  }
}

/** @param {any} summary */
export const titleOf = (summary) => summary?.category?.name || summary?.subject || "Chat";

/** @param {{phase: string}} summary */
export const isOver = ({ phase }) => phase === "closed" || phase === "merged" || phase === "erased";

/** @param {number | null} minutes */
export function waitInWords(minutes) {
  if (!minutes) return null;
  if (minutes < 60) return `Usually answered within ${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return `Usually answered within ${hours === 1 ? "an hour" : `${hours} hours`}`;
}

/** @param {{isOpen: boolean, opensAt: number | null, closesAt: number | null}} hours @param {number} now */
export function hoursInWords({ isOpen, opensAt, closesAt }, now) {
  if (isOpen) return closesAt ? `Open, until ${moment(closesAt, now).replace(/^(today )?at /, "")}` : "Open now";
  return opensAt ? `Closed, opens ${moment(opensAt, now)}` : "Closed now";
}

/**
 * A text in two halves, between which its number stands as a link: where the house has written it, else at the end. No
 * longer number is cut in two for it.
 *
 * @param {string} text
 * @param {string} number
 * @returns {[string, string]}
 */
export function aroundNumber(text, number) {
  const pattern = `^(|.*?\\D)${number.replace(/\W/g, "\\$&")}(?!\\d)(.*)$`;
  const halves = number ? new RegExp(pattern, "s").exec(text) : null;
  return halves ? [halves[1], halves[2]] : [`${text} `, ""];
}
