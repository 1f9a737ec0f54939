import { h, set, setText } from "../dom.js";
import { KeyedList } from "../keyed.js";
import { InboxRow } from "./inbox-row.js";

/** A titled list of cases, that can be folded. */
export class InboxSection extends HTMLElement {
  #heading = h("h2", { class: "section-title" });
  #name = h("span");
  #number = h("span", { class: "section-count" });
  #body = h("div", { class: "section-body" });
  #rows = h("div", { role: "list" });
  #empty = h("div", { class: "empty" });
  /** @type {HTMLButtonElement | null} */
  #fold = null;
  #list;
  /** @type {[string, string]} */
  empty = ["", ""];

  constructor({ foldable = false } = {}) {
    super();
    this.#list = new KeyedList(this.#rows, {
      make: () => new InboxRow(),
      update: (row, /** @type {import("./inbox-row.js").RowItem} */ item) => row.update(item),
    });
    if (foldable) {
      const onclick = () => this.#toggle();
      const attributes = { type: "button", class: "fold", "aria-expanded": "true", onclick };
      this.#fold = h("button", attributes, this.#name, this.#number);
      this.#heading.append(this.#fold);
    } else {
      this.#heading.append(this.#name, this.#number);
    }
    this.#body.append(this.#rows, this.#empty);
    this.append(this.#heading, this.#body);
  }

  /** @param {string} title */
  set heading(title) {
    this.#heading.hidden = title === "";
    setText(this.#name, title);
    set(this.#rows, { "aria-label": title || "Conversations" });
  }

  get isFolded() {
    return this.#body.hidden;
  }

  set isFolded(value) {
    this.#body.hidden = value;
    if (this.#fold) set(this.#fold, { "aria-expanded": String(!value) });
  }

  #toggle() {
    this.isFolded = !this.isFolded;
    this.dispatchEvent(new Event("fold"));
  }

  /** @param {import("./inbox-row.js").RowItem[]} items */
  show(items) {
    setText(this.#number, items.length > 0 ? String(items.length) : "");
    this.#list.show(items, ({ summary }) => summary.id);
    this.#rows.hidden = items.length === 0;
    this.#empty.hidden = items.length > 0;
    const [title, advice] = this.empty;
    if (this.#empty.dataset.shown === title + advice) return;
    this.#empty.dataset.shown = title + advice;
    this.#empty.replaceChildren(h("p", { class: "empty-title" }, title), h("p", {}, advice));
  }
}

customElements.define("foyer-inbox-section", InboxSection);
