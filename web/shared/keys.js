/** @typedef {import("./environment.js").Environment} Environment */

/**
 * Makes names for commands: UUIDs of version 7 (RFC 9562 §5.7) as 32 hexadecimal digits. They sort in the order in
 * which they were made, also within one millisecond and when the device's clock is set back (RFC 9562 §6.2, method 2).
 */
export class Keys {
  #environment;
  #lastMs = 0;
  #counter = 0;

  /** @param {Environment} environment */
  constructor(environment) {
    this.#environment = environment;
  }

  /** @returns {string} */
  next() {
    const bytes = this.#environment.fillRandom(new Uint8Array(16));
    const now = this.#environment.now();
    if (now > this.#lastMs) {
      this.#lastMs = now;
      this.#counter = bytes[7]; // Starts low: the upper half of the twelve bits is left to count in.
    } else {
      this.#counter += 1;
      if (this.#counter > 0xfff) {
        this.#lastMs += 1;
        this.#counter = 0;
      }
    }
    let ms = this.#lastMs;
    for (let index = 5; index >= 0; index -= 1) {
      bytes[index] = ms % 256;
      ms = Math.floor(ms / 256);
    }
    bytes[6] = 0x70 | (this.#counter >> 8);
    bytes[7] = this.#counter & 0xff;
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
