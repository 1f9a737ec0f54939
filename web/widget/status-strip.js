import { button, el } from "./dom.js";

/** Short losses are nobody's business. */
const PATIENCE_MS = 1500;
const RECONNECTING = "Reconnecting. Messages are kept and sent later.";

/** The line below the head that tells of a lost connection, and of nothing else. */
export class StatusStrip {
  #text = el("span", { role: "status" });
  #next = el("span", { className: "strip-next", "aria-hidden": "true" });
  #button = button("Try now", "link", () => this.#client?.retryNow());
  element = el("div", { className: "strip", hidden: true }, el("div", {}, this.#text, " ", this.#next), this.#button);
  /** @type {import("../shared/client.js").FoyerClient | null} */
  #client = null;
  /** @type {AbortController | null} */
  #following = null;
  /** @type {any} */
  #timer = null;
  /** @type {any} */
  #counting = null;

  /** @param {import("../shared/client.js").FoyerClient | null} client */
  follow(client) {
    this.#following?.abort();
    this.#client = client;
    this.#clear();
    if (!client) return;
    this.#following = new AbortController();
    client.addEventListener("state", () => this.#changed(), { signal: this.#following.signal });
  }

  /** @param {string} text */
  warn(text) {
    this.#show(text, false);
    this.#timer = setTimeout(() => this.#changed(), 6000);
  }

  #changed() {
    const state = this.#client?.state.state;
    if (state === "online" || state === undefined || state === "signedOut") {
      this.#clear();
    } else if (state === "offline") {
      this.#show("You are offline. Messages are kept and sent later.", false);
    } else if (state === "stopped") {
      this.#show("This page no longer fits the server. Please load it again.", false);
    } else if (this.element.hidden) {
      this.#timer ??= setTimeout(() => this.#show(RECONNECTING, true), PATIENCE_MS);
    } else {
      this.#show(RECONNECTING, true);
    }
  }

  /** @param {string} text @param {boolean} mayRetry */
  #show(text, mayRetry) {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#button.hidden = !mayRetry;
    this.element.hidden = false;
    clearInterval(this.#counting);
    this.#counting = setInterval(() => this.#count(), 500);
    this.#count();
  }

  #count() {
    const retryAt = this.#client?.state.retryAt;
    const seconds = retryAt ? Math.ceil((retryAt - Date.now()) / 1000) : 0;
    this.#next.textContent = seconds > 1 ? `Next try in ${seconds} s` : "";
  }

  #clear() {
    clearTimeout(this.#timer);
    clearInterval(this.#counting);
    this.#timer = null;
    this.element.hidden = true;
    this.#text.textContent = "";
  }
}
