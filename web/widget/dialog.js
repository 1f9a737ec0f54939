import { button, el } from "./dom.js";

/**
 * Asks before something that cannot be taken back. The browser's own dialog keeps the focus and ends with Escape.
 *
 * @param {{title: string, text: string, yes: string, no: string, isGrave?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, yes, no, isGrave = false }) {
  return new Promise((resolve) => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const answer = (/** @type {string} */ value) => () => dialog.close(value);
    const dialog = el(
      "dialog",
      {
        className: "question",
        "aria-labelledby": "question-title",
        "aria-describedby": "question-text",
        onclose: () => {
          dialog.remove();
          before?.focus();
          resolve(dialog.returnValue === "yes");
        },
        // Escape is the dialog's here, not the frame's.
        onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && event.stopPropagation(),
      },
      el("h2", { id: "question-title" }, title),
      el("p", { id: "question-text" }, text),
      el(
        "div",
        { className: "choices" },
        button(yes, isGrave ? "grave" : "primary", answer("yes")),
        button(no, "quiet", answer("no"), { autofocus: true }),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
