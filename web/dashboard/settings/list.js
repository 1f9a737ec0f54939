import { h } from "../dom.js";
import { icon } from "../icons.js";
import { action, small } from "./field.js";

/**
 * A list that can grow, shrink and be put into another order, also with the keyboard alone. A row names its fields by
 * their path within itself.
 *
 * @typedef {{element: Node, title: () => string, read: () => any, fields: import("./field.js").Field[], isFixed?: boolean}} Row
 */
export class List {
  element;
  #path;
  #make;
  #isOrdered;
  #changed;
  #say;
  #remove;
  /** @type {{row: Row, item: HTMLElement}[]} */
  #rows = [];
  #items = h("ol", { class: "rows" });
  #empty;

  /**
   * @param {object} options
   * @param {string} options.path
   * @param {any[]} options.values
   * @param {(value: any) => Row} options.make
   * @param {string} options.add the button's words
   * @param {() => any} options.fresh
   * @param {string} options.empty
   * @param {boolean} [options.isOrdered]
   * @param {string} [options.remove] what taking away is called
   * @param {() => void} options.changed
   * @param {(words: string) => void} options.say
   */
  constructor({ path, values, make, add, fresh, empty, isOrdered = false, remove = "Remove", changed, say }) {
    this.#path = path;
    this.#make = make;
    this.#isOrdered = isOrdered;
    this.#changed = changed;
    this.#say = say;
    this.#remove = remove;
    this.#empty = h("p", { class: "hint" }, empty);
    const more = action(add, () => this.#add(fresh()), icon("plus"));
    this.element = h("div", { class: "list" }, this.#empty, this.#items, more);
    for (const value of values) this.#append(value);
    this.#draw();
  }

  get value() {
    return this.#rows.map(({ row }) => row.read());
  }

  /** @param {string} path as in `categories[2].name` */
  find(path) {
    const [, place, rest] = path.match(/^[^[]*\[(\d+)\]\.?(.*)$/u) ?? [];
    if (!path.startsWith(`${this.#path}[`)) return null;
    const { fields } = this.#rows[Number(place)]?.row ?? { fields: [] };
    return fields.find((field) => field.find(rest) !== null) ?? fields[0] ?? null;
  }

  /** @param {any} value */
  #append(value) {
    const row = this.#make(value);
    const entry = { row, item: h("li", { class: "entry" }) };
    const tools = h("div", { class: "entry-tools" });
    if (this.#isOrdered) {
      tools.append(
        small("Move up", () => this.#move(entry, -1), icon("up")),
        small("Move down", () => this.#move(entry, 1), icon("down")),
      );
    }
    if (!row.isFixed) {
      tools.append(small(this.#remove, () => this.#drop(entry), icon(this.#remove === "Archive" ? "archive" : "trash")));
    }
    entry.item.append(h("div", { class: "entry-body" }, row.element), tools);
    this.#rows.push(entry);
    this.#items.append(entry.item);
    return entry;
  }

  /** @param {any} value */
  #add(value) {
    const { row } = this.#append(value);
    this.#draw();
    row.fields[0]?.input.focus();
    this.#changed();
  }

  /** @param {{row: Row, item: HTMLElement}} entry @param {1 | -1} by */
  #move(entry, by) {
    const from = this.#rows.indexOf(entry);
    const to = from + by;
    if (to < 0 || to >= this.#rows.length) return this.#say(by < 0 ? "It is the first already" : "It is the last already");
    this.#rows.splice(from, 1);
    this.#rows.splice(to, 0, entry);
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    this.#items.replaceChildren(...this.#rows.map(({ item }) => item));
    active?.focus();
    this.#say(`${entry.row.title()}, now at place ${to + 1} of ${this.#rows.length}`);
    this.#changed();
  }

  /** @param {{row: Row, item: HTMLElement}} entry */
  #drop(entry) {
    const place = this.#rows.indexOf(entry);
    this.#rows.splice(place, 1);
    entry.item.remove();
    this.#draw();
    const next = this.#rows[Math.min(place, this.#rows.length - 1)]?.item ?? this.element;
    /** @type {HTMLElement | null} */ (next.querySelector("input, select, textarea, button"))?.focus();
    this.#say(`${entry.row.title() || "Row"} is taken away. Nothing is stored until you save.`);
    this.#changed();
  }

  #draw() {
    this.#empty.hidden = this.#rows.length > 0;
    this.#items.hidden = this.#rows.length === 0;
  }
}
