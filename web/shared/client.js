import { CaseLog } from "./case-log.js";
import { ClockSkew } from "./clock-skew.js";
import { Commands } from "./commands.js";
import { Connection } from "./connection.js";
import { Drafts } from "./drafts.js";
import { browserEnvironment } from "./environment.js";
import { FoyerError } from "./error.js";
import { Keys } from "./keys.js";
import { Lists } from "./lists.js";
import { Outbox } from "./outbox.js";
import { Receipts } from "./receipts.js";
import { Typing } from "./typing.js";

export { FoyerError } from "./error.js";

/** A person who reads without touching anything is still there: told again, so that their session does not run out. */
const PRESENCE_AGAIN_MS = 5 * 60_000;

/**
 * Foyer's protocol v1 for a page: a connection that comes back, the lists and the logs on it, and what is to be sent.
 * What was asked for (`watch`, `log`, `presence`) is asked for again after each reconnect.
 *
 * Says `state`, `welcome` (the ok of authenticate), `summary` (a case's), `gone` (`case`), `presence` and `typing` (the
 * push), `watched` (`count`).
 */
export class FoyerClient extends EventTarget {
  /** What is begun and not sent, per case: `get`, `set`. */
  drafts;

  #environment;
  #connection;
  #skew = new ClockSkew();
  #lists = new Lists();
  #outbox;
  #commands;
  #receipts;
  #typing;
  /** @type {Map<string, CaseLog>} */
  #logs = new Map();
  #isWatching = false;
  /** @type {{visible: boolean, idle: boolean} | null} */
  #presence = null;
  /** @type {any} */
  #presenceTimer = null;
  /** @type {string | null} */
  #person = null;
  /** @type {string | null} */
  #generation = null;

  /**
   * @param {object} options
   * @param {string | URL} options.socketURL
   * @param {() => Promise<string>} options.ticket throws a FoyerError with the code `sign_in` when the session is over
   * @param {Storage | null} [options.storage]
   * @param {string} [options.device]
   * @param {string} [options.person] who this is, if it is known before the welcome: drafts and unsent messages are
   *   then there at once
   * @param {import("./environment.js").Environment} [options.environment]
   */
  constructor({ socketURL, ticket, storage = null, device, person, environment = browserEnvironment() }) {
    super();
    this.#environment = environment;
    this.#connection = new Connection({ socketURL, ticket, device, environment });
    const request = this.#connection.request.bind(this.#connection);
    const keys = new Keys(environment);
    this.drafts = new Drafts(storage);
    this.#outbox = new Outbox({ environment, keys, storage, request });
    this.#commands = new Commands({ environment, keys, request });
    this.#receipts = new Receipts({ environment, request });
    this.#typing = new Typing({ environment, request });
    this.#listen();
    if (person) this.#isPerson(person);
  }

  start() {
    this.#connection.start();
  }

  /** Ends it for good: another tab may send what this one did not. */
  stop() {
    this.#connection.stop();
    this.#outbox.close();
  }

  retryNow() {
    this.#connection.retryNow();
  }

  /** @returns {import("./connection.js").State} */
  get state() {
    return this.#connection.state;
  }

  /** @returns {any} the `ok` of authenticate, or null */
  get welcome() {
    return this.#connection.welcome;
  }

  get clockSkew() {
    return this.#skew.ms;
  }

  /** @returns {number} the server's time in ms */
  now() {
    return this.#environment.now() + this.#skew.ms;
  }

  /** @returns {Map<string, any>} the summaries of the watched lists, by case */
  get cases() {
    return this.#lists.cases;
  }

  /** @returns {boolean} whether what is unsent would survive a reload */
  get keepsUnsent() {
    return this.#outbox.isDurable;
  }

  /** @returns {number} of messages that are not known to be with the server */
  get unsentCount() {
    return this.#outbox.count;
  }

  watch() {
    if (this.#isWatching) return;
    this.#isWatching = true;
    if (this.welcome) this.#watchNow();
  }

  /**
   * @param {string} caseId
   * @returns {CaseLog} the same one until it is closed
   */
  log(caseId) {
    const known = this.#logs.get(caseId);
    if (known) return known;
    const log = new CaseLog(caseId, {
      request: this.#connection.request.bind(this.#connection),
      outbox: this.#outbox,
      environment: this.#environment,
      me: () => this.#person ?? undefined,
      received: ({ seq, event }) => {
        if (event.author?.id !== this.#person) this.#receipts.note(caseId, "delivered", seq);
      },
      closed: () => this.#logs.delete(caseId),
    });
    this.#logs.set(caseId, log);
    if (this.welcome) log.online(this.welcome.generation);
    return log;
  }

  /**
   * @param {string} caseId
   * @param {string} text
   * @param {{voice?: "own" | "team", note?: boolean, files?: any[]}} [how] files that were uploaded (`files/upload.js`)
   * @returns {string} the message's key
   */
  send(caseId, text, { voice, note = false, files } = {}) {
    this.#typing.sent(caseId);
    return this.#outbox.add(caseId, text, { kind: note ? "note" : "send", voice, files, at: this.now() });
  }

  /** @param {string} caseId @param {string} key */
  retry(caseId, key) {
    this.#outbox.retry(caseId, key);
  }

  /** @param {string} caseId @param {string} key */
  discard(caseId, key) {
    this.#outbox.discard(caseId, key);
  }

  /** Takes drafts and unsent messages off this device, for whoever signs out. */
  forget() {
    this.#outbox.forget();
    this.drafts.forget();
  }

  /**
   * A command under a key of its own, repeated over reconnects until it is answered.
   *
   * @param {string} type
   * @param {object} fields
   * @returns {Promise<any>}
   */
  command(type, fields) {
    const { state } = this.state;
    if (state === "signedOut") return Promise.reject(signInAgain());
    return this.#commands.run(type, fields);
  }

  /**
   * A question: rejects with `disconnected` when there is no connection, or it breaks.
   *
   * @param {string} type
   * @param {object} [fields]
   * @returns {Promise<any>}
   */
  request(type, fields) {
    return this.#connection.request(type, fields);
  }

  /** @param {string} caseId @param {{private?: boolean, voice?: "own" | "team"}} [how] */
  typing(caseId, { private: isPrivate = false, voice = "own" } = {}) {
    if (this.welcome) this.#typing.keystroke(caseId, { isPrivate, voice });
  }

  /** @param {string} caseId */
  stopTyping(caseId) {
    this.#typing.stop(caseId);
  }

  /** @param {string} caseId @param {number} seq */
  seen(caseId, seq) {
    this.#receipts.note(caseId, "seen", seq);
  }

  /** @param {{visible: boolean, idle: boolean}} presence */
  presence({ visible, idle }) {
    const before = this.#presence;
    this.#presence = { visible, idle };
    if (before?.visible !== visible || before.idle !== idle) this.#tellPresence();
  }

  #listen() {
    const connection = this.#connection;
    connection.addEventListener("state", () => this.#stateChanged());
    connection.addEventListener("welcome", (event) => this.#welcomed(detailOf(event)));
    connection.addEventListener("broken", () => this.#broken());
    connection.addEventListener("push", (event) => this.#pushed(detailOf(event)));
    connection.addEventListener("time", (event) => this.#skew.note(detailOf(event)));
    this.#outbox.addEventListener("changed", (event) => this.#logs.get(detailOf(event).case)?.pendingChanged());
    this.#outbox.addEventListener("sent", (event) => this.#logs.get(detailOf(event).case)?.sent(detailOf(event)));
  }

  #stateChanged() {
    const { state } = this.state;
    if (state === "signedOut") this.#commands.rejectAll(signInAgain());
    if (state === "stopped") {
      this.#commands.rejectAll(new FoyerError({ code: "stopped", message: "This page no longer has a connection." }));
    }
    this.#say("state", this.state);
  }

  /** @param {any} welcome */
  #welcomed(welcome) {
    const isAnother = this.#person !== null && this.#person !== welcome.me.id;
    if (isAnother || (this.#generation !== null && this.#generation !== welcome.generation)) {
      this.#lists.forget();
      this.#receipts.forget();
    }
    this.#generation = welcome.generation;
    this.#isPerson(welcome.me.id);
    this.#say("welcome", welcome);
    for (const log of this.#logs.values()) {
      if (isAnother) log.forget();
      log.online(welcome.generation);
    }
    if (this.#isWatching) this.#watchNow();
    this.#tellPresence();
    this.#receipts.online();
    this.#commands.online();
    this.#outbox.online();
  }

  #broken() {
    this.#environment.clearTimeout(this.#presenceTimer);
    this.#receipts.offline();
    this.#commands.offline();
    this.#outbox.offline();
    for (const log of this.#logs.values()) {
      log.offline();
      // Who is typing is known for as long as there is a connection.
      log.push({ push: "typing", case: log.caseId, who: [] });
    }
  }

  /** @param {any} push */
  #pushed(push) {
    switch (push.push) {
      case "summary":
        this.#summary(push.case);
        return;
      case "gone":
        this.#lists.remove(push.case);
        this.#say("gone", { case: push.case });
        return;
      default:
        this.#logs.get(push.case)?.push(push);
        this.#say(push.push, push);
    }
  }

  /** @param {any} summary */
  #summary(summary) {
    if (!this.#lists.take(summary)) return;
    const known = summary.cursors?.[this.welcome?.side];
    if (known) this.#receipts.known(summary.id, known);
    this.#say("summary", summary);
  }

  async #watchNow() {
    this.#lists.begin();
    try {
      const { count } = await this.request("watch");
      for (const caseId of this.#lists.end()) this.#say("gone", { case: caseId });
      this.#say("watched", { count });
    } catch (error) {
      const { code, retry } = /** @type {FoyerError} */ (error);
      if (retry && code !== "disconnected") this.#environment.setTimeout(() => this.welcome && this.#watchNow(), 2000);
    }
  }

  #tellPresence() {
    this.#environment.clearTimeout(this.#presenceTimer);
    if (this.#presence === null || !this.welcome) return;
    this.request("presence", this.#presence).catch(() => {});
    if (this.#presence.idle) return;
    this.#presenceTimer = this.#environment.setTimeout(() => this.#tellPresence(), PRESENCE_AGAIN_MS);
  }

  /** @param {string} person */
  #isPerson(person) {
    if (person === this.#person) return;
    this.#person = person;
    this.drafts.belongsTo(person);
    this.#outbox.belongsTo(person);
  }

  /**
   * @param {string} type
   * @param {any} detail
   */
  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {Event} event */
const detailOf = (event) => /** @type {CustomEvent} */ (event).detail;

const signInAgain = () => new FoyerError({ code: "sign_in", message: "Please sign in again." });
