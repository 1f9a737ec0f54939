import { h, setText } from "../dom.js";
import { formatAddress } from "../model/address.js";
import { who } from "../model/event-words.js";
import { coalesced } from "../redraw.js";
import { CaseHeader } from "./case-header.js";
import { Composer } from "./composer.js";
import { MessageList } from "./message-list.js";

/**
 * The open case: its header, what was said, and where one writes.
 *
 * @typedef {import("../context.js").Context} Context
 */
export class Conversation extends HTMLElement {
  header;
  composer;
  messages;
  #context;
  #nothing = h("div", { class: "nothing" });
  #nothingTitle = h("p", { class: "nothing-title" });
  #nothingAdvice = h("p");
  /**
   * Claimed just now: who claims wants to reply, as soon as the case says so, too.
   *
   * @type {import("../state/open-case.js").OpenCase | null}
   */
  #claimed = null;
  #missing = h("p", { class: "strip error", role: "alert", hidden: true });
  #moved = h("p", { class: "strip", hidden: true });
  #redraw = coalesced(() => this.#draw());
  /** @type {import("../state/open-case.js").OpenCase | null} */
  #shown = null;

  /** @param {Context} context */
  constructor(context) {
    super();
    this.#context = context;
    this.header = new CaseHeader(context);
    this.composer = new Composer(context);
    this.messages = new MessageList(context);
    this.#nothing.append(this.#nothingTitle, this.#nothingAdvice);
    this.append(this.#nothing, this.header, this.#missing, this.#moved, this.messages, this.composer);
    this.composer.addEventListener("sent", () => {
      if (this.#shown) this.#shown.newAfter = null;
      this.messages.follow();
    });
    this.header.addEventListener("done", (/** @type {any} */ event) => {
      if (event.detail !== "claim") return;
      this.#claimed = this.#context.openCase;
      this.#draw();
    });
  }

  connectedCallback() {
    for (const name of ["inbox", "welcome", "connection"]) this.#context.desk.addEventListener(name, this.#redraw);
    setInterval(this.#redraw, 20_000);
    this.begin();
  }

  /** Another case was opened, or none. */
  begin() {
    const open = this.#context.openCase;
    this.#shown = open;
    for (const part of [this.header, this.messages, this.composer]) part.hidden = !open;
    this.#nothing.hidden = Boolean(open);
    if (!open) {
      this.#missing.hidden = true;
      this.#moved.hidden = true;
      this.#drawNothing();
      return;
    }
    this.header.forgetError();
    open.addEventListener("log", this.#redraw);
    open.addEventListener("presence", this.#redraw);
    open.addEventListener("guest", this.#redraw);
    open.addEventListener("pending", () => this.messages.update());
    open.addEventListener("typing", () => this.messages.showTyping());
    open.addEventListener("entry", (/** @type {any} */ event) => this.#hear(event.detail));
    this.#draw();
    this.messages.begin();
    this.composer.begin();
  }

  #draw() {
    const open = this.#context.openCase;
    if (!open) this.#drawNothing();
    if (!open || open !== this.#shown) return;
    this.header.update();
    this.composer.update();
    if (this.#claimed === open && this.composer.isForReply) {
      this.#claimed = null;
      this.composer.focusField();
    }
    this.messages.update();
    this.#missing.hidden = !open.error;
    setText(this.#missing, open.error?.message ?? "");
    const into = open.summary?.movedTo;
    this.#moved.hidden = !into;
    if (into && this.#moved.dataset.into !== into) {
      this.#moved.dataset.into = into;
      const href = formatAddress({ ...this.#context.address, caseID: into });
      this.#moved.replaceChildren("This conversation goes on elsewhere. ", h("a", { href }, "Open it"));
    }
  }

  #drawNothing() {
    const { desk } = this.#context;
    const isEmpty = desk.isLive && desk.inbox.next().done;
    setText(this.#nothingTitle, isEmpty ? "Nobody is waiting" : "No conversation is open");
    setText(
      this.#nothingAdvice,
      isEmpty
        ? "When somebody writes, the conversation appears at the left, with a sound."
        : "Choose one at the left. The keys j and k walk through the list, Enter opens, ? shows all keys.",
    );
  }

  /**
   * Messages of others are told to a screen reader when they arrive, not when an old log is read.
   *
   * @param {import("../model/types.js").Entry} entry
   */
  #hear({ event }) {
    const open = this.#context.openCase;
    if (!open?.isCaughtUp || event.author.id === this.#context.desk.me.id) return;
    if (event.type === "message" || event.type === "note") {
      const kind = event.type === "note" ? " (private note)" : "";
      this.#context.announce(`${who(event.author, "")}${kind}: ${event.text.slice(0, 300)}`);
    }
  }
}

customElements.define("foyer-conversation", Conversation);
