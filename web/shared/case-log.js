/**
 * @typedef {{seq: number, shared?: number, event: any}} Entry
 * @typedef {import("./outbox.js").Unsent} Unsent
 * @typedef {import("./outbox.js").Outbox} Outbox
 */

/**
 * One case as its reader sees it: numbered 1, 2, 3 … without a hole, never out of order, nothing twice. What does not
 * fit is not shown: it is asked for again from the last good number.
 *
 * Says `event` (an entry), `caughtUp`, `afresh` (all that was shown is void), `pending` (the list changed), `typing`,
 * `presence`, `notice` (the push), `file` (the push; the event it is about is as it says) and `refused` (`error`: there is
 * nothing to read here).
 */
export class CaseLog extends EventTarget {
  /** @type {string} */
  caseId;
  /** @type {Entry[]} dense, from number 1 */
  events = [];
  isCaughtUp = false;
  /** @type {import("./error.js").FoyerError | null} */
  error = null;

  #request;
  #outbox;
  #environment;
  #me;
  #received;
  #closed;
  /** @type {string | null} */
  #generation = null;
  #isOnline = false;
  /** What does not fit is dropped without a word until the repeated reading has begun. */
  #isRepairing = false;
  #fruitlessRepairs = 0;
  /** @type {any} */
  #timer = null;
  /** @type {Set<string>} keys of messages that are in the log already, though not answered yet */
  #echoed = new Set();
  /** @type {(Unsent & {seq: number})[]} answered, but not in the log yet */
  #answered = [];

  /**
   * @param {string} caseId
   * @param {object} options
   * @param {(type: string, fields: object) => Promise<any>} options.request
   * @param {Outbox} options.outbox
   * @param {import("./environment.js").Environment} options.environment
   * @param {() => string | undefined} options.me the reader's id
   * @param {(entry: Entry) => void} options.received told of each event, before the listeners
   * @param {() => void} options.closed
   */
  constructor(caseId, { request, outbox, environment, me, received, closed }) {
    super();
    this.caseId = caseId;
    this.#request = request;
    this.#outbox = outbox;
    this.#environment = environment;
    this.#me = me;
    this.#received = received;
    this.#closed = closed;
  }

  /** @returns {number} the last number that is here */
  get head() {
    return this.events.length;
  }

  /** @returns {Unsent[]} what is not in the log yet, in the order of writing */
  get pending() {
    const unsent = this.#outbox.of(this.caseId).filter(({ key }) => !this.#echoed.has(key));
    return [...this.#answered, ...unsent];
  }

  close() {
    if (this.#isOnline) this.#request("unsubscribe", { case: this.caseId }).catch(() => {});
    this.offline();
    this.#closed();
  }

  /** @param {string} generation */
  online(generation) {
    this.#isOnline = true;
    if (this.#generation !== null && this.#generation !== generation) this.forget();
    this.#generation = generation;
    this.#fruitlessRepairs = 0;
    this.#subscribe();
  }

  offline() {
    this.#isOnline = false;
    this.#isRepairing = false;
    this.isCaughtUp = false;
    this.#environment.clearTimeout(this.#timer);
  }

  /** Another log, or another reader: what is here is void. */
  forget() {
    this.events = [];
    this.isCaughtUp = false;
    this.error = null;
    this.#generation = null;
    this.#echoed.clear();
    this.#answered = [];
    this.#say("afresh", {});
  }

  /** @param {any} push one that names this case */
  push(push) {
    switch (push.push) {
      case "event":
        this.#take(push);
        return;
      case "caughtUp":
        this.#caughtUp(push);
        return;
      case "afresh":
        this.forget();
        this.#subscribe();
        return;
      case "file":
        this.#fileChanged(push);
      // falls through
      case "typing":
      case "notice":
      case "presence":
        this.#say(push.push, push);
        return;
    }
  }

  /** @param {any} push */
  #fileChanged({ id, state, reason }) {
    for (const { event } of this.events) {
      for (const file of event.files ?? []) if (file.id === id) Object.assign(file, { state, reason });
    }
  }

  /**
   * The server has it, but its event is still on the way: it stays in `pending` until then, so that nothing flickers.
   *
   * @param {{seq: number, entry: Unsent}} sent
   */
  sent({ seq, entry }) {
    const isHere = this.#echoed.delete(entry.key) || this.head >= seq;
    if (!isHere) this.#answered.push({ ...entry, seq });
  }

  pendingChanged() {
    this.#say("pending", {});
  }

  async #subscribe() {
    if (!this.#isOnline) return;
    this.isCaughtUp = false;
    this.error = null;
    try {
      await this.#request("subscribe", { case: this.caseId, after: this.head, generation: this.#generation });
    } catch (thrown) {
      const error = /** @type {import("./error.js").FoyerError} */ (thrown);
      if (error.code === "disconnected" || !this.#isOnline) return;
      if (error.retry) {
        this.#later(() => this.#subscribe());
        return;
      }
      this.error = error;
      this.#say("refused", error);
    }
  }

  /** @param {{seq: number, shared?: number, event: any}} push */
  #take({ seq, shared, event }) {
    if (seq <= this.head) return; // Had before.
    if (seq !== this.head + 1) {
      this.#repair();
      return;
    }
    this.#isRepairing = false;
    this.#fruitlessRepairs = 0;
    const entry = shared === undefined ? { seq, event } : { seq, shared, event };
    this.events.push(entry);
    const hadPending = this.#noteOwn(entry);
    this.#received(entry);
    this.#say("event", entry);
    if (hadPending) this.pendingChanged();
  }

  /**
   * Is it what we are waiting for? Events carry no key; but one message of a case is under way, and its text is known.
   *
   * @param {Entry} entry
   */
  #noteOwn({ seq, event }) {
    const before = this.#answered.length;
    this.#answered = this.#answered.filter((answered) => answered.seq > seq);
    const kind = event.type === "note" ? "note" : event.type === "message" ? "send" : null;
    const ours = this.#outbox.inFlight(this.caseId) ?? this.#outbox.of(this.caseId)[0];
    const isOurs = kind !== null && ours?.kind === kind && event.author?.id === this.#me() && ours.text === event.text;
    if (isOurs && ours.state === "sending") this.#echoed.add(ours.key);
    return isOurs || before !== this.#answered.length;
  }

  /** @param {{seq: number, generation: string}} push */
  #caughtUp({ seq, generation }) {
    if (this.#generation !== null && this.#generation !== generation) {
      this.forget();
      this.#subscribe();
      return;
    }
    this.#generation = generation;
    this.#isRepairing = false;
    if (seq > this.head) {
      this.#repair();
      return;
    }
    this.#fruitlessRepairs = 0;
    this.isCaughtUp = true;
    this.#say("caughtUp", { seq });
  }

  /** A number was passed over: reads again from the last good one; with growing pauses if that brings nothing. */
  #repair() {
    if (this.#isRepairing) return;
    this.#isRepairing = true;
    this.isCaughtUp = false;
    const readAgain = () => {
      this.#request("unsubscribe", { case: this.caseId }).catch(() => {});
      this.#subscribe();
    };
    this.#fruitlessRepairs += 1;
    if (this.#fruitlessRepairs === 1) readAgain();
    else this.#later(readAgain);
  }

  /** @param {() => void} action */
  #later(action) {
    const bound = Math.min(30_000, 500 * 2 ** Math.min(this.#fruitlessRepairs, 6));
    this.#environment.clearTimeout(this.#timer);
    this.#timer = this.#environment.setTimeout(() => {
      if (this.#isOnline) action();
    }, bound / 2 + (this.#environment.random() * bound) / 2);
  }

  /**
   * @param {string} type
   * @param {any} detail
   */
  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
