import { request } from "../http.js";
import { make, sign } from "./dom.js";
import { inWords } from "./upload.js";

/** How long after it was found to be in quarantine a file is asked for again, where no push has told of its end. */
const LOOK_AGAIN_MS = 20_000;
const PICTURES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

const waits = {
  checking: "Being checked for viruses",
  scanner_away: "Waits for the virus check, which is not available now",
  too_large_to_scan: "Too large for the virus check: it cannot be opened",
};
const ends = { refused: "Removed: the virus check has found something in it", removed: "This file was removed" };

/**
 * The files of a message: pictures are shown, all can be downloaded once they are checked.
 *
 * @param {object} options
 * @param {any[]} options.files as the protocol has them
 * @param {"guests" | "members"} options.side
 * @param {EventTarget | null} [options.log] says `file` when one of them has another state
 * @returns {HTMLElement}
 */
export function fileList({ files, side, log = null }) {
  const rows = files.map((file) => new FileRow(file, side));
  const list = make("ul", { class: "files", role: "list", "aria-label": "Files" }, ...rows.map(({ element }) => element));
  const heard = (/** @type {Event} */ event) => {
    const { id, state, reason } = /** @type {CustomEvent} */ (event).detail;
    if (!list.isConnected) log?.removeEventListener("file", heard);
    for (const row of rows) if (row.file.id === id) row.becomes(state, reason);
  };
  log?.addEventListener("file", heard);
  return list;
}

class FileRow {
  element = make("li", { class: "file" });
  file;
  #side;
  #picture = make("div", { class: "file-picture", hidden: true });
  #words = make("span", { class: "file-words" });
  #button;
  #trouble = make("p", { class: "file-trouble", role: "alert", hidden: true });

  /** @param {any} file @param {"guests" | "members"} side */
  constructor(file, side) {
    this.file = { ...file };
    this.#side = side;
    const label = `Download ${file.title}`;
    this.#button = make(
      "button",
      { type: "button", class: "file-get", "aria-label": label, title: label, onclick: () => this.#download() },
      sign("down"),
    );
    const about = make("span", { class: "file-about" }, make("bdi", { class: "file-name" }, file.title), this.#words);
    const line = make("div", { class: "file-line" }, make("span", { class: "file-sign" }, sign("file")), about, this.#button);
    this.element.append(this.#picture, line, this.#trouble);
    this.#draw();
  }

  /** @param {string} state @param {string} [reason] */
  becomes(state, reason) {
    if (state === this.file.state && reason === this.file.reason) return;
    this.file = { ...this.file, state, reason };
    this.#draw();
  }

  #draw() {
    const { state, reason, bytes, type } = this.file;
    this.element.dataset.state = state ?? "sending";
    this.#button.hidden = state !== "ready";
    const size = inWords(bytes);
    this.#words.textContent =
      state === "quarantined"
        ? (waits[/** @type {keyof typeof waits} */ (reason)] ?? waits.checking)
        : (ends[/** @type {keyof typeof ends} */ (state)] ?? size);
    if (state === "ready" && PICTURES.has(type)) this.#showWhenSeen();
    else this.#picture.hidden = true;
    if (state === "quarantined") setTimeout(() => this.#lookAgain(), LOOK_AGAIN_MS);
  }

  async #lookAgain() {
    if (!this.element.isConnected || this.file.state !== "quarantined") return;
    if (document.visibilityState === "visible") {
      const answer = await request("GET", `${this.#path}/state`).catch(() => null);
      if (answer) this.becomes(answer.file.state, answer.file.reason ?? undefined);
    }
    if (this.file.state === "quarantined") setTimeout(() => this.#lookAgain(), LOOK_AGAIN_MS);
  }

  get #path() {
    return `/api/v1/${this.#side}/files/${encodeURIComponent(this.file.id)}`;
  }

  /** A picture is fetched when it comes into sight: a long conversation may hold hundreds. */
  #showWhenSeen() {
    const watching = new IntersectionObserver(([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      watching.disconnect();
      this.#show();
    });
    watching.observe(this.element);
  }

  async #show() {
    const link = await request("POST", `${this.#path}/link`).catch(() => null);
    if (!link) return;
    const image = make("img", { alt: this.file.title, src: `${link.href}&inline`, decoding: "async" });
    image.addEventListener("load", () => {
      this.#picture.hidden = false;
      this.element.dispatchEvent(new Event("grown", { bubbles: true }));
    });
    this.#picture.replaceChildren(image);
  }

  async #download() {
    this.#say("");
    this.#button.disabled = true;
    try {
      const { href } = await request("POST", `${this.#path}/link`);
      make("a", { href, download: this.file.title }).click();
    } catch (error) {
      this.#say(/** @type {Error} */ (error).message);
    } finally {
      this.#button.disabled = false;
    }
  }

  /** @param {string} words */
  #say(words) {
    this.#trouble.textContent = words;
    this.#trouble.hidden = words === "";
  }
}
