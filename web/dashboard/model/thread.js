import { describe } from "./event-words.js";
import { noticeWords } from "./notice-words.js";

/**
 * A log of events as a conversation to be read: messages with their edits applied, days, the line above what is new.
 *
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Pending} Pending
 * @typedef {import("./types.js").Author} Author
 * @typedef {import("./types.js").Summary} Summary
 * @typedef {"sending" | "failed" | "sent" | "delivered" | "seen" | null} State
 *
 * @typedef {object} Message
 * @property {"message"} kind
 * @property {string} key
 * @property {number} seq 0: not stored yet
 * @property {number} at
 * @property {Author} author
 * @property {"guest" | "own" | "colleague" | "house"} side
 * @property {boolean} isNote
 * @property {"own" | "team"} voice
 * @property {string} text
 * @property {any[]} files
 * @property {boolean} isEdited
 * @property {boolean} isDeleted
 * @property {boolean} beginsGroup
 * @property {boolean} endsGroup
 * @property {State} state
 * @property {boolean} showsState in words: the last one of its state
 * @property {string | null} error
 * @property {string} [pendingKey]
 *
 * @typedef {{kind: "day", key: string, at: number}} Day
 * @typedef {{kind: "new", key: string}} NewLine
 * @typedef {{kind: "event", key: string, at: number, words: string, tone: string}} Line
 * @typedef {Message | Day | NewLine | Line} Item
 */

/** Messages of one person within this time stand together under one name. */
const groupSpan = 5 * 60_000;

const messageTypes = new Set(["message", "note", "automatic", "blast"]);

/** What the timeline tells but a conversation does not need to. */
const unsaid = new Set(["edited", "deleted", "ready", "closedByItself"]);

const tones = new Map([
  ["alerted", "warning"],
  ["assigneeLost", "warning"],
  ["missedResponse", "warning"],
  ["closingWarned", "warning"],
  ["closed", "strong"],
  ["reopened", "strong"],
]);

/**
 * @param {Entry[]} entries dense, in order
 * @param {object} context
 * @param {string} context.me
 * @param {number} context.guestDelivered in the guest's numbers
 * @param {number} context.guestSeen
 * @param {Map<number, import("./notice-words.js").Notice>} [context.notices]
 * @param {number | null} context.newAfter the last number that had been seen when the reader came
 * @param {Pending[]} context.pending
 * @param {(at: number) => string} context.moment
 * @param {(a: number, b: number) => boolean} context.isSameDay
 * @returns {Item[]}
 */
export function thread(entries, context) {
  const changes = changesIn(entries);
  /** @type {Item[]} */
  const items = [];
  let lastAt = -Infinity;
  let isNewMarked = context.newAfter === null;
  /** @param {number} at */
  const beginDay = (at) => {
    if (lastAt !== -Infinity && context.isSameDay(lastAt, at)) return;
    items.push({ kind: "day", key: `day-${at}`, at });
  };
  for (const entry of entries) {
    const item = itemOf(entry, changes.get(entry.seq), context);
    if (!item) continue;
    beginDay(item.at);
    if (!isNewMarked && entry.seq > (context.newAfter ?? 0) && item.kind === "message" && item.side === "guest") {
      items.push({ kind: "new", key: "new" });
      isNewMarked = true;
    }
    lastAt = item.at;
    items.push(item);
  }
  for (const pending of context.pending) {
    const item = pendingMessage(pending, context.me);
    beginDay(item.at);
    lastAt = Math.max(lastAt, item.at);
    items.push(item);
  }
  group(items);
  nameStates(items);
  return items;
}

/**
 * The last text of each message, and whether it is still there.
 *
 * @param {Entry[]} entries
 * @returns {Map<number, {text?: string, isDeleted?: boolean}>}
 */
function changesIn(entries) {
  const changes = new Map();
  for (const { event } of entries) {
    if (event.type === "edited") changes.set(event.number, { ...changes.get(event.number), text: event.text });
    if (event.type === "deleted") changes.set(event.number, { text: "", isDeleted: true });
  }
  return changes;
}

/**
 * @param {Entry} entry
 * @param {{text?: string, isDeleted?: boolean} | undefined} change
 * @param {Parameters<typeof thread>[1]} context
 * @returns {Message | Line | null}
 */
function itemOf({ seq, shared, event }, change, context) {
  if (messageTypes.has(event.type)) return message(seq, shared, event, change, context);
  if (unsaid.has(event.type)) return null;
  const notice = context.notices?.get(seq);
  const happened = describe(event, context.me, context.moment);
  const words = happened && notice ? `${happened} · ${noticeWords(notice)}` : happened;
  return words && { kind: "event", key: `e${seq}`, at: event.at, words, tone: tones.get(event.type) ?? "quiet" };
}

/**
 * @param {number} seq
 * @param {number | undefined} shared
 * @param {import("./types.js").CaseEvent} event
 * @param {{text?: string, isDeleted?: boolean} | undefined} change
 * @param {Parameters<typeof thread>[1]} context
 * @returns {Message}
 */
function message(seq, shared, event, change, context) {
  const isDeleted = Boolean(event.isDeleted || change?.isDeleted);
  const side = sideOf(event, context.me);
  const isNote = event.type === "note";
  const isOurs = side === "own" || side === "colleague";
  return {
    kind: "message",
    key: `m${seq}`,
    seq,
    at: event.at,
    author: event.author,
    side,
    isNote,
    voice: event.voice === "team" ? "team" : "own",
    text: isDeleted ? "" : (change?.text ?? event.text),
    files: isDeleted ? [] : (event.files ?? []),
    isEdited: change?.text !== undefined && !isDeleted,
    isDeleted,
    beginsGroup: true,
    endsGroup: true,
    state: isOurs && !isNote && !isDeleted ? delivery(shared, context) : null,
    showsState: false,
    error: null,
  };
}

/**
 * @param {import("./types.js").CaseEvent} event
 * @param {string} me
 */
function sideOf(event, me) {
  if (event.type === "automatic" || event.author.kind === "system") return "house";
  if (event.author.kind === "guest" || event.author.kind === "client") return "guest";
  return event.author.kind === "member" && event.author.id === me ? "own" : "colleague";
}

/**
 * @param {number | undefined} shared
 * @param {{guestDelivered: number, guestSeen: number}} cursors
 * @returns {State}
 */
function delivery(shared, { guestDelivered, guestSeen }) {
  if (shared === undefined) return null;
  if (shared <= guestSeen) return "seen";
  return shared <= guestDelivered ? "delivered" : "sent";
}

/**
 * @param {Pending} pending
 * @param {string} me
 * @returns {Message}
 */
function pendingMessage(pending, me) {
  return {
    kind: "message",
    key: `p${pending.key}`,
    seq: 0,
    at: pending.at,
    author: { kind: "member", id: me },
    side: "own",
    isNote: pending.kind === "note",
    voice: pending.voice === "team" ? "team" : "own",
    text: pending.text,
    files: (pending.files ?? []).map((file) => ({ ...file, state: "sending" })),
    isEdited: false,
    isDeleted: false,
    beginsGroup: true,
    endsGroup: true,
    state: pending.state,
    showsState: true,
    error: pending.state === "failed" ? (pending.error?.message ?? "This could not be sent.") : null,
    pendingKey: pending.key,
  };
}

/** @param {Item[]} items */
function group(items) {
  /** @type {Item | undefined} */
  let before;
  for (const item of items) {
    if (item.kind === "message" && before?.kind === "message" && belongTogether(before, item)) {
      item.beginsGroup = false;
      before.endsGroup = false;
    }
    before = item;
  }
}

/**
 * @param {Message} a
 * @param {Message} b
 */
const belongTogether = (a, b) =>
  a.side === b.side &&
  a.author.id === b.author.id &&
  a.isNote === b.isNote &&
  a.voice === b.voice &&
  b.at - a.at < groupSpan;

/**
 * One word under each message would be noise: the last that was seen says so, the last delivered, the last sent.
 *
 * @param {Item[]} items
 */
function nameStates(items) {
  const named = new Set();
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item.kind !== "message" || !item.state || named.has(item.state)) continue;
    // An older message can hardly be of less interest than that a newer one was seen.
    if (item.state === "sent" && (named.has("delivered") || named.has("seen"))) continue;
    if (item.state === "delivered" && named.has("seen")) continue;
    if (item.state !== "sending" && item.state !== "failed") named.add(item.state);
    item.showsState = true;
  }
}
