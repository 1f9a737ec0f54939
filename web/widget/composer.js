import { el, icon, iconButton } from "./dom.js";
import { byteLength, setWrong } from "./field.js";

/** The server's limit, in bytes of UTF-8 (docs/protocol.md). */
const LIMIT_BYTES = 16_384;
/** From here on it is said how much is left. */
const NEAR_BYTES = LIMIT_BYTES - 1000;

/** Where a message is written: Enter sends it, Shift and Enter begin a line, and it grows with what it holds. */
export class Composer {
  input = el("textarea", {
    rows: 1,
    dir: "auto",
    "aria-label": "Message",
    "aria-describedby": "composer-limit",
    enterKeyHint: "send",
    oninput: () => this.#typed(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
  });
  #limit = el("p", { className: "limit", id: "composer-limit", role: "status" });
  #button = el("button", { type: "submit", className: "send", "aria-label": "Send", title: "Send" }, icon("send"));
  #editing = el(
    "div",
    { className: "editing", hidden: true },
    el("span", {}, "Editing your message"),
    iconButton("Stop editing", "close", () => this.#endEdit()),
  );
  element = el(
    "form",
    {
      className: "composer",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        this.#submit();
      },
    },
    this.#editing,
    this.#limit,
  );

  /** @type {import("../shared/files/tray.js").FileTray | null} what goes with the message; comes when it is loaded */
  #tray = null;
  #writing = el("div", { className: "writing" }, this.input, this.#button);
  #options;
  /** @type {number | null} the number of the message that is edited */
  #number = null;

  /**
   * @param {object} options
   * @param {string} options.draft
   * @param {(text: string) => void} options.keep
   * @param {() => void} options.typing
   * @param {(text: string, files: any[]) => void} options.send
   * @param {(number: number, text: string) => Promise<any>} options.saveEdit
   */
  constructor(options) {
    this.#options = options;
    this.#limit.before(this.#writing);
    this.#set(options.draft);
  }

  /** @param {import("../shared/files/tray.js").FileTray} tray */
  set tray(tray) {
    this.#tray = tray;
    this.#writing.before(tray.element);
    this.#writing.prepend(tray.buttons);
  }

  /** @param {string} text */
  set placeholder(text) {
    this.input.placeholder = text;
  }

  /** @param {number} number @param {string} text */
  edit(number, text) {
    this.#number = number;
    this.#editing.hidden = false;
    this.#set(text);
    this.input.focus();
  }

  #endEdit() {
    this.#number = null;
    this.#editing.hidden = true;
    this.#set(this.#options.draft);
    this.input.focus();
  }

  /** @param {string} text */
  #set(text) {
    this.input.value = text;
    this.#fit();
    // Not in the page yet, it has no height: once more when it has.
    requestAnimationFrame(() => this.#fit());
  }

  #typed() {
    this.#fit();
    if (this.#number !== null) return;
    this.#options.draft = this.input.value;
    this.#options.keep(this.input.value);
    if (this.input.value.trim() !== "") this.#options.typing();
  }

  #fit() {
    const { style, scrollHeight } = this.input;
    style.height = "auto";
    if (scrollHeight > 0) style.height = `${this.input.scrollHeight}px`;
    const { value } = this.input;
    // A character takes three bytes at most here: only a long text is measured.
    const bytes = value.length * 3 > NEAR_BYTES ? byteLength(value) : 0;
    const left = LIMIT_BYTES - bytes;
    const words = left < 0 ? `Too long by ${-left} characters` : `${left} characters left`;
    this.#say(bytes < NEAR_BYTES ? "" : words, left < 0);
    this.#button.disabled = left < 0;
  }

  /** @param {string} words @param {boolean} isWrong */
  #say(words, isWrong) {
    this.#limit.textContent = words;
    this.#limit.classList.toggle("is-over", isWrong);
    setWrong(this.input, isWrong);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Enter that ends a composition (Chinese, Japanese, Korean …) is not meant for us; 229 says so in older Safari.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape" && this.#number !== null) {
      event.preventDefault();
      event.stopPropagation();
      this.#endEdit();
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#submit();
    }
  }

  async #submit() {
    const text = this.input.value.trim();
    if (byteLength(text) > LIMIT_BYTES) return;
    const files = this.#number === null && this.#tray ? this.#tray.take() : [];
    if (files === null) return;
    if (text === "" && files.length === 0) {
      if (this.#number !== null) this.#say("Write something, or delete the message.", true);
      return;
    }
    if (this.#number === null) {
      this.#options.draft = "";
      this.#options.keep("");
      this.#set("");
      this.input.focus();
      this.#options.send(text, files);
      return;
    }
    try {
      await this.#options.saveEdit(this.#number, text);
      this.#endEdit();
    } catch (error) {
      this.#say(/** @type {Error} */ (error).message, true);
    }
  }
}
