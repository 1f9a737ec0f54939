import { freshID, h, set, setText } from "../dom.js";

/**
 * The form that lets a member in; also over the desk, when a session has ended.
 */
export class SignIn extends HTMLElement {
  #email = h("input", {
    type: "email", name: "email", autocomplete: "username", required: true, id: freshID("email"), inputmode: "email",
  });
  #password = h("input", {
    type: "password", name: "password", autocomplete: "current-password", required: true, id: freshID("password"),
  });
  #submit = h("button", { type: "submit", class: "button primary" }, "Sign in");
  #errors = new Map();
  #whole = h("p", { class: "error", role: "alert", hidden: true });
  #signIn;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #throttle;

  /**
   * @param {object} options
   * @param {string} options.title
   * @param {string} options.lead
   * @param {(email: string, password: string) => Promise<void>} options.signIn
   */
  constructor({ title, lead, signIn }) {
    super();
    this.#signIn = signIn;
    const form = h(
      "form",
      { class: "sign-in", novalidate: true },
      h("img", { class: "mark", src: "/assets/foyer.svg", alt: "", width: 44, height: 44 }),
      h("h1", {}, title),
      h("p", { class: "lead" }, lead),
      this.#field("E-mail address", this.#email),
      this.#field("Password", this.#password),
      this.#whole,
      this.#submit,
      h("p", { class: "forgotten" }, h("a", { href: "/forgot" }, "Forgotten your password?")),
    );
    form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#send();
    });
    this.append(form);
  }

  connectedCallback() {
    this.#email.focus();
  }

  disconnectedCallback() {
    clearInterval(this.#throttle);
  }

  /**
   * @param {string} label
   * @param {HTMLInputElement} input
   */
  #field(label, input) {
    const error = h("p", { class: "error", id: `${input.id}-error`, hidden: true });
    this.#errors.set(input, error);
    input.addEventListener("input", () => this.#say(input, ""));
    return h("div", { class: "field" }, h("label", { for: input.id }, label), input, error);
  }

  /**
   * @param {HTMLInputElement} input
   * @param {string} words
   */
  #say(input, words) {
    const error = this.#errors.get(input);
    error.hidden = words === "";
    setText(error, words);
    set(input, { "aria-invalid": words ? "true" : null, "aria-describedby": words ? error.id : null });
  }

  /** @param {string} words */
  #sayWhole(words) {
    this.#whole.hidden = words === "";
    setText(this.#whole, words);
  }

  async #send() {
    if (this.#submit.getAttribute("aria-disabled") === "true") return;
    const email = this.#email.value.trim();
    this.#sayWhole("");
    this.#say(this.#email, email.includes("@") ? "" : "Enter your e-mail address, with an @.");
    this.#say(this.#password, this.#password.value ? "" : "Enter your password.");
    const faulty = [this.#email, this.#password].find((input) => input.hasAttribute("aria-invalid"));
    if (faulty) return faulty.focus();
    set(this.#submit, { "aria-disabled": "true" });
    setText(this.#submit, "Signing in …");
    try {
      await this.#signIn(email, this.#password.value);
    } catch (error) {
      this.#fail(error);
    }
    if (this.#throttle === undefined) this.#enable();
  }

  #enable() {
    set(this.#submit, { "aria-disabled": null });
    setText(this.#submit, "Sign in");
  }

  /** @param {any} error */
  #fail(error) {
    switch (error.code) {
      case "wrong_login":
        this.#say(this.#password, "The e-mail address or the password is wrong.");
        this.#password.select();
        break;
      case "too_many_tries":
        this.#wait(error.retryAfterSeconds ?? 60);
        break;
      default: {
        const input = [this.#email, this.#password].find(({ name }) => name === error.field);
        if (input) this.#say(input, error.message);
        else this.#sayWhole(error.message);
        input?.focus();
      }
    }
  }

  /** @param {number} seconds */
  #wait(seconds) {
    const end = Date.now() + seconds * 1000;
    this.#sayWhole("There were too many tries. Please wait before the next one.");
    const draw = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left > 0) return setText(this.#submit, `Sign in (in ${left} s)`);
      clearInterval(this.#throttle);
      this.#throttle = undefined;
      this.#sayWhole("");
      return this.#enable();
    };
    this.#throttle = setInterval(draw, 500);
    draw();
  }
}

customElements.define("foyer-sign-in", SignIn);
