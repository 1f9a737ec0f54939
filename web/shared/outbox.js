import { Backoff } from "./backoff.js";
import { Store } from "./store.js";

/**
 * @typedef {import("./environment.js").Environment} Environment
 * @typedef {import("./error.js").FoyerError} FoyerError
 * @typedef {object} Unsent
 * @property {string} key
 * @property {string} case
 * @property {string} text
 * @property {"own" | "team" | undefined} voice
 * @property {any[] | undefined} [files] uploaded before, as the server has them
 * @property {"send" | "note"} kind
 * @property {"sending" | "failed"} state
 * @property {{code: string, message: string} | null} error
 * @property {number} at by the server's clock, as far as it was known
 * @property {string} tab who sends it; others leave it alone while that one lives
 */

const LOOK_FOR_ORPHANS_MS = 30_000;

/**
 * Messages that are not known to be with the server. Each is kept in storage, under its person, from the moment it is
 * written until it is answered, and goes out under the key it was given then: whoever sends it again, this page, the
 * same page after a reload or another tab, sends the same command, and the server takes it once.
 *
 * One is under way per case, in the order of their keys, which is the order of writing. Says `changed` (with its
 * `case`) and `sent` (`case`, `key`, `seq`, and the `entry` that is no longer here).
 */
export class Outbox extends EventTarget {
  #environment;
  #keys;
  #request;
  #storage;
  #store;
  /** @type {string | null} */
  #person = null;
  #tab;
  #isOnline = false;
  /** @type {Map<string, Unsent>} by key */
  #entries = new Map();
  /** @type {Map<string, string>} by case, the key that is under way */
  #inFlight = new Map();
  /** @type {Set<string>} cases that pause after an error */
  #pausing = new Set();
  #backoff;
  /** @type {any} */
  #orphanTimer = null;
  /** @type {(() => void) | null} lets the others know that this tab is gone */
  #release = null;

  /**
   * @param {object} options
   * @param {Environment} options.environment
   * @param {import("./keys.js").Keys} options.keys
   * @param {Storage | null} options.storage
   * @param {(type: string, fields: object) => Promise<any>} options.request
   */
  constructor({ environment, keys, storage, request }) {
    super();
    this.#environment = environment;
    this.#keys = keys;
    this.#storage = storage;
    this.#store = new Store(null, "");
    this.#request = request;
    this.#tab = keys.next();
    this.#backoff = new Backoff({ firstMs: 1000, longestMs: 30_000, random: environment.random });
    this.#holdTabLock();
  }

  /** @returns {boolean} whether what is unsent would survive a reload */
  get isDurable() {
    return this.#store.isDurable;
  }

  /** @param {string} person whose messages these are; what was written before anybody was known becomes theirs */
  belongsTo(person) {
    if (person === this.#person) return;
    const unnamed = this.#person === null ? [...this.#entries.values()] : [];
    const cases = new Set([...this.#entries.values()].map((entry) => entry.case));
    this.#person = person;
    this.#store = new Store(this.#storage, `foyer.unsent.${person}.`);
    this.#entries = new Map(unnamed.map((entry) => [entry.key, entry]));
    for (const entry of unnamed) this.#store.set(entry.key, entry);
    for (const name of cases) this.#changed(name);
    this.#adoptOrphans();
  }

  /** @param {string} caseId @returns {Unsent[]} in the order of writing */
  of(caseId) {
    const own = [...this.#entries.values()].filter((entry) => entry.case === caseId);
    return own.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  /** @param {string} caseId @returns {Unsent | undefined} what the server may have taken already */
  inFlight(caseId) {
    const key = this.#inFlight.get(caseId);
    return key === undefined ? undefined : this.#entries.get(key);
  }

  /** @returns {number} */
  get count() {
    return this.#entries.size;
  }

  /**
   * @param {string} caseId
   * @param {string} text
   * @param {{kind: "send" | "note", voice?: "own" | "team", files?: any[], at: number}} how
   * @returns {string} its key
   */
  add(caseId, text, { kind, voice, files, at }) {
    const key = this.#keys.next();
    this.#keep({ key, case: caseId, text, voice, files, kind, state: "sending", error: null, at, tab: this.#tab });
    this.#changed(caseId);
    this.#pump(caseId);
    return key;
  }

  /**
   * A refused message is a new decision, so it gets a new key; it keeps its text and its moment.
   *
   * @param {string} caseId
   * @param {string} key
   */
  retry(caseId, key) {
    const entry = this.#entries.get(key);
    if (entry?.state !== "failed" || entry.case !== caseId) return;
    this.#drop(key);
    this.#keep({ ...entry, key: this.#keys.next(), state: "sending", error: null, tab: this.#tab });
    this.#changed(caseId);
    this.#pump(caseId);
  }

  /**
   * Only what failed: what is under way may have been taken already.
   *
   * @param {string} caseId
   * @param {string} key
   */
  discard(caseId, key) {
    if (this.#entries.get(key)?.state !== "failed") return;
    this.#drop(key);
    this.#changed(caseId);
  }

  /** Takes everything of this person off this device. */
  forget() {
    for (const key of [...this.#entries.keys(), ...this.#store.names()]) this.#drop(key);
  }

  online() {
    this.#isOnline = true;
    this.#pausing.clear();
    this.#pumpAll();
    this.#adoptOrphans();
  }

  offline() {
    this.#isOnline = false;
    this.#inFlight.clear();
    this.#environment.clearTimeout(this.#orphanTimer);
  }

  close() {
    this.offline();
    this.#release?.();
    this.#release = null;
  }

  #pumpAll() {
    for (const name of new Set([...this.#entries.values()].map((entry) => entry.case))) this.#pump(name);
  }

  /** @param {string} caseId */
  async #pump(caseId) {
    if (!this.#isOnline || this.#inFlight.has(caseId) || this.#pausing.has(caseId)) return;
    const entry = this.of(caseId).find(({ state }) => state === "sending");
    if (!entry) return;
    const { key, text, voice, kind } = entry;
    const files = entry.files?.map(({ id }) => id);
    const person = this.#person;
    this.#inFlight.set(caseId, key);
    let ok;
    let error;
    try {
      ok = await this.#request(kind, {
        case: caseId, key, text, ...(voice ? { voice } : {}), ...(files?.length ? { files } : {}),
      });
    } catch (thrown) {
      error = /** @type {FoyerError} */ (thrown);
    }
    if (person !== this.#person) return;
    if (this.#inFlight.get(caseId) === key) this.#inFlight.delete(caseId);
    if (ok) this.#sent(entry, ok.seq);
    else if (error) this.#failed(entry, error);
    this.#pump(caseId);
  }

  /**
   * @param {Unsent} entry
   * @param {number} seq
   */
  #sent(entry, seq) {
    this.#backoff.reset();
    this.#drop(entry.key);
    this.dispatchEvent(new CustomEvent("sent", { detail: { case: entry.case, key: entry.key, seq, entry } }));
    this.#changed(entry.case);
  }

  /**
   * @param {Unsent} entry
   * @param {FoyerError} error
   */
  #failed(entry, error) {
    if (error.code === "disconnected") return; // It goes out again, under the same key, with the next connection.
    if (!this.#entries.has(entry.key)) return;
    if (error.retry) {
      this.#pausing.add(entry.case);
      this.#environment.setTimeout(() => {
        this.#pausing.delete(entry.case);
        this.#pump(entry.case);
      }, 500 + this.#backoff.next());
      return;
    }
    this.#keep({ ...entry, state: "failed", error: { ...error, code: error.code, message: error.message } });
    this.#changed(entry.case);
  }

  /** What another tab, or this page before a reload, wrote and can no longer send. */
  async #adoptOrphans() {
    this.#environment.clearTimeout(this.#orphanTimer);
    const store = this.#store;
    const living = await this.#livingTabs();
    if (store !== this.#store) return;
    for (const name of store.names()) {
      const entry = /** @type {Unsent | null} */ (store.get(name));
      if (this.#entries.has(name) || !isUnsent(entry, name) || living?.has(entry.tab)) continue;
      this.#keep({ ...entry, tab: this.#tab });
      this.#changed(entry.case);
    }
    this.#pumpAll();
    if (!this.#isOnline) return;
    this.#environment.clearTimeout(this.#orphanTimer);
    this.#orphanTimer = this.#environment.setTimeout(() => this.#adoptOrphans(), LOOK_FOR_ORPHANS_MS);
  }

  /** @returns {Promise<Set<string> | null>} null where it cannot be known: then all send, and the key keeps it right */
  async #livingTabs() {
    try {
      const held = (await this.#environment.locks?.query())?.held;
      return held ? new Set(held.map(({ name }) => (name ?? "").replace("foyer.tab.", ""))) : null;
    } catch {
      return null;
    }
  }

  #holdTabLock() {
    const held = new Promise((resolve) => (this.#release = () => resolve(undefined)));
    this.#environment.locks?.request(`foyer.tab.${this.#tab}`, () => held)?.catch(() => {});
  }

  /** @param {Unsent} entry */
  #keep(entry) {
    this.#entries.set(entry.key, entry);
    if (this.#person !== null) this.#store.set(entry.key, entry);
  }

  /** @param {string} key */
  #drop(key) {
    this.#entries.delete(key);
    this.#store.delete(key);
  }

  /** @param {string} caseId */
  #changed(caseId) {
    this.dispatchEvent(new CustomEvent("changed", { detail: { case: caseId } }));
  }
}

/**
 * Storage is not ours alone: an older release or another hand may have written there.
 *
 * @param {any} entry
 * @param {string} name
 * @returns {entry is Unsent}
 */
function isUnsent(entry, name) {
  return (
    entry !== null &&
    typeof entry === "object" &&
    entry.key === name &&
    typeof entry.case === "string" &&
    typeof entry.text === "string" &&
    (entry.kind === "send" || entry.kind === "note") &&
    (entry.state === "sending" || entry.state === "failed")
  );
}
