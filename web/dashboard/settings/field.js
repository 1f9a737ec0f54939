import { h, set, setText } from "../dom.js";

let count = 0;

/** Not one of the page's own: this part of it was loaded by itself. @param {string} kind */
export const ownID = (kind) => `settings-${kind}-${(count += 1)}`;

/**
 * One thing that can be set, with its label, its help and what is wrong with it, bound to each other for those who hear
 * the page. `path` is its name in docs/http.md.
 */
export class Field {
  element;
  input;
  path;
  #error;
  #described;
  #read;

  /**
   * @param {object} options
   * @param {string} options.path
   * @param {string} options.label
   * @param {any} options.input what is labelled and gets the focus
   * @param {Node} [options.control] what is shown, where that is more than the input
   * @param {string | Node} [options.help]
   * @param {() => any} [options.read]
   * @param {boolean} [options.isBare] its label is for those who hear the page alone
   */
  constructor({ path, label, input, control = input, help, read = () => input.value, isBare = false }) {
    this.path = path;
    this.input = input;
    this.#read = read;
    input.id ||= ownID("field");
    this.#error = h("p", { class: "error", id: `${input.id}-error`, hidden: true });
    const aid = help ? h("p", { class: "hint", id: `${input.id}-help` }, help) : null;
    this.#described = aid?.id ?? "";
    this.#describe("");
    const isBox = input.type === "checkbox";
    const words = h("label", { for: input.id, class: isBare ? "unseen" : null }, label);
    this.element = h(
      "div", { class: isBox ? "field box" : "field" },
      ...(isBox ? [h("div", { class: "box-line" }, control, words)] : [words, control]), aid, this.#error,
    );
    input.addEventListener("input", () => this.say(""));
  }

  get value() {
    return this.#read();
  }

  /** @param {string} words */
  say(words) {
    this.#error.hidden = words === "";
    setText(this.#error, words);
    set(this.input, { "aria-invalid": words ? "true" : null });
    this.#describe(words);
  }

  /** @param {string} words */
  #describe(words) {
    const ids = [this.#described, words && this.#error.id].filter(Boolean).join(" ");
    set(this.input, { "aria-describedby": ids || null });
  }

  /** @param {string} path */
  find(path) {
    return path === this.path ? this : null;
  }
}

/** @typedef {{path: string, label: string, help?: string | Node, isBare?: boolean}} About */

/** @param {About & {value: string | null, type?: string, placeholder?: string, autocomplete?: string}} options */
export function text({ value, type = "text", placeholder, autocomplete = "off", ...about }) {
  const input = h("input", { type, placeholder, autocomplete, dir: "auto" });
  input.value = value ?? "";
  return new Field({ ...about, input, read: () => input.value.trim() });
}

/** @param {About & {value: string, rows?: number}} options */
export function longText({ value, rows = 4, ...about }) {
  const input = h("textarea", { rows, dir: "auto" });
  input.value = value;
  return new Field({ ...about, input, read: () => input.value.trim() });
}

/** @param {About & {value: boolean}} options */
export function box({ value, ...about }) {
  const input = h("input", { type: "checkbox" });
  input.checked = value;
  return new Field({ ...about, input, read: () => input.checked });
}

/** @param {About & {value: string, choices: [string, string][]}} options */
export function choice({ value, choices, ...about }) {
  const input = h("select", {}, ...choices.map(([id, name]) => h("option", { value: id }, name)));
  input.value = value;
  return new Field({ ...about, input });
}

/** A whole number, or null where it may be left out. @param {About & {value: number | null, unit?: string}} options */
export function number({ value, unit, ...about }) {
  const input = h("input", { type: "number", inputmode: "numeric", step: 1, class: "short" });
  input.value = value ?? "";
  const control = unit ? h("div", { class: "with-unit" }, input, h("span", { "aria-hidden": "true" }, unit)) : input;
  return new Field({ ...about, input, control, read: () => (input.value === "" ? null : Number(input.value)) });
}

/** @param {string} words @param {() => void} onclick @param {Node} [sign] @param {string} [kind] */
export const action = (words, onclick, sign, kind = "button") =>
  h("button", { type: "button", class: kind, onclick }, sign, words);

/** A button that shows its sign alone. @param {string} words @param {() => void} onclick @param {Node} sign */
export const small = (words, onclick, sign) =>
  h("button", { type: "button", class: "button plain round", "aria-label": words, title: words, onclick }, sign);
