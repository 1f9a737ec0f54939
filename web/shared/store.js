/**
 * Values kept in a localStorage-like object, as JSON under names that begin with a prefix. A storage that is denied,
 * full or broken does not stop anybody from writing: what it does not take is kept in memory, for as long as the page.
 */
export class Store {
  #storage;
  #prefix;
  /** @type {Map<string, unknown>} what the storage did not take */
  #memory = new Map();

  /**
   * @param {Storage | null} storage
   * @param {string} prefix
   */
  constructor(storage, prefix) {
    this.#storage = storage;
    this.#prefix = prefix;
  }

  /** @returns {boolean} whether a value would be there after a reload */
  get isDurable() {
    return this.#storage !== null && this.#memory.size === 0;
  }

  /** @param {string} name */
  get(name) {
    if (this.#memory.has(name)) return this.#memory.get(name);
    return this.#attempt((storage) => parsed(storage.getItem(this.#prefix + name))) ?? null;
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    const isKept = this.#attempt((storage) => {
      storage.setItem(this.#prefix + name, JSON.stringify(value));
      return true;
    });
    if (isKept) this.#memory.delete(name);
    else this.#memory.set(name, value);
  }

  /** @param {string} name */
  delete(name) {
    this.#memory.delete(name);
    this.#attempt((storage) => storage.removeItem(this.#prefix + name));
  }

  /** @returns {string[]} */
  names() {
    const stored = this.#attempt((storage) =>
      Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? ""),
    );
    const own = (stored ?? []).filter((name) => name.startsWith(this.#prefix));
    return [...new Set([...own.map((name) => name.slice(this.#prefix.length)), ...this.#memory.keys()])].sort();
  }

  /**
   * @template T
   * @param {(storage: Storage) => T} action
   * @returns {T | undefined}
   */
  #attempt(action) {
    if (this.#storage === null) return undefined;
    try {
      return action(this.#storage);
    } catch {
      return undefined;
    }
  }
}

/** @param {string | null} text */
function parsed(text) {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @returns {Storage | null} the browser's storage; asking for it throws where cookies are blocked. */
export function browserStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
