import { h, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { formatAddress } from "../model/address.js";
import { failureWords } from "../model/failure-words.js";
import { guestName, topic } from "../model/names.js";
import { phaseWords, presenceWords, waitWords } from "../model/phase-words.js";
import { openClose, openJoin, openSnooze, openTransfer } from "./action-dialogs.js";
import { Menu } from "./menu.js";

/**
 * Who the open case is about, how it stands, and what can be done to it now.
 *
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../model/types.js").Summary} Summary
 * @typedef {import("../model/actions.js").Action} Action
 */
export class CaseHeader extends HTMLElement {
  #context;
  #back = h("a", { class: "button plain round back", "aria-label": "Back to the list" }, icon("back"));
  #name = h("h2", { class: "case-name", tabindex: -1, dir: "auto" });
  #topic = h("p", { class: "case-topic", dir: "auto" });
  #status = h("p", { class: "case-status" });
  #main = h("button", { type: "button", class: "button primary" });
  #second = h("button", { type: "button", class: "button" });
  #panel = h("a", { class: "button plain round to-panel", "aria-label": "About the guest" }, icon("person"));
  #menu = new Menu("More to do with this conversation");
  #error = h("p", { class: "error strip", role: "alert", hidden: true });
  /** What the two buttons do. @type {Map<string, (() => void) | undefined>} */
  #runs = new Map();
  #statusShown = "";
  /** Cases of which something is under way. @type {Set<string>} */
  #busy = new Set();

  /** @param {Context} context */
  constructor(context) {
    super();
    this.#context = context;
    this.append(
      h(
        "div",
        { class: "case-bar" },
        this.#back,
        h("div", { class: "case-title" }, h("div", { class: "case-words" }, this.#name, this.#topic), this.#status),
        h("div", { class: "case-actions" }, this.#main, this.#second, this.#panel, this.#menu),
      ),
      this.#error,
    );
    this.#main.addEventListener("click", () => this.#runs.get("main")?.());
    this.#second.addEventListener("click", () => this.#runs.get("second")?.());
  }

  focusName() {
    this.#name.focus({ preventScroll: true });
  }

  forgetError() {
    this.#error.hidden = true;
  }

  update() {
    const { openCase, address } = this.#context;
    const summary = openCase?.summary;
    set(this, { "aria-busy": openCase && this.#busy.has(openCase.id) ? "true" : null });
    set(this.#back, { href: formatAddress({ ...address, caseID: null, pane: "" }) });
    set(this.#panel, { href: formatAddress({ ...address, pane: address.pane ? "" : "guest" }) });
    setText(this.#name, summary ? guestName(summary.guest) : openCase?.error ? "Not found" : "Loading …");
    setText(this.#topic, summary ? topic(summary) : "");
    for (const part of [this.#name, this.#topic]) set(part, { title: part.textContent });
    this.#panel.hidden = !summary;
    if (!summary) {
      this.#statusShown = "";
      this.#status.replaceChildren();
      for (const part of [this.#main, this.#second, this.#menu]) part.hidden = true;
      return;
    }
    this.#showStatus(summary);
    this.#showActions(summary, openCase.allowed);
  }

  /** @param {Summary} summary */
  #showStatus(summary) {
    const { desk, openCase } = this.#context;
    if (openCase?.hasLeft) return this.#drawStatus([h("span", { class: "chip" }, "With another team")]);
    const wait = waitWords(summary, this.#context.now());
    const holder = summary.phase === "closed" ? null : summary.assignee;
    const holderWords = holder?.id === desk.me.id ? "with you" : holder && `with ${holder.name}`;
    const presence = openCase?.guestPresence;
    const parts = [
      !(wait && summary.phase === "waiting") &&
        h("span", { class: "chip", "data-phase": summary.phase }, phaseWords(summary)),
      wait && h("span", { class: "chip wait", "data-tone": wait.tone }, `${wait.alert || "Waiting"} · ${wait.words}`),
      holderWords && h("span", { class: "status-part" }, holderWords),
      summary.phase !== "closed" &&
        presence &&
        h("span", { class: "status-part presence", "data-state": presence }, `Guest ${presenceWords(presence)}`),
    ].filter(Boolean);
    return this.#drawStatus(parts);
  }

  /** @param {Element[]} parts */
  #drawStatus(parts) {
    const shown = parts.map((part) => part.outerHTML).join("");
    if (this.#statusShown === shown) return;
    this.#statusShown = shown;
    this.#status.replaceChildren(...parts);
  }

  /**
   * @param {Summary} summary
   * @param {Set<Action>} allowed
   */
  #showActions(summary, allowed) {
    const context = this.#context;
    const entries = [
      { action: "claim", label: "Claim", run: () => this.#do("claim", "Claim") },
      { action: "reopen", label: "Reopen", run: () => this.#do("reopen", "Reopen") },
      { action: "wake", label: "Wake", run: () => this.#do("wake", "Wake") },
      { action: "requestClose", label: "Ask to close", run: () => this.#do("requestClose", "Ask to close") },
      { action: "transfer", label: "Hand over …", run: () => openTransfer(context, summary) },
      { action: "join", label: "Add a colleague …", run: () => openJoin(context, summary) },
      { action: "snooze", label: summary.phase === "snoozed" ? "Snooze anew …" : "Snooze …",
        run: () => openSnooze(context, summary) },
      { action: "leave", label: "Leave", run: () => this.#do("leave", "Leave") },
      { action: "release", label: "Back to the queue", run: () => this.#do("release", "Back to the queue") },
      { action: "close", label: "Close without consent …", isGrave: true, run: () => openClose(context, summary) },
    ].filter(({ action }) => allowed.has(/** @type {Action} */ (action)));
    // The first step is a button of its own; where there is none, the most frequent two are.
    const [main] = entries[0] && ["claim", "reopen", "wake"].includes(entries[0].action) ? entries.splice(0, 1) : [];
    const hasRoom = !isNarrow.matches;
    const isSecond = hasRoom && entries[0] && ["requestClose", "transfer"].includes(entries[0].action);
    const [second] = isSecond ? entries.splice(0, 1) : [];
    this.#showButton("main", this.#main, main);
    this.#showButton("second", this.#second, second);
    this.#menu.entries = entries;
  }

  /**
   * @param {string} name
   * @param {HTMLButtonElement} button
   * @param {{label: string, run: () => void} | undefined} entry
   */
  #showButton(name, button, entry) {
    const hadFocus = document.activeElement === button;
    button.hidden = !entry;
    this.#runs.set(name, entry?.run);
    if (entry) setText(button, entry.label);
    // What was pressed is gone, because it worked: the reader goes on from the title.
    else if (hadFocus) this.focusName();
  }

  /** From the keyboard. */
  claim() {
    if (!this.#main.hidden && this.#main.textContent === "Claim") this.#do("claim", "Claim");
  }

  transfer() {
    const { openCase } = this.#context;
    if (openCase?.summary && openCase.allowed.has("transfer")) openTransfer(this.#context, openCase.summary);
  }

  /**
   * @param {string} command
   * @param {string} label
   */
  async #do(command, label) {
    const { openCase, desk } = this.#context;
    if (!openCase || this.#busy.has(openCase.id)) return;
    this.forgetError();
    this.#busy.add(openCase.id);
    this.update();
    let isDone = false;
    try {
      await desk.act(command, { case: openCase.id });
      isDone = true;
    } catch (error) {
      if (openCase === this.#context.openCase) {
        this.#error.replaceChildren(`${label}: ${failureWords(error)}`);
        this.#error.hidden = false;
      }
    }
    this.#busy.delete(openCase.id);
    this.update();
    if (isDone && openCase === this.#context.openCase) this.dispatchEvent(new CustomEvent("done", { detail: command }));
  }
}

const isNarrow = matchMedia("(max-width: 47.99rem)");

customElements.define("foyer-case-header", CaseHeader);
