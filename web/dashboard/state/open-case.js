import { allowedActions } from "../model/actions.js";
import { summaryFromLog } from "../model/summary-from-log.js";

/**
 * The one case that is open: its log, who is in it, who is typing, and whom it is about.
 *
 * Emits `log`, `pending`, `typing`, `presence` and `guest`.
 *
 * @typedef {import("../model/types.js").Summary} Summary
 */
export class OpenCase extends EventTarget {
  id;
  #desk;
  #log;
  #leaving = new AbortController();
  /** @type {{kind: string, id: string, name: string, private?: boolean}[]} */
  typing = [];
  /** Null: not told yet. @type {string | null} */
  guestPresence = null;
  /** @type {Map<string, string>} */
  #members = new Map();
  /** @type {{guest: any, identifiers: any[], cases: Summary[]} | null} */
  guest = null;
  /** What became of the notices that events have caused, by the event's number. @type {Map<number, any>} */
  notices = new Map();
  /** @type {{message: string} | null} */
  guestError = null;
  /** Where the line "new" stands: above the first number after it. @type {number | null} */
  newAfter = null;
  #isMarked = false;

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {string} id
   */
  constructor(desk, id) {
    super();
    this.id = id;
    this.#desk = desk;
    this.#log = desk.client.log(id);
    this.#markNewOnce();
    const options = { signal: this.#leaving.signal };
    this.#log.addEventListener("event", (/** @type {any} */ event) => this.#onEvent(event.detail), options);
    this.#log.addEventListener("caughtUp", () => this.#emit("log"), options);
    this.#log.addEventListener("refused", () => this.#emit("log"), options);
    this.#log.addEventListener("afresh", () => this.#beginAfresh(), options);
    this.#log.addEventListener("notice", (/** @type {any} */ event) => this.#onNotice(event.detail), options);
    this.#log.addEventListener("file", () => this.#emit("log"), options);
    this.#log.addEventListener("pending", () => this.#emit("pending"), options);
    this.#log.addEventListener("typing", (/** @type {any} */ event) => this.#onTyping(event.detail), options);
    this.#log.addEventListener("presence", (/** @type {any} */ event) => this.#onPresence(event.detail), options);
    desk.addEventListener("connection", () => this.#onConnection(), options);
    desk.addEventListener("inbox", () => this.#markNewOnce(), options);
    desk.addEventListener("welcome", () => this.loadGuest(), options);
    if (desk.client.welcome) this.loadGuest();
  }

  close() {
    this.#leaving.abort();
    this.#desk.client.stopTyping(this.id);
    this.#log.close();
  }

  /** @returns {import("../model/types.js").Entry[]} */
  get entries() {
    return this.#log.events;
  }

  /** @returns {import("../model/types.js").Pending[]} */
  get pending() {
    return this.#log.pending;
  }

  get isCaughtUp() {
    return this.#log.isCaughtUp;
  }

  /** Why there is nothing to read. @returns {{code: string, message: string} | null} */
  get error() {
    return this.#log.error;
  }

  /** @returns {Summary | null} */
  get summary() {
    const told = this.#desk.summary(this.id);
    const isStale = told && !this.#desk.isInInbox(this.id) && this.entries.length > told.head;
    if (told && !isStale) return told;
    const read = summaryFromLog(this.id, this.entries);
    return told && read ? { ...read, team: told.team, guest: told.guest } : read;
  }

  get hasLeft() {
    return this.#desk.hasLeft(this.id);
  }

  /** @returns {Set<import("../model/actions.js").Action>} what the reader may do now */
  get allowed() {
    const { summary } = this;
    if (!summary || this.hasLeft) return new Set();
    return allowedActions(summary, this.#desk.me.id, this.#desk.teams, this.#desk.client.now());
  }

  /** @returns {[string, string][]} who of the team has this case open */
  get members() {
    return [...this.#members];
  }

  /** The line "new" belongs above what nobody of the team had seen when one came to look. */
  markNew() {
    const summary = this.#desk.summary(this.id);
    this.newAfter = summary && summary.unread > 0 ? summary.cursors.team.seen : null;
  }

  /** After a reload the log may be here before the inbox is. */
  #markNewOnce() {
    if (this.#isMarked || !this.#desk.summary(this.id)) return;
    this.#isMarked = true;
    this.markNew();
  }

  async loadGuest() {
    try {
      this.guest = await this.#desk.client.request("guest", { case: this.id });
      this.guestError = null;
      this.#desk.learn(this.guest?.cases ?? []);
    } catch (error) {
      // What was shown before is better than an error.
      if (!this.guest) this.guestError = error;
    }
    if (!this.#leaving.signal.aborted) this.#emit("guest");
  }

  /** @param {import("../model/types.js").Entry} entry */
  #onEvent(entry) {
    if (entry.event?.type === "identifiers" && this.isCaughtUp) this.loadGuest();
    this.dispatchEvent(new CustomEvent("entry", { detail: entry }));
    this.#emit("log");
  }

  #beginAfresh() {
    this.notices.clear();
    this.#emit("log");
  }

  /** @param {import("../model/notice-words.js").Notice} notice */
  #onNotice(notice) {
    this.notices.set(notice.seq, notice);
    this.#emit("log");
  }

  /** @param {any} push */
  #onTyping(push) {
    this.typing = push.who;
    this.#emit("typing");
  }

  /** Of whom nothing is heard, nothing is known. */
  #onConnection() {
    if (this.#desk.client.welcome) return;
    this.guestPresence = "unknown";
    this.#members.clear();
    this.#emit("presence");
  }

  /** @param {any} push */
  #onPresence(push) {
    if (push.guest) this.guestPresence = push.guest;
    for (const { id, state } of push.members ?? []) {
      if (state === "away") this.#members.delete(id);
      else this.#members.set(id, state);
    }
    this.#emit("presence");
  }

  /** @param {string} name */
  #emit(name) {
    this.dispatchEvent(new Event(name));
  }
}
