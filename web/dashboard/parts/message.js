import { asNodes } from "../../shared/text.js";
import { clockTime, fullTime } from "../../shared/time.js";
import { freshID, h, set, setText, unseen } from "../dom.js";
import { icon } from "../icons.js";
import { failureWords } from "../model/failure-words.js";
import { later } from "../../shared/later.js";

/**
 * @typedef {import("../model/thread.js").Message} Message
 * @typedef {object} Hands what can be done with a message
 * @property {(seq: number, text: string) => Promise<void>} edit
 * @property {(seq: number) => void} remove
 * @property {(key: string) => void} retry
 * @property {(key: string) => void} discard
 */

/** @type {Record<string, string>} */
const states = {
  sending: "Sending …",
  failed: "Not sent",
  sent: "Sent",
  delivered: "Delivered to the guest",
  seen: "Seen by the guest",
};

/** One message, note or automatic message of a conversation. */
export class MessageView extends HTMLElement {
  #hands;
  #shown = "";
  #isEditing = false;

  /** @param {Hands} hands */
  constructor(hands) {
    super();
    this.#hands = hands;
    this.className = "message";
  }

  /**
   * @param {Message} message
   * @param {{canEdit: boolean, canDelete: boolean, name: string}} may
   */
  update(message, may) {
    const shown = JSON.stringify([message, may]);
    if (shown === this.#shown || this.#isEditing) return;
    this.#shown = shown;
    set(this, {
      "data-side": message.side,
      "data-note": message.isNote,
      "data-begins": message.beginsGroup,
      "data-state": message.state,
      "data-deleted": message.isDeleted,
      "data-seq": message.seq || null,
    });
    const focused = this.contains(document.activeElement);
    this.replaceChildren(
      ...(message.beginsGroup ? [author(message, may.name)] : []),
      this.#body(message, may),
      ...(saysMore(message) ? [this.#foot(message)] : []),
    );
    if (focused && !this.contains(document.activeElement)) this.querySelector("button")?.focus();
  }

  /**
   * @param {Message} message
   * @param {{canEdit: boolean, canDelete: boolean}} may
   */
  #body(message, may) {
    const bubble = h("div", { class: "bubble", dir: "auto" });
    if (message.isDeleted) bubble.append(message.isNote ? "This note was deleted" : "This message was deleted");
    else bubble.append(h("span", { class: "bubble-text" }, asNodes(message.text)));
    if (message.files.length > 0) this.#showFiles(bubble, message.files);
    const tools = h("div", { class: "message-tools" });
    if (may.canEdit) tools.append(tool("edit", "Edit", () => this.#edit(message)));
    if (may.canDelete) tools.append(tool("trash", "Delete", () => this.#hands.remove(message.seq)));
    return h("div", { class: "message-line" }, bubble, tools.firstChild && tools);
  }

  /** @param {HTMLElement} bubble @param {any[]} files */
  async #showFiles(bubble, files) {
    const place = h("div", { class: "file-place" });
    bubble.append(place);
    const { fileList } = await later(() => import("/shared/files/index.js"));
    place.append(fileList({ files, side: "members" }));
  }

  /** @param {Message} message */
  #foot(message) {
    const { state, at, pendingKey: key } = message;
    const foot = h("p", { class: "message-foot" });
    if (message.error) foot.append(h("span", { class: "error", role: "alert" }, icon("warning"), message.error));
    else foot.append(h("time", { datetime: new Date(at).toISOString(), title: fullTime(at) }, clockTime(at)));
    if (message.isEdited) foot.append(h("span", {}, "edited"));
    if (state) foot.append(mark(message));
    if (key && state === "failed") {
      const again = () => this.#hands.retry(key);
      foot.append(
        h("button", { type: "button", class: "link", onclick: again }, "Try again"),
        h("button", { type: "button", class: "link", onclick: () => this.#hands.discard(key) }, "Discard"),
      );
    }
    return foot;
  }

  /** @param {Message} message */
  #edit(message) {
    this.#isEditing = true;
    const error = h("p", { class: "error", role: "alert", id: freshID("error"), hidden: true });
    const field = h("textarea", { class: "edit-field", dir: "auto", "aria-label": "Edit the message", rows: 3 });
    field.value = message.text;
    const end = () => {
      this.#isEditing = false;
      this.#shown = "";
      this.dispatchEvent(new Event("edited", { bubbles: true }));
    };
    const save = async () => {
      if (field.value.trim() === message.text) return end();
      try {
        await this.#hands.edit(message.seq, field.value.trim());
        return end();
      } catch (thrown) {
        error.hidden = false;
        setText(error, failureWords(thrown));
        set(field, { "aria-invalid": "true", "aria-describedby": error.id });
        return field.focus();
      }
    };
    field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") end();
      else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) save();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.replaceChildren(
      h(
        "div",
        { class: "edit" },
        field,
        error,
        h(
          "div",
          { class: "edit-buttons" },
          h("button", { type: "button", class: "button", onclick: end }, "Cancel"),
          h("button", { type: "button", class: "button primary", onclick: save }, "Save"),
        ),
      ),
    );
    field.focus();
  }
}

/**
 * Within a group the last one tells the time for all.
 *
 * @param {Message} message
 */
const saysMore = ({ endsGroup, showsState, isEdited, error }) => endsGroup || showsState || isEdited || error;

/**
 * @param {Message} message
 * @param {string} name
 */
function author(message, name) {
  const line = h("p", { class: "message-author", dir: "auto" });
  if (message.isNote) line.append(icon("lock"), h("bdi", {}, name), h("span", { class: "voice" }, "private note"));
  else {
    line.append(h("bdi", {}, name));
    if (message.voice === "team" && message.side !== "guest") line.append(h("span", { class: "voice" }, "as the team"));
  }
  return line;
}

/** @param {Message} message */
function mark({ state, showsState }) {
  const words = states[state ?? ""] ?? "";
  const sign = state === "seen" || state === "delivered" ? "checks" : state === "sent" ? "check" : "clock";
  return h(
    "span",
    { class: "mark", "data-state": state, title: words },
    state !== "failed" && icon(sign),
    showsState ? words : unseen(words),
  );
}

/**
 * @param {"edit" | "trash"} sign
 * @param {string} label
 * @param {() => void} run
 */
const tool = (sign, label, run) =>
  h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick: run }, icon(sign));

customElements.define("foyer-message", MessageView);
