/**
 * Keeps a parent's children in step with a list: an element is made once for its key, updated while its item is there,
 * and moved only if it is out of place. With 500 cases in an inbox a new message touches one row.
 *
 * @template Item
 * @template {Element} Row
 */
export class KeyedList {
  #parent;
  #make;
  #update;
  /** @type {Map<string, Row>} */
  #rows = new Map();

  /**
   * @param {Element} parent
   * @param {{make: (item: Item) => Row, update: (row: Row, item: Item) => void}} how
   */
  constructor(parent, { make, update }) {
    this.#parent = parent;
    this.#make = make;
    this.#update = update;
  }

  /** @param {string} key */
  row(key) {
    return this.#rows.get(key);
  }

  /**
   * @param {Item[]} items
   * @param {(item: Item) => string} keyOf
   */
  show(items, keyOf) {
    this.#removeAllBut(new Set(items.map(keyOf)));
    /** @type {Element | null} */
    let place = this.#parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let row = this.#rows.get(key);
      if (!row) {
        row = this.#make(item);
        this.#rows.set(key, row);
      }
      this.#update(row, item);
      if (row === place) place = place.nextElementSibling;
      else this.#move(row, place);
    }
  }

  /**
   * First: what is about to go would push what stays through the whole list.
   *
   * @param {Set<string>} keys
   */
  #removeAllBut(keys) {
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
  }

  /**
   * An element loses the focus when it is moved.
   *
   * @param {Row} row
   * @param {Element | null} place
   */
  #move(row, place) {
    const focused = row.contains(document.activeElement) ? document.activeElement : null;
    this.#parent.insertBefore(row, place);
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}
