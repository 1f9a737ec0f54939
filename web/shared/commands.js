import { Backoff } from "./backoff.js";

/**
 * @typedef {import("./error.js").FoyerError} FoyerError
 * @typedef {{type: string, fields: object, tries: number, backoff: Backoff, resolve: (ok: any) => void,
 *   reject: (error: FoyerError) => void}} Command
 */

/** A server that keeps asking for another try is believed so often; then a person decides. */
const TRIES = 6;

/** Commands under a key, repeated over reconnects until they are answered. They do not survive a reload. */
export class Commands {
  #environment;
  #keys;
  #request;
  /** @type {Map<string, Command>} by key, in the order of asking */
  #open = new Map();
  #isOnline = false;

  /**
   * @param {object} options
   * @param {import("./environment.js").Environment} options.environment
   * @param {import("./keys.js").Keys} options.keys
   * @param {(type: string, fields: object) => Promise<any>} options.request
   */
  constructor({ environment, keys, request }) {
    this.#environment = environment;
    this.#keys = keys;
    this.#request = request;
  }

  /**
   * @param {string} type
   * @param {object} fields
   * @returns {Promise<any>}
   */
  run(type, fields) {
    const { random } = this.#environment;
    const backoff = new Backoff({ firstMs: 500, longestMs: 8000, random });
    return new Promise((resolve, reject) => {
      const key = this.#keys.next();
      this.#open.set(key, { type, fields, tries: 0, backoff, resolve, reject });
      if (this.#isOnline) this.#attempt(key);
    });
  }

  online() {
    this.#isOnline = true;
    for (const key of [...this.#open.keys()]) this.#attempt(key);
  }

  offline() {
    this.#isOnline = false;
  }

  /** @param {FoyerError} error */
  rejectAll(error) {
    const commands = [...this.#open.values()];
    this.#open.clear();
    for (const { reject } of commands) reject(error);
  }

  /** @param {string} key */
  async #attempt(key) {
    const command = this.#open.get(key);
    if (!command || !this.#isOnline) return;
    try {
      const ok = await this.#request(command.type, { ...command.fields, key });
      if (this.#open.delete(key)) command.resolve(ok);
    } catch (thrown) {
      this.#refused(key, command, /** @type {FoyerError} */ (thrown));
    }
  }

  /**
   * @param {string} key
   * @param {Command} command
   * @param {FoyerError} error
   */
  #refused(key, command, error) {
    if (error.code === "disconnected") return;
    command.tries += 1;
    if (error.retry && command.tries < TRIES) {
      this.#environment.setTimeout(() => this.#attempt(key), 250 + command.backoff.next());
    } else if (this.#open.delete(key)) {
      command.reject(error);
    }
  }
}
