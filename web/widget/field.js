import { el } from "./dom.js";

let lastId = 0;

/**
 * A field with its label, its help and its error, bound to each other for those who hear the page.
 *
 * @param {object} options
 * @param {string} options.label
 * @param {string} [options.help]
 * @param {"optional" | "mandatory"} [options.mark]
 * @param {HTMLElement} options.input
 * @param {HTMLElement} [options.lead] stands before the input, within its frame
 */
export function field({ label, help, mark, input, lead }) {
  lastId += 1;
  const id = `field-${lastId}`;
  const error = el("p", { className: "error", id: `${id}-error`, hidden: true });
  const aid = help ? el("p", { className: "help", id: `${id}-help` }, help) : null;
  input.id = id;
  if (mark === "mandatory") input.setAttribute("aria-required", "true");
  const described = [aid?.id, error.id].filter(Boolean).join(" ");
  input.setAttribute("aria-describedby", described);
  const marked = mark ? el("span", { className: "mark" }, mark === "optional" ? "optional" : "required") : null;
  const element = el(
    "div",
    { className: "field" },
    el("label", { for: id }, label, marked && " ", marked),
    aid,
    lead ? el("div", { className: "with-lead" }, lead, input) : input,
    error,
  );
  return {
    element,
    input,
    /** @param {string | null} text */
    fail(text) {
      error.textContent = text ?? "";
      error.hidden = text === null;
      setWrong(input, text !== null);
      return text !== null;
    },
  };
}

/** Of UTF-8, as the server counts. @param {string} text */
export const byteLength = (text) => new TextEncoder().encode(text).length;

/** @param {HTMLElement} input @param {boolean} isWrong */
export const setWrong = (input, isWrong) => {
  if (isWrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
};

/** @param {object} [properties] */
export const textInput = (properties = {}) => el("input", { type: "text", maxLength: 200, ...properties });

/**
 * A form that sends itself once at a time. `submit` throws what went wrong; `failed` says where, or returns false to
 * have it said above the button.
 *
 * @param {object} options
 * @param {Node[]} options.children
 * @param {string} options.action the button's words
 * @param {() => Promise<void>} options.submit
 * @param {(error: any) => boolean} [options.failed]
 * @param {Node[]} [options.also] below the button
 */
export function form({ children, action, submit, failed = () => false, also = [] }) {
  const trouble = el("p", { className: "error", role: "alert", hidden: true });
  const button = el("button", { type: "submit", className: "primary" }, action);
  let isUnderWay = false;
  const element = el(
    "form",
    {
      noValidate: true,
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        if (isUnderWay) return;
        isUnderWay = true;
        button.setAttribute("aria-disabled", "true");
        trouble.hidden = true;
        try {
          await submit();
        } catch (error) {
          if (!failed(error)) {
            trouble.textContent = /** @type {Error} */ (error).message;
            trouble.hidden = false;
          }
        }
        isUnderWay = false;
        button.removeAttribute("aria-disabled");
        /** @type {HTMLElement | null} */ (element.querySelector('[aria-invalid="true"]'))?.focus();
      },
    },
    ...children,
    trouble,
    button,
    ...also,
  );
  return { element, button };
}
