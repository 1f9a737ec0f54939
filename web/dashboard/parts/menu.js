import { freshID, h, set } from "../dom.js";
import { icon } from "../icons.js";

/**
 * @typedef {{label: string, isGrave?: boolean, run: () => void}} Entry
 */

/** A button with a menu, as ARIA's practices have it: arrows move, Escape closes, the focus comes back. */
export class Menu extends HTMLElement {
  #button;
  #list;
  /** @type {Entry[]} */
  #entries = [];

  /** @param {string} label */
  constructor(label) {
    super();
    const id = freshID("menu");
    this.#button = h(
      "button",
      {
        type: "button", class: "button plain round", "aria-label": label,
        "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id,
        onclick: () => (this.#list.hidden ? this.#open(0) : this.#close()),
      },
      icon("more"),
    );
    this.#list = h("div", { role: "menu", id, class: "menu", "aria-label": label, hidden: true });
    this.append(this.#button, this.#list);
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("focusout", (event) => {
      if (!this.contains(/** @type {Node | null} */ (event.relatedTarget))) this.#hide();
    });
  }

  /** @param {Entry[]} entries */
  set entries(entries) {
    const shown = (/** @type {Entry[]} */ list) => list.map(({ label }) => label).join("\n");
    this.hidden = entries.length === 0;
    if (shown(entries) === shown(this.#entries)) {
      this.#entries = entries;
      return;
    }
    this.#entries = entries;
    this.#hide();
    this.#list.replaceChildren(
      ...entries.map(({ label, isGrave }, index) =>
        h(
          "button",
          { type: "button", role: "menuitem", tabindex: -1, class: isGrave ? "grave-text" : null,
            onclick: () => this.#choose(index) },
          label,
        ),
      ),
    );
  }

  /** @param {number} index */
  #choose(index) {
    this.#close();
    this.#entries[index].run();
  }

  /** @param {number} index of the entry that gets the focus */
  #open(index) {
    this.#list.hidden = false;
    set(this.#button, { "aria-expanded": "true" });
    this.#focus(index);
  }

  #close() {
    this.#hide();
    this.#button.focus();
  }

  #hide() {
    this.#list.hidden = true;
    set(this.#button, { "aria-expanded": "false" });
  }

  /** @param {number} index */
  #focus(index) {
    const count = this.#list.children.length;
    if (count > 0) this.#list.children[(index + count) % count].focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const isOpen = !this.#list.hidden;
    const at = [...this.#list.children].indexOf(document.activeElement);
    if (event.key === "Escape" && isOpen) this.#close();
    else if (event.key === "ArrowDown") isOpen ? this.#focus(at + 1) : this.#open(0);
    else if (event.key === "ArrowUp") isOpen ? this.#focus(at - 1) : this.#open(-1);
    else if (event.key === "Home" && isOpen) this.#focus(0);
    else if (event.key === "End" && isOpen) this.#focus(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

customElements.define("foyer-menu", Menu);
