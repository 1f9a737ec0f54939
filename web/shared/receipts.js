/** How long receipts are gathered: a log that is read again brings hundreds of events at once. */
const GATHER_MS = 250;
/** A server that could not take them is not asked at that pace. */
const AGAIN_MS = 5000;

/** @typedef {{wanted: number, told: number, underWay: boolean}} Cursor */

/**
 * Tells the server how far a case was delivered and seen. Each only grows; one telling is under way at a time, and
 * what was told is told again only if it may have been lost. What was seen was delivered.
 */
export class Receipts {
  #environment;
  #request;
  /** @type {Map<string, {delivered: Cursor, seen: Cursor}>} by case */
  #cases = new Map();
  #isOnline = false;
  /** @type {any} */
  #timer = null;

  /**
   * @param {object} options
   * @param {import("./environment.js").Environment} options.environment
   * @param {(type: string, fields: object) => Promise<any>} options.request
   */
  constructor({ environment, request }) {
    this.#environment = environment;
    this.#request = request;
  }

  /**
   * @param {string} caseId
   * @param {"delivered" | "seen"} what
   * @param {number} upTo
   */
  note(caseId, what, upTo) {
    const cursor = this.#of(caseId)[what];
    if (!(upTo > cursor.wanted)) return;
    cursor.wanted = upTo;
    this.#soon();
  }

  /**
   * What the server knows already, from a summary.
   *
   * @param {string} caseId
   * @param {{delivered: number, seen: number}} known
   */
  known(caseId, { delivered, seen }) {
    const own = this.#of(caseId);
    own.delivered.told = Math.max(own.delivered.told, delivered);
    own.seen.told = Math.max(own.seen.told, seen);
  }

  /** Another log, or another reader. */
  forget() {
    this.#cases.clear();
  }

  online() {
    this.#isOnline = true;
    this.#soon();
  }

  offline() {
    this.#isOnline = false;
    this.#environment.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #soon(ms = GATHER_MS) {
    if (!this.#isOnline || this.#timer !== null) return;
    this.#timer = this.#environment.setTimeout(() => {
      this.#timer = null;
      for (const [caseId, { delivered, seen }] of this.#cases) {
        this.#tell(caseId, "seen", seen);
        if (delivered.wanted > Math.max(seen.wanted, seen.told)) this.#tell(caseId, "delivered", delivered);
      }
    }, ms);
  }

  /**
   * @param {string} caseId
   * @param {"delivered" | "seen"} what
   * @param {Cursor} cursor
   */
  async #tell(caseId, what, cursor) {
    if (cursor.underWay || cursor.wanted <= cursor.told) return;
    const upTo = cursor.wanted;
    let pause;
    cursor.underWay = true;
    try {
      await this.#request(what, { case: caseId, upTo });
      cursor.told = Math.max(cursor.told, upTo);
    } catch (error) {
      // A refusal stays one; anything else is told again with the next reason to.
      const { code, retry } = /** @type {any} */ (error);
      if (code !== "disconnected" && !retry) cursor.told = Math.max(cursor.told, upTo);
      else pause = AGAIN_MS;
    }
    cursor.underWay = false;
    if (cursor.wanted > cursor.told) this.#soon(pause);
  }

  /** @param {string} caseId */
  #of(caseId) {
    let own = this.#cases.get(caseId);
    if (!own) {
      const cursor = () => ({ wanted: 0, told: 0, underWay: false });
      own = { delivered: cursor(), seen: cursor() };
      this.#cases.set(caseId, own);
    }
    return own;
  }
}
