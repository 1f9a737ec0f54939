import { make, sign } from "./dom.js";
import { inWords, upload } from "./upload.js";

/** As many as one message may have (docs/protocol.md). */
const MOST_FILES = 10;
/** At once; the server takes four. */
const AT_ONCE = 2;
/** What the server takes by default: what is larger need not travel to be refused. */
const ACCEPTED =
  "image/jpeg,image/png,image/gif,image/webp,image/heic,.heic,application/pdf,.docx,.xlsx,.pptx,.odt,.ods,.txt,.csv," +
  "audio/mpeg,audio/mp4,.m4a,audio/wav,video/mp4,.dcm,application/dicom";

/**
 * What is to go with the next message: chosen, dropped or pasted; each with its progress, to be cancelled, tried again or
 * taken away. Uploads begin at once, so that a message that is sent has its files.
 *
 * @typedef {{name: string, state: "waiting" | "sending" | "there" | "failed", file: File, row: any, stored: any,
 *   ending: AbortController, progress: any, words: any, again: any}} Entry
 */
export class FileTray {
  /** The files, above the line where one writes. */
  element = make("div", { class: "tray", role: "group", "aria-label": "Files to send", hidden: true });
  /** Beside that line. */
  buttons = make("div", { class: "tray-buttons" });
  #list = make("ul", { class: "tray-list", role: "list" });
  #trouble = make("p", { class: "tray-trouble", role: "alert", hidden: true });
  #spoken = make("p", { class: "tray-spoken", role: "status" });
  #side;
  #caseId;
  /** @type {Entry[]} */
  #entries = [];
  #changed;

  /**
   * @param {object} options
   * @param {"guests" | "members"} options.side
   * @param {string} options.caseId
   * @param {() => void} [options.changed] there are more, or fewer
   */
  constructor({ side, caseId, changed = () => {} }) {
    this.#side = side;
    this.#caseId = caseId;
    this.#changed = changed;
    this.element.append(this.#list, this.#trouble, this.#spoken);
    this.buttons.append(this.#chooser("Attach files", "clip", { multiple: true, accept: ACCEPTED }));
    if (matchMedia("(pointer: coarse)").matches) {
      this.buttons.append(this.#chooser("Take a photo", "camera", { accept: "image/*", capture: "environment" }));
    }
  }

  /**
   * @param {string} label
   * @param {"clip" | "camera"} picture
   * @param {object} attributes
   */
  #chooser(label, picture, attributes) {
    const input = make("input", { type: "file", class: "tray-input", tabindex: "-1", "aria-hidden": "true", ...attributes });
    input.addEventListener("change", () => {
      this.add([...input.files]);
      // The same file may be chosen again.
      input.value = "";
    });
    const button = make(
      "button",
      { type: "button", class: "tray-button", "aria-label": label, title: label, onclick: () => input.click() },
      sign(picture),
    );
    return make("span", {}, input, button);
  }

  /**
   * Takes what is dropped on an element or pasted into a field.
   *
   * @param {HTMLElement} place
   * @param {HTMLElement} field
   * @param {() => FileTray | null} [current] which tray it is for, where there are several
   * @param {AbortSignal} [signal]
   */
  static listen(place, field, current = () => null, signal) {
    const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (/** @type {boolean} */ isOver) => place.classList.toggle("is-dropping", isOver && current() !== null);
    const options = { signal };
    place.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      over(true);
    }, options);
    place.addEventListener("dragleave", (event) => {
      if (!place.contains(/** @type {Node | null} */ (event.relatedTarget))) over(false);
    }, options);
    place.addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      over(false);
      current()?.add([...(event.dataTransfer?.files ?? [])]);
    }, options);
    field.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // A word processor puts a picture beside the text that it copies: the text is meant then.
      if (files.length === 0 || event.clipboardData?.types.includes("text/plain")) return;
      event.preventDefault();
      current()?.add(files.map(named));
    }, options);
  }

  get isEmpty() {
    return this.#entries.length === 0;
  }

  /** @param {File[]} files */
  add(files) {
    this.#say("");
    const room = MOST_FILES - this.#entries.length;
    if (files.length > room) this.#say(`One message takes ${MOST_FILES} files. Send the others with the next.`);
    for (const file of files.slice(0, Math.max(0, room))) this.#begin(file);
    this.#draw();
  }

  /**
   * The files that are there, for a message that goes out now; null while some are on their way, or have failed.
   *
   * @returns {any[] | null}
   */
  take() {
    if (this.#entries.some(({ state }) => state === "waiting" || state === "sending")) {
      this.#say("Your files are still on their way. Send when they are there, or take them away.");
      return null;
    }
    if (this.#entries.some(({ state }) => state === "failed")) {
      this.#say("Some files did not arrive. Try again, or take them away.");
      return null;
    }
    const files = this.#entries.map(({ stored }) => stored);
    this.#entries = [];
    this.#list.replaceChildren();
    this.#say("");
    this.#draw();
    return files;
  }

  /** Ends what is on its way, and gives back what was not sent. */
  discard() {
    for (const entry of [...this.#entries]) this.#remove(entry);
  }

  /** @param {File} file */
  #begin(file) {
    const progress = make("progress", { max: 1, value: 0, "aria-label": `Sending ${file.name}` });
    const words = make("span", { class: "tray-words" });
    const again = make("button", { type: "button", class: "tray-again", hidden: true }, "Try again");
    const label = `Remove ${file.name}`;
    const cancel = make("button", { type: "button", class: "tray-remove", "aria-label": label, title: label }, sign("cross"));
    const about = make("span", { class: "tray-about" }, make("bdi", { class: "tray-name" }, file.name), words, progress);
    const row = make("li", { class: "tray-file" }, picture(file), about, again, cancel);
    /** @type {Entry} */
    const entry = {
      name: file.name, state: "waiting", file, row, stored: null, ending: new AbortController(), progress, words, again,
    };
    again.addEventListener("click", () => {
      this.#say("");
      this.#becomes(entry, "waiting", "Waiting");
      this.#pump();
    });
    cancel.addEventListener("click", () => {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      this.#remove(entry);
      this.#tell(`${entry.name} was removed.`);
      // Whoever works with the keyboard goes on where they were.
      (next?.querySelector(".tray-remove") ?? this.buttons.querySelector("button"))?.focus();
    });
    this.#becomes(entry, "waiting", "Waiting");
    this.#entries.push(entry);
    this.#list.append(row);
    this.#pump();
  }

  #pump() {
    const isSending = this.#entries.filter(({ state }) => state === "sending").length;
    const next = this.#entries.find(({ state }) => state === "waiting");
    if (!next || isSending >= AT_ONCE) return;
    this.#send(next);
    this.#pump();
  }

  /** @param {Entry} entry */
  async #send(entry) {
    entry.ending = new AbortController();
    this.#becomes(entry, "sending", "Sending");
    try {
      entry.stored = await upload({
        side: this.#side,
        caseId: this.#caseId,
        file: entry.file,
        progress: (share) => {
          entry.progress.value = share;
          entry.words.textContent = share < 1 ? `Sending, ${Math.round(share * 100)} %` : "Being checked";
        },
        signal: entry.ending.signal,
      });
      const isChecked = entry.stored.state === "ready";
      this.#becomes(entry, "there", `${inWords(entry.stored.bytes)}${isChecked ? "" : ", being checked for viruses"}`);
      this.#tell(`${entry.name} is ready to be sent.`);
    } catch (error) {
      if (/** @type {any} */ (error).code === "cancelled") return;
      this.#becomes(entry, "failed", /** @type {Error} */ (error).message);
      this.#tell(`${entry.name}: ${/** @type {Error} */ (error).message}`);
    }
    this.#pump();
    this.#changed();
  }

  /** @param {Entry} entry @param {Entry["state"]} state @param {string} words */
  #becomes(entry, state, words) {
    entry.state = state;
    entry.row.dataset.state = state;
    entry.words.textContent = words;
    entry.progress.hidden = state !== "sending";
    entry.again.hidden = state !== "failed";
  }

  /** @param {Entry} entry */
  #remove(entry) {
    this.#entries = this.#entries.filter((other) => other !== entry);
    entry.ending.abort();
    entry.row.remove();
    // Whoever does not hear of it removes it after a day.
    if (entry.stored) {
      const path = `/api/v1/${this.#side}/files/${encodeURIComponent(entry.stored.id)}/discard`;
      fetch(path, { method: "POST", credentials: "same-origin", keepalive: true }).catch(() => {});
    }
    this.#say("");
    this.#draw();
    this.#pump();
  }

  #draw() {
    this.element.hidden = this.isEmpty && this.#trouble.hidden;
    this.#changed();
  }

  /** @param {string} words */
  #say(words) {
    this.#trouble.textContent = words;
    this.#trouble.hidden = words === "";
    this.element.hidden = this.isEmpty && words === "";
  }

  /** @param {string} words for who hears the page */
  #tell(words) {
    this.#spoken.textContent = words;
  }
}

/** What is pasted is called "image.png" each time. @param {File} file */
function named(file) {
  if (file.name && file.name !== "image.png") return file;
  const at = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  return new File([file], `Pasted ${at}.${file.type.split("/")[1] ?? "png"}`, { type: file.type });
}

/** @param {File} file */
function picture(file) {
  const place = make("span", { class: "tray-picture" });
  if (/^image\/(?:jpeg|png|gif|webp)$/u.test(file.type) && file.size < 30_000_000) {
    const reader = new FileReader();
    reader.onload = () => place.replaceChildren(make("img", { alt: "", src: reader.result }));
    reader.readAsDataURL(file);
  }
  place.append(sign("file"));
  return place;
}
