import { asNodes } from "../shared/text.js";
import { clockTime, fullTime } from "../shared/time.js";
import { button, el, hidden, icon, iconButton } from "./dom.js";
import { later } from "../shared/later.js";

/** @typedef {"sending" | "sent" | "delivered" | "seen" | "failed"} Mark */

const MARKS = { sending: "Sending", sent: "Sent", delivered: "Delivered", seen: "Seen", failed: "Not sent" };

/** @param {number} at */
const time = (at) => el("time", { dateTime: new Date(at).toISOString() }, clockTime(at));

/**
 * A message's bubble. Changes in place: its text when it is edited or deleted, its mark as it travels.
 */
export class MessageView {
  element;
  isOwn;
  /** @type {Mark | null} how far it is */
  shown = null;
  author;
  at;
  /** @type {string} */
  text = "";
  #words = el("p", { className: "words", dir: "auto" });
  #meta;
  #mark = el("span", { className: "mark-of" });
  #edited = el("span", { className: "edited" });
  #tools;

  /**
   * @param {object} options
   * @param {string} options.author
   * @param {boolean} options.isOwn
   * @param {boolean} options.isFirst of several in a row
   * @param {number} options.at
   * @param {string} options.text
   * @param {any[]} [options.files]
   * @param {EventTarget} [options.log] tells what becomes of them
   * @param {string} [options.kind] another class
   * @param {{edit: (text: string) => void, delete: () => void}} [options.own] what its author may do
   */
  constructor({ author, isOwn, isFirst, at, text, files, log, kind = "", own }) {
    this.isOwn = isOwn;
    this.author = author;
    this.at = at;
    this.#meta = el("p", { className: "meta" }, this.#edited, time(at), isOwn && this.#mark);
    this.#tools = own ? this.#makeTools(own) : null;
    const bubble = el("div", { className: "bubble", title: fullTime(at) }, this.#words);
    this.element = el(
      "li",
      { className: `message ${isOwn ? "own" : "other"} ${isFirst ? "first" : ""} ${kind}` },
      isOwn ? hidden("You:") : isFirst ? el("p", { className: "author", dir: "auto" }, author) : hidden(`${author}:`),
      el("div", { className: "row" }, this.#tools, bubble),
      this.#meta,
    );
    this.say(text);
    if (files?.length) this.#show(files, log);
  }

  /** @param {any[]} files @param {EventTarget} [log] */
  async #show(files, log) {
    const place = el("div", { className: "file-place" });
    this.#words.after(place);
    const { fileList } = await later(() => import("/shared/files/index.js"));
    place.append(fileList({ files, side: "guests", log }));
  }

  /** @param {string} text */
  say(text) {
    this.text = text;
    this.#words.replaceChildren(asNodes(text));
  }

  /** @param {string} text */
  edited(text) {
    this.say(text);
    this.#edited.textContent = "edited";
    this.element.classList.add("is-edited");
  }

  deleted() {
    this.text = "";
    this.#words.replaceChildren(this.isOwn ? "You deleted this message" : "This message was deleted");
    this.#words.nextSibling?.remove();
    this.element.classList.add("is-deleted");
    this.#tools?.remove();
  }

  /** @param {Mark} mark */
  mark(mark) {
    if (this.shown === mark) return;
    this.shown = mark;
    this.#mark.replaceChildren(icon(mark), el("span", { className: "mark-word" }, MARKS[mark]));
    this.#mark.dataset.mark = mark;
    this.#mark.title = MARKS[mark];
  }

  /** @param {string} reason @param {{retry: () => void, discard: () => void}} actions */
  fail(reason, { retry, discard }) {
    this.mark("failed");
    this.element.classList.add("is-failed");
    this.#meta.after(
      el(
        "div",
        { className: "failure" },
        el("p", { role: "alert" }, reason),
        button("Try again", "link", retry),
        button("Discard", "link", discard),
      ),
    );
  }

  /** @param {{edit: (text: string) => void, delete: () => void}} own */
  #makeTools(own) {
    const choose = (/** @type {() => void} */ action) => () => {
      toggle(false);
      action();
    };
    const choices = el(
      "div",
      { className: "tools-choices", hidden: true },
      button("Edit", "quiet small", choose(() => own.edit(this.text))),
      button("Delete", "quiet small", choose(() => own.delete())),
    );
    const isOpen = { "aria-expanded": "false" };
    const more = iconButton("Edit or delete this message", "more", () => toggle(choices.hidden), isOpen);
    const toggle = (/** @type {boolean} */ isOpen) => {
      choices.hidden = !isOpen;
      more.setAttribute("aria-expanded", String(isOpen));
    };
    return el(
      "div",
      {
        className: "tools",
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== "Escape" || choices.hidden) return;
          event.preventDefault();
          toggle(false);
          more.focus();
        },
        onfocusout: (/** @type {FocusEvent} */ { currentTarget, relatedTarget }) => {
          if (!(/** @type {Element} */ (currentTarget).contains(/** @type {Node} */ (relatedTarget)))) toggle(false);
        },
      },
      choices,
      more,
    );
  }
}
