import { clockTime, dayName, fullTime, isSameDay, moment } from "../../shared/time.js";
import { h, set, setText } from "../dom.js";
import { KeyedList } from "../keyed.js";
import { ahead, timeline } from "../model/timeline.js";

/**
 * The open case's history, newest first, with what will happen by itself above it (B6).
 *
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../model/timeline.js").Line} Line
 * @typedef {{key: string, at: number, line: Line | null}} Row a line, or the day above those before it
 */
export class CaseTimeline extends HTMLElement {
  #context;
  #ahead = h("ol", { class: "timeline ahead" });
  #aheadTitle = h("h2", { class: "panel-title" }, "Ahead");
  #past = h("ol", { class: "timeline" });
  #more = h("button", { type: "button", class: "button", hidden: true }, "Show all");
  #aheadList;
  #pastList;
  #limit = 150;

  /** @param {Context} context */
  constructor(context) {
    super();
    this.#context = context;
    const make = () => h("li", {}, h("span", { class: "line-words" }), h("time", {}));
    const makePast = () => h("li", {}, lineWords(), h("time", {}));
    this.#aheadList = new KeyedList(this.#ahead, { make, update: (row, line) => this.#drawAhead(row, line) });
    this.#pastList = new KeyedList(this.#past, { make: makePast, update: (row, line) => this.#drawPast(row, line) });
    this.append(this.#aheadTitle, this.#ahead, h("h2", { class: "panel-title" }, "So far"), this.#past, this.#more);
    this.#more.addEventListener("click", () => {
      this.#limit = Infinity;
      this.update();
    });
  }

  begin() {
    this.#limit = 150;
  }

  update() {
    const { openCase, desk } = this.#context;
    if (!openCase) return;
    const now = this.#context.now();
    const next = openCase.summary ? ahead(openCase.summary, now) : [];
    this.#aheadTitle.hidden = next.length === 0;
    this.#ahead.hidden = next.length === 0;
    this.#aheadList.show(next, ({ key }) => key);
    const lines = timeline(openCase.entries, desk.me.id, (at) => moment(at, now), openCase.notices);
    this.#more.hidden = lines.length <= this.#limit;
    this.#pastList.show(withDays(lines.slice(0, this.#limit)), ({ key }) => key);
  }

  /**
   * @param {HTMLElement} row
   * @param {Line} line
   */
  #drawAhead(row, line) {
    row.dataset.tone = line.tone;
    setText(/** @type {Element} */ (row.firstElementChild), line.words);
    drawTime(row, line.at, moment(line.at, this.#context.now()));
  }

  /**
   * @param {HTMLElement} row
   * @param {Row} item
   */
  #drawPast(row, { line, at }) {
    set(row, { "data-tone": line?.tone ?? "day" });
    const [words, detail] = /** @type {Element} */ (row.firstElementChild).children;
    setText(words, line ? line.words : dayName(at, this.#context.now()));
    set(detail, { hidden: !line?.detail, "data-grave": line?.isGrave ? "true" : null });
    setText(detail, line?.detail ?? "");
    drawTime(row, at, line ? clockTime(at) : "");
  }
}

/** What happened, and below it what became of the notice that it caused. */
const lineWords = () =>
  h("span", { class: "line-words" }, h("span", {}), h("span", { class: "line-detail", hidden: true }));

/** @param {Line[]} lines newest first @returns {Row[]} */
function withDays(lines) {
  /** @type {Row[]} */
  const rows = [];
  for (const [index, line] of lines.entries()) {
    const beginsDay = index === 0 || !isSameDay(lines[index - 1].at, line.at);
    if (beginsDay) rows.push({ key: `day-${line.key}`, at: line.at, line: null });
    rows.push({ key: line.key, at: line.at, line });
  }
  return rows;
}

/**
 * @param {HTMLElement} row
 * @param {number} at
 * @param {string} words
 */
function drawTime(row, at, words) {
  const time = /** @type {HTMLTimeElement} */ (row.lastElementChild);
  time.hidden = words === "";
  set(time, { datetime: new Date(at).toISOString(), title: fullTime(at) });
  setText(time, words);
}

customElements.define("foyer-case-timeline", CaseTimeline);
