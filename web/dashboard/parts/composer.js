import { freshID, h, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { later } from "../../shared/later.js";

/**
 * Where one writes: a reply by one's own name or as the team, or a private note. Each has a draft of its own, so that
 * switching never sends to the guest what was meant for colleagues.
 *
 * @typedef {import("../context.js").Context} Context
 * @typedef {"reply" | "note"} Mode
 */
export class Composer extends HTMLElement {
  #context;
  #reply = h("button", { type: "button", onclick: () => this.setMode("reply") }, "Reply");
  #note = h("button", { type: "button", onclick: () => this.setMode("note") }, icon("lock"), "Private note");
  #voice = h("select", { "aria-label": "Reply as" });
  #field = h("textarea", { rows: 1, dir: "auto", autocomplete: "off" });
  #error = h("p", { class: "error", role: "alert", id: freshID("error"), hidden: true });
  #hint = h("p", { class: "hint" });
  #send = h("button", { type: "submit", class: "button primary send", "aria-label": "Send" }, icon("send"));
  #form;
  #notice = h("p", { class: "composer-notice", hidden: true });
  /** @type {Mode} */
  #mode = "reply";
  /** @type {Mode} what the reader wants, where the case allows it */
  #wanted = "reply";
  #caseID = "";
  #line = h("div", { class: "composer-line" }, this.#field, this.#send);
  /** @type {typeof import("../../shared/files/tray.js").FileTray | null} comes when it is loaded */
  #Tray = null;
  /** @type {Map<string, import("../../shared/files/tray.js").FileTray>} by draft: files of a note are not for the guest */
  #trays = new Map();
  #may = { reply: false, note: false };

  /** @param {Context} context */
  constructor(context) {
    super();
    this.#context = context;
    this.#form = h(
      "form",
      { class: "composer" },
      h(
        "div",
        { class: "composer-modes" },
        h("div", { class: "modes", role: "group", "aria-label": "What to write" }, this.#reply, this.#note),
        this.#voice,
      ),
      this.#line,
      this.#error,
      this.#hint,
    );
    this.append(this.#notice, this.#form);
    this.#form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#onKey(event));
    this.#field.addEventListener("input", () => this.#onInput());
    this.#field.addEventListener("blur", () => this.#context.desk.client.stopTyping(this.#caseID));
    this.#loadTrays();
    this.#voice.addEventListener("change", () => this.#context.preferences.set("voice", this.#voice.value));
  }

  async #loadTrays() {
    const { FileTray } = await later(() => import("/shared/files/index.js"));
    this.#Tray = FileTray;
    const place = this.closest("foyer-conversation") ?? this;
    FileTray.listen(/** @type {HTMLElement} */ (place), this.#field, () => this.#tray);
    this.#showTray();
  }

  get #tray() {
    if (this.#form.hidden) return null;
    return this.#trays.get(this.#draftName()) ?? null;
  }

  /** That of the draft that is shown. */
  #showTray() {
    if (!this.#Tray || this.#caseID === "") return;
    const name = this.#draftName();
    // What was begun in another conversation stays there until it is sent or its window closes; what is empty goes.
    for (const [other, tray] of this.#trays) {
      tray.element.remove();
      tray.buttons.remove();
      if (other !== name && tray.isEmpty) this.#trays.delete(other);
    }
    const tray = this.#trays.get(name) ?? new this.#Tray({ side: "members", caseId: this.#caseID });
    this.#trays.set(name, tray);
    this.#line.before(tray.element);
    this.#line.prepend(tray.buttons);
  }

  /** Shows the drafts of another case. */
  begin() {
    this.#caseID = this.#context.openCase?.id ?? "";
    this.#wanted = "reply";
    this.#say("");
    this.#mode = "reply";
    this.update();
    this.#showDraft();
  }

  update() {
    const { desk, openCase, preferences } = this.#context;
    const summary = openCase?.summary;
    const allowed = openCase?.allowed ?? new Set();
    this.#may = { reply: allowed.has("send"), note: allowed.has("note") };
    const words = summary ? this.#noticeWords(summary, allowed) : "";
    this.#notice.hidden = words === "";
    setText(this.#notice, words);
    this.#form.hidden = !this.#may.reply && !this.#may.note;
    this.#reply.disabled = !this.#may.reply;
    this.#note.disabled = !this.#may.note;
    this.#drawVoice(desk.me.name, summary?.team?.name ?? "the team", preferences.get("voice", "own"));
    this.#applyMode();
    this.#drawHint();
  }

  /** @param {Mode} mode */
  setMode(mode) {
    if (!this.#may[mode]) return;
    this.#wanted = mode;
    this.#applyMode();
    this.focusField();
  }

  focusField() {
    this.#field.focus();
  }

  /** Who opens a case that they cannot answer yet wants to read and claim it, not to write a note. */
  get isForReply() {
    return this.#may.reply && this.#mode === "reply";
  }

  #applyMode() {
    const mode = this.#may[this.#wanted] || !this.#may.note ? this.#wanted : "note";
    const hasChanged = mode !== this.#mode;
    this.#mode = mode;
    set(this.#form, { "data-mode": mode });
    set(this.#reply, { "aria-pressed": String(mode === "reply") });
    set(this.#note, { "aria-pressed": String(mode === "note") });
    this.#voice.hidden = mode === "note";
    const label = mode === "note" ? "Private note: only your team sees it" : "Reply to the guest";
    const placeholder = mode === "note" ? "A note that only your team sees" : "Write a reply";
    set(this.#field, { "aria-label": label, placeholder });
    set(this.#send, { "aria-label": mode === "note" ? "Save the note" : "Send" });
    if (hasChanged) this.#showDraft();
  }

  /**
   * @param {import("../model/types.js").Summary} summary
   * @param {Set<string>} allowed
   */
  #noticeWords(summary, allowed) {
    if (allowed.has("send")) return "";
    if (this.#context.openCase?.hasLeft) return "Another team has this conversation now.";
    if (allowed.has("claim")) return "Claim this conversation to reply.";
    switch (summary.phase) {
      case "intake":
        return "The guest is still filling in the form. The conversation can be claimed then.";
      case "closed":
        if (allowed.has("reopen")) return "This conversation is closed. Reopen it to go on.";
        return "This conversation is closed. The guest can start a new one.";
      case "merged":
        return "This conversation goes on in another one.";
      case "erased":
        return "The content of this conversation has been removed.";
      default:
        return summary.assignee ? `${summary.assignee.name} has this conversation. You can leave a private note.` : "";
    }
  }

  /**
   * @param {string} own
   * @param {string} team
   * @param {string} chosen
   */
  #drawVoice(own, team, chosen) {
    const shown = `${own}\n${team}`;
    if (this.#voice.dataset.shown !== shown) {
      this.#voice.dataset.shown = shown;
      this.#voice.replaceChildren(
        h("option", { value: "own" }, `as ${own}`),
        h("option", { value: "team" }, `as the team (${team})`),
      );
    }
    if (document.activeElement !== this.#voice) this.#voice.value = chosen === "team" ? "team" : "own";
  }

  #drawHint() {
    const isOnline = this.#context.desk.client.state.state === "online";
    const words = isOnline
      ? "Enter sends, Shift + Enter begins a new line"
      : "Not connected: what you send is kept here and goes out later";
    setText(this.#hint, words);
    this.#hint.classList.toggle("important", !isOnline);
  }

  #draftName() {
    return this.#mode === "note" ? `${this.#caseID}.note` : this.#caseID;
  }

  #showDraft() {
    this.#field.value = this.#context.desk.client.drafts.get(this.#draftName()) ?? "";
    this.#showTray();
    this.#grow();
  }

  #onInput() {
    const { client } = this.#context.desk;
    client.drafts.set(this.#draftName(), this.#field.value);
    const isNote = this.#mode === "note";
    const voice = this.#voice.value === "team" ? "team" : "own";
    if (this.#field.value.trim()) client.typing(this.#caseID, isNote ? { private: true } : { voice });
    else client.stopTyping(this.#caseID);
    this.#say("");
    this.#grow();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // Enter also ends the composing of Chinese, Japanese or Korean; 229 is what older browsers say then.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const { desk } = this.#context;
    const text = this.#field.value.trim();
    if (!text && (this.#tray?.isEmpty ?? true)) return;
    const excess = new TextEncoder().encode(text).length - desk.textBytes;
    if (excess > 0) {
      this.#say(`This is too long by about ${excess} characters. Send it in parts.`);
      return;
    }
    const files = this.#tray ? this.#tray.take() : [];
    if (files === null) return;
    const isNote = this.#mode === "note";
    desk.client.send(this.#caseID, text, isNote ? { note: true, files } : { voice: this.#voice.value, files });
    this.#field.value = "";
    desk.client.drafts.set(this.#draftName(), "");
    this.#grow();
    this.dispatchEvent(new Event("sent"));
  }

  /** @param {string} words */
  #say(words) {
    this.#error.hidden = words === "";
    setText(this.#error, words);
    set(this.#field, { "aria-invalid": words ? "true" : null, "aria-describedby": words ? this.#error.id : null });
  }

  /** As high as its text, up to what the style sheet allows. */
  #grow() {
    if (this.offsetParent === null) return;
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }
}

customElements.define("foyer-composer", Composer);
