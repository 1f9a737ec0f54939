/**
 * @typedef {any} Summary a case as a list shows it (docs/protocol.md, "Lists")
 */

/**
 * The reader's cases, by summaries. Watching again after a reconnect brings all there are: what is not among them has
 * left the list meanwhile.
 */
export class Lists {
  /** @type {Map<string, Summary>} */
  cases = new Map();
  /** @type {Set<string> | null} the cases of a list that is being read */
  #round = null;

  begin() {
    this.#round = new Set();
  }

  /** @param {Summary} summary @returns {boolean} whether it is news */
  take(summary) {
    this.#round?.add(summary.id);
    const earlier = this.cases.get(summary.id);
    if (earlier && earlier.version > summary.version) return false;
    this.cases.set(summary.id, summary);
    return true;
  }

  /** @returns {string[]} what has left the list */
  end() {
    const round = this.#round;
    this.#round = null;
    return round === null ? [] : [...this.cases.keys()].filter((id) => !round.has(id) && this.cases.delete(id));
  }

  /** @param {string} caseId */
  remove(caseId) {
    this.cases.delete(caseId);
  }

  forget() {
    this.cases.clear();
    this.#round = null;
  }
}
