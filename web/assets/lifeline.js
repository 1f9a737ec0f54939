import { Backoff } from "../shared/backoff.js";

/** A server from which nothing came for so long is taken for gone: its pulse comes every second. */
const SILENCE_MS = 5_000;
/** An attempt that has led nowhere after this long is given up. */
const OPENING_MS = 8_000;
const PING_EVERY_MS = 2_000;

/**
 * @typedef {{type: "pulse", connections: number, uptimeSeconds: number, messages: number}} Pulse
 * @typedef {"connecting" | "connected" | "waiting" | "offline"} State
 * @typedef {{state: State, hadConnection: boolean, retryAt: number | null}} Situation `retryAt` as performance.now()
 */

/**
 * A socket that comes back: it reconnects with growing waits, rests while the device is offline, and tries at once when
 * the device is online again or the page is looked at.
 *
 * Events: `situation` (detail: Situation), `pulse` (detail: Pulse), `roundtrip` (detail: milliseconds).
 */
export class Lifeline extends EventTarget {
  #url;
  #backoff = new Backoff();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #pinging;
  #pingId = 0;
  #pingSentAt = 0;
  #hadConnection = false;

  /** @param {string | URL} url */
  constructor(url) {
    super();
    this.#url = url;
    addEventListener("online", () => this.connectNow());
    addEventListener("offline", () => this.#lost());
    document.addEventListener("visibilitychange", () => {
      // Timers slept with the page: what they would have found out is asked now.
      if (document.visibilityState === "visible") this.#wake();
    });
  }

  /** Tries at once, unless there is a connection or an attempt under way. */
  connectNow() {
    if (this.#socket) return;
    clearTimeout(this.#retry);
    if (!navigator.onLine) {
      this.#tell("offline");
      return;
    }
    this.#tell("connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#expectSomethingWithin(OPENING_MS);
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("message", ({ data }) => this.#received(socket, data));
    socket.addEventListener("close", () => {
      if (socket === this.#socket) this.#lost();
    });
  }

  /** @param {WebSocket} socket */
  #opened(socket) {
    if (socket !== this.#socket) return;
    this.#hadConnection = true;
    this.#tell("connected");
    this.#expectSomethingWithin(SILENCE_MS);
    this.#ping();
    this.#pinging = setInterval(() => this.#ping(), PING_EVERY_MS);
  }

  #ping() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#pingId += 1;
    this.#pingSentAt = performance.now();
    this.#socket.send(JSON.stringify({ type: "ping", id: this.#pingId }));
  }

  /**
   * @param {WebSocket} socket
   * @param {unknown} data
   */
  #received(socket, data) {
    if (socket !== this.#socket || typeof data !== "string") return;
    this.#expectSomethingWithin(SILENCE_MS);
    const message = parsed(data);
    if (message?.type === "pulse") {
      // Only now: a server that accepts and at once lets go must not be asked in a tight loop.
      this.#backoff.reset();
      this.dispatchEvent(new CustomEvent("pulse", { detail: message }));
    } else if (message?.type === "pong" && message.id === this.#pingId) {
      this.dispatchEvent(new CustomEvent("roundtrip", { detail: performance.now() - this.#pingSentAt }));
    }
  }

  /** @param {number} milliseconds */
  #expectSomethingWithin(milliseconds) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), milliseconds);
  }

  /** The connection, or the attempt, is over, whoever found out. */
  #lost() {
    clearTimeout(this.#silence);
    clearInterval(this.#pinging);
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    if (!navigator.onLine) {
      this.#tell("offline");
      return;
    }
    const wait = this.#backoff.next();
    this.#retry = setTimeout(() => this.connectNow(), wait);
    this.#tell("waiting", performance.now() + wait);
  }

  #wake() {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#expectSomethingWithin(SILENCE_MS);
      this.#ping();
    } else {
      this.connectNow();
    }
  }

  /**
   * @param {State} state
   * @param {number | null} [retryAt]
   */
  #tell(state, retryAt = null) {
    /** @type {Situation} */
    const situation = { state, hadConnection: this.#hadConnection, retryAt };
    this.dispatchEvent(new CustomEvent("situation", { detail: situation }));
  }
}

/**
 * @param {string} text
 * @returns {any} null for what is no JSON
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
