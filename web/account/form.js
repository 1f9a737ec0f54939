import { request } from "../shared/http.js";

/**
 * A form of the house's own pages: sends its fields as JSON, and says next to each field what is wrong with it.
 *
 * @param {HTMLFormElement} form
 * @param {object} options
 * @param {string} options.path where it is sent
 * @param {(values: Record<string, string>) => object} [options.shape] what is sent, if it is more than the fields
 * @param {(answer: any) => void} options.done
 * @param {(error: any) => boolean} [options.failed] true where the page has said it in its own way
 */
export function serve(form, { path, shape = (values) => values, done, failed = () => false }) {
  const inputs = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input")]);
  const submit = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  const whole = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  const name = submit.textContent;

  for (const input of inputs) input.addEventListener("input", () => say(input, ""));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.getAttribute("aria-disabled") === "true") return;
    whole.hidden = true;
    for (const input of inputs) say(input, input.required && !input.value.trim() ? "Fill in this field." : "");
    const empty = inputs.find((input) => input.hasAttribute("aria-invalid"));
    if (empty) return empty.focus();
    submit.setAttribute("aria-disabled", "true");
    submit.textContent = "One moment …";
    const values = Object.fromEntries(
      inputs.map((input) => [input.name, input.type === "password" ? input.value : input.value.trim()]),
    );
    try {
      done(await request("POST", path, shape(values)));
    } catch (error) {
      if (!failed(error)) tell(error);
    }
    submit.removeAttribute("aria-disabled");
    submit.textContent = name;
  });

  /** @param {any} error */
  function tell(error) {
    const input = inputs.find((input) => input.name === error.field);
    if (!input) {
      whole.textContent = error.message;
      whole.hidden = false;
      return;
    }
    const fieldset = input.closest("fieldset");
    if (fieldset) fieldset.hidden = false;
    say(input, error.message);
    input.focus();
  }
}

/**
 * @param {HTMLInputElement} input
 * @param {string} words
 */
function say(input, words) {
  const id = `${input.id}-error`;
  document.getElementById(id)?.remove();
  const hint = document.getElementById(`${input.id}-hint`)?.id;
  if (!words) {
    input.removeAttribute("aria-invalid");
    if (hint) input.setAttribute("aria-describedby", hint);
    else input.removeAttribute("aria-describedby");
    return;
  }
  const error = document.createElement("p");
  error.className = "error";
  error.id = id;
  error.textContent = words;
  input.after(error);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", hint ? `${id} ${hint}` : id);
}
