import { h, setText } from "../dom.js";
import { connectionWords } from "../model/connection-words.js";

/** Says when the connection is gone, and nothing while all is well. */
export class ConnectionBar extends HTMLElement {
  #client;
  #words = h("span", { role: "status" });
  #next = h("span", { class: "next", "aria-hidden": true });
  #retry = h("button", { type: "button", class: "button" }, "Try now");
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;

  /** @param {any} client a FoyerClient */
  constructor(client) {
    super();
    this.#client = client;
    this.append(this.#words, this.#next, this.#retry);
    this.#retry.addEventListener("click", () => client.retryNow());
    client.addEventListener("state", () => this.#draw());
  }

  connectedCallback() {
    this.#clock = setInterval(() => this.#draw(), 1000);
    this.#draw();
  }

  disconnectedCallback() {
    clearInterval(this.#clock);
  }

  #draw() {
    const { state, unsentCount, keepsUnsent } = this.#client;
    const shown = connectionWords(state, { now: Date.now(), unsent: unsentCount, keepsUnsent });
    this.classList.toggle("is-shown", shown !== null);
    setText(this.#words, shown?.words ?? "");
    setText(this.#next, shown?.next ?? "");
    this.#retry.hidden = !shown?.mayRetry;
  }
}

customElements.define("foyer-connection-bar", ConnectionBar);
