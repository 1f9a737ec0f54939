/**
 * What went wrong, with a stable `code` to decide by and a `message` for a person. Carries whatever else the server
 * said of it: `field`, `by`, `fields`, `into`, `limit`, `retryAfterSeconds`, `triesLeft`.
 */
export class FoyerError extends Error {
  /** @param {{code: string, message?: string, retry?: boolean, [more: string]: any}} said */
  constructor({ code, message, retry, ...more }) {
    super(message ?? "This did not work. Please try again.");
    this.name = "FoyerError";
    /** @type {string} */
    this.code = code;
    /** Whether the same may be sent again under the same key. */
    this.retry = retry === true;
    for (const [name, value] of Object.entries(more)) {
      if (!(name in this)) Object.defineProperty(this, name, { value, enumerable: true });
    }
  }
}
