/**
 * The clinic's page around us, when we are in the widget's frame. It is told of the number of unread messages and of
 * the wish to close, nothing else; and only the page that spoke to us first, by its own origin.
 */
export class Frame extends EventTarget {
  isEmbedded = window.parent !== window && new URLSearchParams(location.search).has("embedded");
  /** Whether the panel we are in is open. Alone, we are as visible as our tab. */
  isShown = true;
  /** @type {string | null} */
  #origin = null;
  #unread = 0;

  constructor() {
    super();
    if (!this.isEmbedded) return;
    addEventListener("message", ({ data, origin, source }) => {
      if (source !== window.parent || data?.foyer !== 1 || !["shown", "hidden"].includes(data.type)) return;
      this.#origin ??= origin;
      if (origin !== this.#origin) return;
      this.isShown = data.type === "shown";
      this.#say({ type: "unread", count: this.#unread });
      this.dispatchEvent(new Event("change"));
    });
    // Whom this reaches is not known yet, and it says nothing.
    window.parent.postMessage({ foyer: 1, type: "ready" }, "*");
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.close();
    });
  }

  close() {
    this.#say({ type: "close" });
  }

  /** @param {number} count */
  unread(count) {
    this.#unread = count;
    this.#say({ type: "unread", count });
  }

  /** @param {object} message */
  #say(message) {
    if (this.#origin !== null) window.parent.postMessage({ foyer: 1, ...message }, this.#origin);
  }
}
