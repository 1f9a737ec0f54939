/**
 * How long to wait before the next attempt: a random time up to a bound that doubles (full jitter). Random from zero,
 * so that a thousand pages that lost the same server come back spread out, not in waves.
 */
export class Backoff {
  #attempts = 0;
  #first;
  #longest;
  #random;

  /**
   * @param {{firstMs?: number, longestMs?: number, random?: () => number}} [options] `random` gives a number from 0 up
   *   to, but not including, 1.
   */
  constructor({ firstMs = 500, longestMs = 15_000, random = Math.random } = {}) {
    this.#first = firstMs;
    this.#longest = longestMs;
    this.#random = random;
  }

  /** @returns {number} milliseconds until the next attempt */
  next() {
    const bound = Math.min(this.#longest, this.#first * 2 ** this.#attempts);
    if (bound < this.#longest) this.#attempts += 1;
    return Math.floor(this.#random() * bound);
  }

  /** The connection has proven itself: the next loss begins with short waits again. */
  reset() {
    this.#attempts = 0;
  }
}
