/** The server lets it end after 6 s, and takes one telling every 2 s. */
const AGAIN_MS = 2_500;
const PAUSE_MS = 4_000;

/** @typedef {{isPrivate: boolean, voice: "own" | "team"}} How in whose name, and whether it is a note */

/** Tells that somebody is writing in a case: on a keystroke, again while it goes on, and of the end. */
export class Typing {
  #environment;
  #request;
  /** @type {Map<string, {how: How, toldAt: number, pause: any}>} by case */
  #writing = new Map();

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
   * @param {How} how
   */
  keystroke(caseId, how) {
    const now = this.#environment.now();
    const before = this.#writing.get(caseId);
    this.#environment.clearTimeout(before?.pause);
    const isSame = before?.how.isPrivate === how.isPrivate && before.how.voice === how.voice;
    const isTold = isSame && now >= before.toldAt && now - before.toldAt < AGAIN_MS;
    const pause = this.#environment.setTimeout(() => this.stop(caseId), PAUSE_MS);
    this.#writing.set(caseId, { how, toldAt: isTold ? before.toldAt : now, pause });
    if (!isTold) this.#tell(caseId, true, how);
  }

  /** @param {string} caseId */
  stop(caseId) {
    const before = this.#writing.get(caseId);
    if (!before) return;
    this.sent(caseId);
    this.#tell(caseId, false, before.how);
  }

  /**
   * Sending ends it at the server by itself.
   *
   * @param {string} caseId
   */
  sent(caseId) {
    this.#environment.clearTimeout(this.#writing.get(caseId)?.pause);
    this.#writing.delete(caseId);
  }

  /**
   * @param {string} caseId
   * @param {boolean} on
   * @param {How} how
   */
  #tell(caseId, on, { isPrivate, voice }) {
    this.#request("typing", { case: caseId, on, private: isPrivate, voice }).catch(() => {});
  }
}
