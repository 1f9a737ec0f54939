import { FoyerError } from "./error.js";

/** @typedef {{resolve: (ok: any) => void, reject: (error: FoyerError) => void, sentAt: number}} Waiting */

/** What was asked on one socket and is not answered yet. Answers may overtake each other. */
export class Requests {
  #lastId = 0;
  /** @type {Map<number, Waiting>} in the order in which they were sent */
  #waiting = new Map();

  /** @returns {number | null} when the oldest unanswered one was sent */
  get oldest() {
    const [first] = this.#waiting.values();
    return first?.sentAt ?? null;
  }

  /**
   * @param {number} now
   * @returns {{id: number, answer: Promise<any>}}
   */
  add(now) {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, sentAt: now }));
    return { id, answer };
  }

  /** @param {{re: number, ok?: any, error?: any}} answer */
  settle({ re, ok, error }) {
    const waiting = this.#waiting.get(re);
    if (!waiting) return;
    this.#waiting.delete(re);
    if (error) waiting.reject(new FoyerError(error));
    else waiting.resolve(ok ?? {});
  }

  /** The socket is gone: whether any of it was carried out is not known. */
  breakAll() {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) {
      reject(new FoyerError({ code: "disconnected", message: "The connection was lost.", retry: true }));
    }
  }
}
