import { Store } from "./store.js";

/** What somebody has begun to write in a case and not sent. Kept per person, so that it survives a reload. */
export class Drafts {
  #storage;
  #store = new Store(null, "");

  /** @param {Storage | null} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @param {string} person */
  belongsTo(person) {
    this.#store = new Store(this.#storage, `foyer.draft.${person}.`);
  }

  /** @param {string} caseId */
  get(caseId) {
    const text = this.#store.get(caseId);
    return typeof text === "string" ? text : "";
  }

  /**
   * @param {string} caseId
   * @param {string} text
   */
  set(caseId, text) {
    if (text === "") this.#store.delete(caseId);
    else this.#store.set(caseId, text);
  }

  forget() {
    for (const name of this.#store.names()) this.#store.delete(name);
  }
}
