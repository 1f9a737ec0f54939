import { h, set, setText } from "../dom.js";
import { action } from "./field.js";

/**
 * A form of settings: shows what holds, keeps what is typed, saves it from the revision that it was made from, and says at
 * the field what is wrong. When somebody else was faster, the reader chooses.
 *
 * @typedef {{element: Node, parts: {find: (path: string) => import("./field.js").Field | null}[], read: () => any}} Form
 */
export class Sheet {
  element;
  #title;
  #load;
  #save;
  #build;
  #say;
  /** @type {Form | null} */
  #form = null;
  #revision = 0;
  #before = "";
  #place = h("div", { class: "sheet-body" });
  #trouble = h("div", { class: "sheet-trouble", role: "alert", hidden: true });
  #state = h("p", { class: "sheet-state", role: "status" });
  #submit = h("button", { type: "submit", class: "button primary" }, "Save");
  #undo;

  /**
   * @param {object} options
   * @param {string} options.title
   * @param {string} options.lead
   * @param {() => Promise<any>} options.load an answer with its `revision`
   * @param {(value: any, revision: number) => Promise<any>} options.save answers like `load`
   * @param {(answer: any, changed: () => void) => Form} options.build
   * @param {(words: string) => void} options.say for those who hear the page
   */
  constructor({ title, lead, load, save, build, say }) {
    this.#title = title;
    this.#load = load;
    this.#save = save;
    this.#build = build;
    this.#say = say;
    this.#undo = action("Undo changes", () => this.reload({ isForced: true }), undefined, "button plain");
    const bar = h("div", { class: "sheet-bar" }, this.#state, this.#undo, this.#submit);
    const form = h("form", { class: "sheet", novalidate: true }, this.#place, this.#trouble, bar);
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#send();
    });
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("change", () => this.#changed());
    this.element = h(
      "section", { class: "settings-page" }, h("h2", { tabindex: -1 }, title), h("p", { class: "lead" }, lead), form,
    );
    this.#place.append(h("p", { class: "hint", role: "status" }, "Loading …"));
    this.#draw();
    this.reload();
  }

  /** Something was typed that is not stored. */
  get isChanged() {
    return this.#form !== null && JSON.stringify(this.#form.read()) !== this.#before;
  }

  /** Shows what holds now; what was typed stays unless it is to go. */
  async reload({ isForced = false } = {}) {
    if (this.isChanged && !isForced) return;
    try {
      const answer = await this.#load();
      if (this.isChanged && !isForced) return;
      if (this.#form && !isForced && answer.revision === this.#revision) return;
      this.#show(answer);
    } catch (error) {
      this.#complain(/** @type {any} */ (error).message, [action("Try again", () => this.reload())]);
    }
  }

  /** @param {any} answer */
  #show(answer) {
    this.#revision = answer.revision;
    this.#form = this.#build(answer, () => this.#changed());
    this.#place.replaceChildren(this.#form.element);
    this.#before = JSON.stringify(this.#form.read());
    this.#complain("");
    setText(this.#state, "");
    this.#draw();
  }

  #changed() {
    if (this.isChanged) setText(this.#state, "Not saved yet");
    else setText(this.#state, "");
    this.#draw();
  }

  #draw() {
    this.#undo.hidden = !this.isChanged;
    set(this.#submit, { "aria-disabled": this.isChanged ? null : "true" });
    this.element.classList.toggle("is-changed", this.isChanged);
  }

  async #send() {
    if (!this.#form || this.#submit.getAttribute("aria-disabled") === "true") return;
    this.#complain("");
    set(this.#submit, { "aria-disabled": "true" });
    setText(this.#submit, "Saving …");
    try {
      this.#show(await this.#save(this.#form.read(), this.#revision));
      setText(this.#state, "Saved");
      this.#say(`${this.#title}: saved`);
    } catch (error) {
      this.#fail(/** @type {any} */ (error));
    }
    setText(this.#submit, "Save");
    this.#draw();
  }

  /** @param {any} error */
  #fail(error) {
    if (error.code === "changed_meanwhile") {
      return this.#complain("Somebody else has changed this while you were at it.", [
        action("Show what is there now", () => this.reload({ isForced: true })),
        action("Keep mine", () => this.#keep()),
      ]);
    }
    const field = error.field && this.#form?.parts.map((part) => part.find(error.field)).find(Boolean);
    if (!field) return this.#complain(error.message);
    field.say(error.message);
    field.input.closest("details")?.setAttribute("open", "");
    field.input.focus();
    field.input.scrollIntoView({ block: "center" });
  }

  /** What was typed goes over what the other one has set. */
  async #keep() {
    try {
      this.#revision = (await this.#load()).revision;
      await this.#send();
    } catch (error) {
      this.#complain(/** @type {any} */ (error).message);
    }
  }

  /** @param {string} words @param {Node[]} [buttons] */
  #complain(words, buttons = []) {
    this.#trouble.hidden = words === "";
    this.#trouble.replaceChildren(h("p", { class: "error" }, words), h("div", { class: "trouble-buttons" }, ...buttons));
  }
}
