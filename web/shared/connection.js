import { Backoff } from "./backoff.js";
import { verdict } from "./closing.js";
import { FoyerError } from "./error.js";
import { Requests } from "./requests.js";

/** From asking for a ticket to being welcome. */
const ATTEMPT_MS = 15_000;
/** Who has sent nothing for so long pings. */
const PING_AFTER_MS = 20_000;
/** A socket on which something is unanswered and nothing has come for so long is dead. */
const ANSWER_MS = 10_000;
/** The same after a wake-up, when death is likely and somebody is looking. */
const CHECK_MS = 4_000;
/** One command that stays unanswered for so long is a loss, although others are answered. */
const STUCK_MS = 30_000;
const TICK_MS = 5_000;
/** A connection that lived for so long has proven itself: the next loss begins with short waits. */
const PROVEN_MS = 10_000;
/** Going on without any wait is for once in a while. */
const RUSH_EVERY_MS = 10_000;

/**
 * @typedef {import("./environment.js").Environment} Environment
 * @typedef {"connecting" | "online" | "waiting" | "offline" | "signedOut" | "stopped"} StateName
 * @typedef {{state: StateName, retryAt: number | null, attempt: number}} State `retryAt` by the device's clock
 */

/**
 * One socket that comes back, until it is signed out or told to stop. Says `state`, `welcome` (the answer to
 * `authenticate`), `push` (a message) and `broken` (what was pushed and asked on the socket ends here).
 */
export class Connection extends EventTarget {
  /** @type {State} */
  state = { state: "stopped", retryAt: null, attempt: 0 };
  /** @type {any} the `ok` of authenticate while online */
  welcome = null;

  #socketURL;
  #fetchTicket;
  #device;
  #environment;
  #backoff;
  #requests = new Requests();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {any} the retry, while waiting */
  #retryTimer = null;
  /** @type {any} the end of an attempt's patience */
  #attemptTimer = null;
  /** @type {any} */
  #tickTimer = null;
  #ticksAt = 0;
  #sentAt = 0;
  #receivedAt = 0;
  #onlineAt = 0;
  /** @type {Map<string, number>} by the reason to */
  #rushedAt = new Map();
  /** Names the attempt, so that what an abandoned one still hears is not taken for the present. */
  #era = 0;
  #attempt = 0;
  #mayHurry = true;
  /** Being looked at brings several tellings at once; one check serves them all. */
  #isChecking = false;
  /** @type {(() => void) | null} */
  #endNetwork = null;

  /**
   * @param {object} options
   * @param {string | URL} options.socketURL
   * @param {() => Promise<string>} options.ticket
   * @param {string} [options.device]
   * @param {Environment} options.environment
   */
  constructor({ socketURL, ticket, device = "other", environment }) {
    super();
    this.#socketURL = socketURL;
    this.#fetchTicket = ticket;
    this.#device = device;
    this.#environment = environment;
    this.#backoff = new Backoff({ firstMs: 500, longestMs: 30_000, random: environment.random });
  }

  start() {
    if (this.#endNetwork) return;
    this.#endNetwork = this.#environment.onNetwork((what) => this.#networkChanged(what));
    this.#attempt = 0;
    this.#connect();
  }

  stop() {
    this.#end("stopped");
  }

  /** Somebody wants to know now: no waiting, whatever the reason for it was. */
  retryNow() {
    const { state } = this.state;
    if (state === "online") this.#check();
    else if (state === "waiting" || state === "offline") this.#connect();
    else if (state === "signedOut" || state === "stopped") this.start();
  }

  /**
   * Sends at once, or rejects with `disconnected`; also when the socket breaks before the answer.
   *
   * @param {string} type
   * @param {object} [fields]
   * @returns {Promise<any>}
   */
  request(type, fields = {}) {
    if (this.welcome === null || !this.#socket) {
      return Promise.reject(new FoyerError({ code: "disconnected", message: "There is no connection.", retry: true }));
    }
    return this.#ask(this.#socket, type, fields);
  }

  /**
   * @param {WebSocket} socket
   * @param {string} type
   * @param {object} fields
   */
  #ask(socket, type, fields) {
    const now = this.#environment.now();
    const { id, answer } = this.#requests.add(now);
    this.#sentAt = now;
    socket.send(JSON.stringify({ id, type, ...fields }));
    return answer;
  }

  async #connect() {
    this.#abandon();
    const era = this.#era;
    const isPresent = () => era === this.#era;
    this.#attempt += 1;
    this.#tell(this.#environment.isOnline() ? "connecting" : "offline");
    this.#attemptTimer = this.#environment.setTimeout(() => this.#lost({ then: "backoff" }), ATTEMPT_MS);
    let ticket;
    try {
      ticket = await this.#fetchTicket();
    } catch (error) {
      if (isPresent()) this.#refused(error);
      return;
    }
    if (!isPresent()) return;
    const socket = this.#environment.openSocket(this.#socketURL, "foyer.v1");
    this.#socket = socket;
    socket.addEventListener("open", () => isPresent() && this.#authenticate(socket, ticket, isPresent));
    socket.addEventListener("message", ({ data }) => isPresent() && this.#received(data));
    socket.addEventListener("close", ({ code, reason }) => isPresent() && this.#lost(verdict(code, reason)));
  }

  /**
   * @param {WebSocket} socket
   * @param {string} ticket
   * @param {() => boolean} isPresent
   */
  async #authenticate(socket, ticket, isPresent) {
    const askedAt = this.#environment.now();
    try {
      const welcome = await this.#ask(socket, "authenticate", { ticket, device: this.#device });
      if (isPresent()) this.#welcomed(welcome, askedAt);
    } catch {
      // Also a ticket that has gone stale on the way: the next attempt fetches another.
      if (isPresent()) this.#lost({ then: "backoff" });
    }
  }

  /**
   * @param {any} welcome
   * @param {number} askedAt
   */
  #welcomed(welcome, askedAt) {
    const now = this.#environment.now();
    this.#environment.clearTimeout(this.#attemptTimer);
    this.welcome = welcome;
    this.#attempt = 0;
    this.#onlineAt = now;
    this.#noteTime(welcome, askedAt);
    this.#tell("online");
    this.dispatchEvent(new CustomEvent("welcome", { detail: welcome }));
    this.#ticksAt = now;
    this.#tickTimer = this.#environment.setTimeout(() => this.#tick(), TICK_MS);
  }

  /** @param {unknown} data */
  #received(data) {
    this.#receivedAt = this.#environment.now();
    if (typeof data !== "string") return;
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message === null || typeof message !== "object") return;
    if (typeof message.re === "number") this.#requests.settle(message);
    else if (typeof message.push === "string") this.dispatchEvent(new CustomEvent("push", { detail: message }));
  }

  #tick() {
    const now = this.#environment.now();
    const passed = now - this.#ticksAt;
    this.#ticksAt = now;
    this.#tickTimer = this.#environment.setTimeout(() => this.#tick(), TICK_MS);
    if (now - this.#onlineAt >= PROVEN_MS) this.#backoff.reset();
    // The device slept, or its clock was set: what the other timers believe is worth nothing.
    if (passed < 0 || passed > 3 * TICK_MS) {
      this.#check();
      return;
    }
    const oldest = this.#requests.oldest;
    if (oldest !== null) {
      const silence = now - Math.max(oldest, this.#receivedAt);
      if (silence >= ANSWER_MS || now - oldest >= STUCK_MS) this.#lost({ then: "resume" });
    } else if (now - this.#sentAt >= PING_AFTER_MS - TICK_MS) {
      this.#ping();
    }
  }

  async #ping() {
    const askedAt = this.#environment.now();
    try {
      this.#noteTime(await this.request("ping"), askedAt);
    } catch {
      // A loss is told by the socket.
    }
  }

  /** Is the socket still one? Answered within a short time, or it is given up. */
  #check() {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const era = this.#era;
    const before = this.#environment.now();
    this.#receivedAt = Math.min(this.#receivedAt, before - 1);
    this.#ping();
    this.#environment.setTimeout(() => {
      this.#isChecking = false;
      if (era === this.#era && this.welcome !== null && this.#receivedAt < before) this.#lost({ then: "resume" });
    }, CHECK_MS);
  }

  /** @param {"wake" | "offline"} what */
  #networkChanged(what) {
    if (this.welcome !== null) this.#check();
    else if (what === "wake" && this.#mayBeHurried) this.#connect();
    else if (this.state.state === "waiting" && !this.#environment.isOnline()) this.#tell("offline", this.state.retryAt);
  }

  /** A wait that the server asked for is kept: a thousand pages woken at once are why it asked. */
  get #mayBeHurried() {
    const { state } = this.state;
    return this.#mayHurry && (state === "waiting" || state === "offline");
  }

  /** @param {unknown} error */
  #refused(error) {
    if (error instanceof FoyerError && error.code === "sign_in") {
      this.#end("signedOut");
      return;
    }
    const seconds = Number(/** @type {any} */ (error)?.retryAfterSeconds);
    this.#lost(seconds > 0 ? { then: "wait", ms: Math.min(seconds, 600) * 1000 } : { then: "backoff" });
  }

  /** @param {import("./closing.js").Verdict} what */
  #lost(what) {
    const now = this.#environment.now();
    const mayRush = this.welcome !== null && now - (this.#rushedAt.get(what.then) ?? -Infinity) >= RUSH_EVERY_MS;
    this.#abandon();
    switch (what.then) {
      case "stop":
        this.#end("stopped");
        return;
      case "resume":
      case "authenticate": // With the ticket that is fetched each time.
        // A server that ends each socket at once must not be asked again without a pause.
        if (mayRush) this.#rushedAt.set(what.then, now);
        this.#waitFor(mayRush ? 0 : this.#backoff.next());
        return;
      case "wait":
        this.#waitFor(what.ms, false);
        return;
      case "backoff":
        this.#waitFor(this.#backoff.next());
        return;
    }
  }

  /**
   * @param {number} ms
   * @param {boolean} [mayHurry]
   */
  #waitFor(ms, mayHurry = true) {
    this.#mayHurry = mayHurry;
    this.#tell(this.#environment.isOnline() ? "waiting" : "offline", this.#environment.now() + ms);
    this.#retryTimer = this.#environment.setTimeout(() => this.#connect(), ms);
  }

  /** @param {"signedOut" | "stopped"} state */
  #end(state) {
    this.#abandon();
    this.#endNetwork?.();
    this.#endNetwork = null;
    this.#attempt = 0;
    this.#tell(state);
  }

  /** Leaves the attempt or the socket there is, if any. */
  #abandon() {
    this.#era += 1;
    const { clearTimeout } = this.#environment;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#attemptTimer);
    clearTimeout(this.#tickTimer);
    const socket = this.#socket;
    const wasOnline = this.welcome !== null;
    this.#socket = null;
    this.welcome = null;
    this.#requests.breakAll();
    this.#requests = new Requests();
    socket?.close(1000);
    if (wasOnline) this.dispatchEvent(new CustomEvent("broken"));
  }

  /**
   * @param {{now?: number}} answer
   * @param {number} askedAt
   */
  #noteTime(answer, askedAt) {
    if (typeof answer.now !== "number") return;
    const detail = { server: answer.now, askedAt, answeredAt: this.#environment.now() };
    this.dispatchEvent(new CustomEvent("time", { detail }));
  }

  /**
   * @param {StateName} state
   * @param {number | null} [retryAt]
   */
  #tell(state, retryAt = null) {
    this.state = { state, retryAt, attempt: this.#attempt };
    this.dispatchEvent(new CustomEvent("state", { detail: this.state }));
  }
}
