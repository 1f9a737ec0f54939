/**
 * By how much the server's clock is ahead of the device's, taken from answers that carry its time. The half of the
 * round trip is what it can be wrong by, so a quicker answer corrects it and a slower one does not, unless it shows
 * that one of the two clocks was set.
 */
export class ClockSkew {
  /** Milliseconds, server minus device. */
  ms = 0;
  #error = Infinity;

  /** @param {{server: number, askedAt: number, answeredAt: number}} answer */
  note({ server, askedAt, answeredAt }) {
    const error = (answeredAt - askedAt) / 2;
    if (error < 0) return; // The device's clock was set in between.
    const ms = server - (askedAt + error);
    if (error > this.#error && Math.abs(ms - this.ms) <= error + this.#error) return;
    this.ms = Math.round(ms);
    this.#error = error;
  }
}
