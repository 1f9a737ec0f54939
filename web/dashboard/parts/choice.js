import { freshID, h } from "../dom.js";
import { normalise } from "../model/inbox.js";

/** A list of which one is chosen; a long one can be searched. */
export class Choice {
  element;
  /** @type {HTMLInputElement[]} */
  #inputs = [];
  #values;

  /**
   * @param {string} legend
   * @param {{value: any, name: string, detail: string, state: string}[]} choices
   */
  constructor(legend, choices) {
    this.#values = choices.map(({ value }) => value);
    const group = freshID("choice");
    const rows = choices.map(({ name, detail, state }) => {
      const input = h("input", { type: "radio", name: group });
      this.#inputs.push(input);
      return h(
        "label",
        { class: "choice" },
        input,
        h("span", { class: "choice-name", dir: "auto" }, name),
        h("span", { class: "choice-detail", "data-state": state }, detail),
      );
    });
    const search = h("input", {
      type: "search", placeholder: "Search", "aria-label": `${legend}: search`, autocomplete: "off",
    });
    search.addEventListener("input", () => {
      const wanted = normalise(search.value);
      rows.forEach((row, index) => (row.hidden = !normalise(choices[index].name).includes(wanted)));
    });
    this.element = h(
      "fieldset",
      { class: "choices" },
      h("legend", {}, legend),
      choices.length > 8 && search,
      choices.length > 0 && h("div", { class: "choice-list" }, ...rows),
      choices.length === 0 && h("p", { class: "hint" }, "There is nobody to choose."),
    );
  }

  get value() {
    const index = this.#inputs.findIndex((input) => input.checked);
    return index < 0 ? null : this.#values[index];
  }

  get focusable() {
    return this.#inputs[0] ?? null;
  }

  /** @param {number} index */
  choose(index) {
    this.#inputs[index].checked = true;
  }
}
