import { spanInWords } from "./spans.js";

/**
 * What each setting of a policy means, in a sentence with its value.
 *
 * @typedef {{name: string, label: string, words: (value: string, all: Record<string, number | null>) => string}} Setting
 */

/** @type {{title: string, settings: Setting[]}[]} */
export const durationGroups = [
  {
    title: "Nobody answers",
    settings: [
      { name: "firstResponseAlert", label: "Alert the team", words: (v) => `When a guest has waited for ${v}, the team is alerted.` },
      { name: "supervisorAlert", label: "Alert supervisors", words: (v) => `After ${v} without an answer, supervisors are alerted, too.` },
      { name: "repeatedAlert", label: "Repeat the alert", words: (v) => `From then on they are alerted again every ${v}, until somebody answers.` },
    ],
  },
  {
    title: "Notices",
    settings: [
      {
        name: "missedResponse", label: "Notice of an unseen answer",
        words: (v) => `Who has not seen an answer within ${v} gets one SMS or e-mail that leads back to the chat.`,
      },
    ],
  },
  {
    title: "Closing",
    settings: [
      { name: "autoClose", label: "Close by itself", words: (v) => `A chat in which nothing happens for ${v} closes by itself.` },
      { name: "closingWarning", label: "Warn before", words: (v) => `The guest is warned ${v} before that.` },
      { name: "intakeTimeout", label: "Time for details", words: (v) => `A chat whose mandatory details are not given within ${v} ends.` },
      {
        name: "reopeningWindow", label: "Reopen",
        words: (v) => (v === "no time" ? "A closed chat stays closed: who writes again starts a new one."
          : `Writing into a closed chat reopens it for ${v}; later, a new one is offered.`),
      },
      { name: "longestSnooze", label: "Longest snooze", words: (v) => `A chat can be put aside for at most ${v}.` },
    ],
  },
  {
    title: "Who is away",
    settings: [
      {
        name: "assigneeGrace", label: "An absent member keeps a chat",
        words: (v) => `A member whose connection is gone keeps their chats for ${v}; then they go back to the queue.`,
      },
    ],
  },
  {
    title: "Calls",
    settings: [
      { name: "ring", label: "Ringing", words: (v) => `A call rings for ${v}.` },
      { name: "callGrace", label: "Lost connection", words: (v) => `Who loses the connection can come back into the call within ${v}.` },
      { name: "longestCall", label: "Longest call", words: (v) => `A call that nobody was seen to end is over after ${v}.` },
    ],
  },
  {
    title: "Keeping",
    settings: [
      { name: "retention", label: "Keep closed chats", words: (v) => `A closed chat can be read for ${v}; then its content is erased for good.` },
      {
        name: "threadRetention", label: "Keep threads with clients",
        words: (v) => (v === "never" ? "Threads with client organisations are kept without end."
          : `A thread with a client organisation in which nothing is said for ${v} is erased for good.`),
      },
    ],
  },
];

/** @type {{name: string, label: string, on: string, off: string}[]} */
export const switches = [
  {
    name: "noticesGuest", label: "Notices to guests", on: "Guests are told by SMS or e-mail of an answer that they have not seen.",
    off: "Guests are not told of answers: they have to look themselves.",
  },
  {
    name: "noticesTeam", label: "Notices to the team", on: "The team is told of messages that nobody has seen.",
    off: "The team is not told of messages that nobody has seen.",
  },
  { name: "allowsCalls", label: "Calls", on: "Members can call guests.", off: "Nobody can call." },
  {
    name: "allowsClientChat", label: "Chat with client organisations", on: "Client organisations and the clinic can write to each other.",
    off: "Client organisations cannot write here, and are not written to.",
  },
];

/** @param {number | null} seconds */
export const valueInWords = (seconds) => (seconds === null ? "never" : spanInWords(seconds));
