import { h, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { later } from "../../shared/later.js";

/**
 * The house, the team's hours, and what belongs to the reader: sound, help, signing out.
 *
 * @typedef {import("../context.js").Context} Context
 */
export class Masthead extends HTMLElement {
  #context;
  #place = h("p", { class: "place", dir: "auto" });
  #hours = h("p", { class: "hours" });
  #sound = h("button", { type: "button", class: "button plain round", "aria-label": "Sound for new work" });
  #me = h("p", { class: "me", dir: "auto" });
  #letters = button("mail", "Letters that failed", () => this.#openLetters());
  /** For administrators. */
  #settings = h(
    "a",
    { class: "button plain round", href: "#/settings", "aria-label": "Settings", title: "Settings", hidden: true },
    icon("gear"),
  );

  /**
   * @param {Context} context
   * @param {{signOut: () => void, help: () => void}} run
   */
  constructor(context, { signOut, help }) {
    super();
    this.#context = context;
    this.append(
      h("img", { class: "mark", src: "/assets/foyer.svg", alt: "", width: 28, height: 28 }),
      h("p", { class: "name" }, "Foyer"),
      this.#place,
      this.#hours,
      this.#letters,
      this.#sound,
      this.#settings,
      button("help", "Help and keys", help),
      this.#me,
      button("leave", "Sign out", signOut),
    );
    this.#sound.addEventListener("click", () => this.toggleSound());
    context.desk.addEventListener("welcome", () => this.#draw());
    context.addEventListener("address", () => this.#draw());
    context.preferences.addEventListener("change", () => this.#drawSound());
    this.#draw();
    this.#drawSound();
  }

  toggleSound() {
    const { bell } = this.#context;
    bell.isMuted = !bell.isMuted;
    this.#context.announce(bell.isMuted ? "Sound is off" : "Sound is on");
  }

  /** @param {string} words as "Open until 18:00" */
  set hours(words) {
    setText(this.#hours, words);
  }

  #draw() {
    const { desk } = this.#context;
    setText(this.#place, desk.client.welcome?.organisation?.name ?? "");
    setText(this.#me, desk.me.name);
    this.#letters.hidden = !desk.me.isAdministrator;
    const isOpen = this.#context.address.settings !== undefined;
    const words = isOpen ? "Back to the inbox" : "Settings";
    set(this.#settings, {
      hidden: !desk.me.isAdministrator, href: isOpen ? "#/mine" : "#/settings", "aria-label": words, title: words,
    });
    this.#settings.replaceChildren(icon(isOpen ? "close" : "gear"));
  }

  async #openLetters() {
    const { openLetters } = await later(() => import("./letters.js"));
    openLetters(this.#context);
  }

  #drawSound() {
    const { isMuted } = this.#context.bell;
    set(this.#sound, { "aria-pressed": String(!isMuted), title: isMuted ? "Sound is off" : "Sound is on" });
    this.#sound.replaceChildren(icon(isMuted ? "mute" : "sound"));
  }
}

/**
 * @param {"help" | "leave" | "mail"} sign
 * @param {string} label
 * @param {() => void} onclick
 */
const button = (sign, label, onclick) =>
  h("button", { type: "button", class: "button plain round", "aria-label": label, title: label, onclick }, icon(sign));

customElements.define("foyer-masthead", Masthead);
