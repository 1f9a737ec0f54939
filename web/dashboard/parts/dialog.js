import { freshID, h, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { failureWords } from "../model/failure-words.js";

/** @typedef {(field: HTMLElement | null, words: string) => void} Say */

/**
 * A modal form. The browser keeps the focus in it and gives it back; what goes wrong is said inside.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {(Node | string)[]} options.body
 * @param {string} options.action what the button does
 * @param {boolean} [options.isGrave] it cannot be undone
 * @param {(say: Say) => Promise<boolean | void>} options.run false: not yet
 */
export function openDialog({ title, body, action, isGrave = false, run }) {
  const titleID = freshID("dialog");
  const error = h("p", { class: "error", role: "alert", id: freshID("error"), hidden: true });
  const submit = h("button", { type: "submit", class: isGrave ? "button grave" : "button primary" }, action);
  const cancel = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Cancel");
  const buttons = h("div", { class: "dialog-buttons" }, cancel, submit);
  const form = h(
    "form",
    { method: "dialog", novalidate: true },
    h("h2", { id: titleID }, title),
    ...body,
    error,
    buttons,
  );
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": titleID, onclose: () => dialog.remove() }, form);
  /** @type {HTMLElement | null} */
  let faulty = null;
  const say = (/** @type {HTMLElement | null} */ field, /** @type {string} */ words) => {
    if (faulty) set(faulty, { "aria-invalid": null, "aria-describedby": null });
    faulty = field;
    // Next to what it is about; what is about no field stands above the buttons.
    const place = field?.closest("fieldset, .field");
    if (place) place.after(error);
    else buttons.before(error);
    error.hidden = words === "";
    setText(error, words);
    if (!field || words === "") return;
    set(field, { "aria-invalid": "true", "aria-describedby": error.id });
    field.focus();
  };
  form.addEventListener("submit", async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (submit.getAttribute("aria-disabled") === "true") return;
    say(null, "");
    set(submit, { "aria-disabled": "true" });
    try {
      if ((await run(say)) !== false) dialog.close();
    } catch (thrown) {
      say(null, failureWords(thrown));
    }
    set(submit, { "aria-disabled": null });
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Something to read.
 *
 * @param {string} title
 * @param {(Node | string)[]} body
 */
export function openSheet(title, body) {
  const titleID = freshID("sheet");
  const close = h(
    "button",
    { type: "button", class: "button plain round", "aria-label": "Close", onclick: () => dialog.close() },
    icon("close"),
  );
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": titleID, onclose: () => dialog.remove() },
    h("div", { class: "dialog-head" }, h("h2", { id: titleID }, title), close),
    ...body,
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
