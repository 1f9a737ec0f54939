/** The server lets it end after 6 s, and takes one telling every 2 s. */
const AGAIN_MS = 2_500;
const PAUSE_MS = 4_000;

/** Tells that somebody is writing in a case: on a keystroke, again while it goes on, and of the end. */
export class Typing {
  #environment;
  #request;
  /** @type {Map<string, {isPrivate: boolean, toldAt: number, pause: any}>} by case */
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
   * @param {boolean} isPrivate
   */
  keystroke(caseId, isPrivate) {
    const now = this.#environment.now();
    const before = this.#writing.get(caseId);
    this.#environment.clearTimeout(before?.pause);
    const isTold = before?.isPrivate === isPrivate && now >= before.toldAt && now - before.toldAt < AGAIN_MS;
    const pause = this.#environment.setTimeout(() => this.stop(caseId), PAUSE_MS);
    this.#writing.set(caseId, { isPrivate, toldAt: isTold ? before.toldAt : now, pause });
    if (!isTold) this.#tell(caseId, true, isPrivate);
  }

  /** @param {string} caseId */
  stop(caseId) {
    const before = this.#writing.get(caseId);
    if (!before) return;
    this.sent(caseId);
    this.#tell(caseId, false, before.isPrivate);
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
   * @param {boolean} isPrivate
   */
  #tell(caseId, on, isPrivate) {
    this.#request("typing", { case: caseId, on, private: isPrivate }).catch(() => {});
  }
}
