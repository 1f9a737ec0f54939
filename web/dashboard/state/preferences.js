/**
 * What this browser remembers of its reader's taste. A browser that lets nothing be stored forgets it with the page.
 */
export class Preferences extends EventTarget {
  #storage;
  /** @type {Map<string, string>} */
  #unstored = new Map();

  /** @param {Storage | null} storage */
  constructor(storage) {
    super();
    this.#storage = storage;
    // Another tab has changed it.
    addEventListener("storage", (event) => {
      if (event.key?.startsWith(prefix)) this.#tell(event.key.slice(prefix.length));
    });
  }

  /**
   * @param {string} name
   * @param {string} otherwise
   */
  get(name, otherwise) {
    return this.#unstored.get(name) ?? this.#storage?.getItem(prefix + name) ?? otherwise;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  set(name, value) {
    try {
      this.#storage?.setItem(prefix + name, value);
      if (!this.#storage) this.#unstored.set(name, value);
    } catch {
      this.#unstored.set(name, value);
    }
    this.#tell(name);
  }

  /** @param {string} name */
  #tell(name) {
    this.dispatchEvent(new CustomEvent("change", { detail: name }));
  }
}

const prefix = "foyer.dashboard.";
