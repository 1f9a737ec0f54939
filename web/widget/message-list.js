import { isolated } from "../shared/text.js";
import { dayName, isSameDay, moment } from "../shared/time.js";
import { button, el, icon } from "./dom.js";
import { MessageView } from "./message.js";
import { closingWarning, statusLine, titleOf } from "./wording.js";

/** Messages of one author within this time stand together. */
const TOGETHER_MS = 5 * 60_000;
/** So near to the end counts as at the end. */
const NEAR_PX = 48;

/**
 * @typedef {object} Actions
 * @property {(number: number, text: string) => void} edit
 * @property {(number: number) => void} delete
 * @property {(key: string) => void} retry
 * @property {(key: string) => void} discard
 */

/** The log as one reads it: days, messages, what happened, who is typing. Grows at its end only. */
export class MessageList {
  #list = el("ol", { className: "log", role: "list" });
  /** Silent while an old conversation is read in; from then on a screen reader says what is added. */
  #read = el("div", { role: "log", "aria-label": "Messages", "aria-live": "off" }, this.#list);
  #pending = el("ol", { className: "log", role: "list", "aria-label": "Messages on their way" });
  #typing = el("p", { className: "typing", hidden: true, dir: "auto" });
  #trouble = el("p", { className: "notice bad", role: "alert", hidden: true });
  #jump = button([icon("down"), "Latest messages"], "jump", () => this.toBottom(), { hidden: true });
  #scroller = el(
    "div",
    {
      className: "scroller",
      tabIndex: 0,
      role: "region",
      "aria-label": "Conversation",
      onscroll: () => this.#scrolled(),
    },
    this.#read,
    this.#pending,
    this.#typing,
  );
  element = el("div", { className: "reading" }, this.#scroller, this.#jump, this.#trouble);

  /** @type {boolean} whether the newest is in sight */
  isAtBottom = true;
  #desk;
  #log;
  #actions;
  #bottomChanged;
  /** @type {Map<number, MessageView>} by number */
  #messages = new Map();
  /** @type {Map<string, {view: MessageView, state: string}>} by key */
  #unsent = new Map();
  /** @type {MessageView | null} the last one, while nothing else follows it */
  #last = null;
  #lastAt = 0;
  /** @type {HTMLElement | null} the last warning that the chat will close; `closesAt` is told while it holds */
  #warning = null;
  #height = 0;
  #troubleTimer = 0;

  /**
   * @param {object} options
   * @param {import("./desk.js").Desk} options.desk
   * @param {import("../shared/case-log.js").CaseLog} options.log
   * @param {Actions} options.actions
   * @param {() => void} options.bottomChanged
   */
  constructor({ desk, log, actions, bottomChanged }) {
    this.#desk = desk;
    this.#log = log;
    this.#actions = actions;
    this.#bottomChanged = bottomChanged;
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const log = this.#log;
    const detail = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;
    log.addEventListener("event", (event) => this.#take(detail(event)), { signal });
    log.addEventListener("afresh", () => this.#forget(), { signal });
    log.addEventListener("pending", () => this.#drawPending(), { signal });
    log.addEventListener("caughtUp", () => this.#caughtUp(), { signal });
    log.addEventListener("typing", (event) => this.#drawTyping(detail(event).who), { signal });
    // A keyboard that opens takes from the height: who was at the end stays there.
    const watching = new ResizeObserver(() => {
      this.#height = this.#scroller.clientHeight;
      this.toBottomIfThere();
    });
    watching.observe(this.#scroller);
    // A picture takes its place when it is there.
    this.#list.addEventListener("grown", () => this.toBottomIfThere(), { signal });
    signal.addEventListener("abort", () => watching.disconnect());
    for (const entry of log.events) this.#take(entry);
    if (log.isCaughtUp) this.#caughtUp();
    this.#drawPending();
  }

  /** Where the case stands has changed: how far the other side has read, when it closes. */
  summaryChanged() {
    const { cursors, closesAt } = this.#desk.client?.cases.get(this.#log.caseId) ?? {};
    const { delivered, seen } = cursors?.team ?? {};
    // The moment is not in the warning itself, and comes after it.
    if (closesAt && this.#warning) this.#warning.textContent = closingWarning(moment(closesAt, this.#desk.now()));
    let last = null;
    for (const [number, view] of this.#messages) {
      if (!view.isOwn) continue;
      view.mark(number <= seen ? "seen" : number <= delivered ? "delivered" : "sent");
      last?.element.classList.remove("is-last-own");
      last?.element.classList.toggle("has-other-mark", last.shown !== view.shown);
      view.element.classList.add("is-last-own");
      last = view;
    }
  }

  toBottom() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#scrolled();
  }

  toBottomIfThere() {
    if (this.isAtBottom) this.toBottom();
  }

  /** @param {string} text what did not work */
  trouble(text) {
    this.#trouble.textContent = text;
    this.#trouble.hidden = false;
    clearTimeout(this.#troubleTimer);
    this.#troubleTimer = setTimeout(() => (this.#trouble.hidden = true), 8000);
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    // Nobody scrolled: the room has changed, and whoever was at the end is about to be brought back there.
    if (clientHeight !== this.#height && this.isAtBottom) return;
    const isAtBottom = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    this.#jump.hidden = isAtBottom;
    if (isAtBottom === this.isAtBottom) return;
    this.isAtBottom = isAtBottom;
    if (isAtBottom) this.#bottomChanged();
  }

  #caughtUp() {
    this.summaryChanged();
    this.toBottomIfThere();
    setTimeout(() => this.#read.setAttribute("aria-live", "polite"), 500);
  }

  #forget() {
    this.#read.setAttribute("aria-live", "off");
    this.#list.replaceChildren();
    this.#messages.clear();
    this.#last = null;
    this.#lastAt = 0;
  }

  /** @param {{seq: number, event: any}} entry */
  #take({ seq, event }) {
    switch (event.type) {
      case "message":
      case "automatic":
      case "blast":
        this.#message(seq, event);
        break;
      case "closedByItself":
        break; // The closing that follows says it all.
      case "edited":
        this.#messages.get(event.number)?.edited(event.text);
        break;
      case "deleted":
        this.#messages.get(event.number)?.deleted();
        break;
      case "identifiers":
        this.#details(event);
        break;
      default:
        this.#happened(event);
    }
    this.toBottomIfThere();
  }

  /** @param {number} seq @param {any} event */
  #message(seq, event) {
    const isOwn = event.author?.id === this.#desk.guest?.id;
    const isAutomatic = event.type === "automatic";
    const name = isAutomatic ? `${this.#teamName} (automatic)` : (event.author?.name ?? this.#teamName);
    const author = isOwn ? "You" : name;
    this.#day(event.at);
    const isTogether = this.#last?.author === author && event.at - this.#last.at < TOGETHER_MS;
    const own = {
      edit: (/** @type {string} */ text) => this.#actions.edit(seq, text),
      delete: () => this.#actions.delete(seq),
    };
    const view = new MessageView({
      author,
      isOwn,
      isFirst: !isTogether,
      at: event.at,
      text: event.text,
      files: event.files,
      log: this.#log,
      kind: isAutomatic ? "automatic" : "",
      own: isOwn ? own : undefined,
    });
    if (event.isDeleted) view.deleted();
    // What stands together says when once, at its end.
    if (isTogether) this.#last?.element.classList.add("is-followed");
    this.#messages.set(seq, view);
    this.#list.append(view.element);
    this.#last = view;
    if (isOwn) this.summaryChanged();
  }

  /** @param {any} event */
  #details({ at, values }) {
    this.#day(at);
    this.#last = null;
    const rows = values.map((/** @type {any} */ { label, value }) =>
      el("div", {}, el("dt", { dir: "auto" }, label), el("dd", { dir: "auto" }, value)),
    );
    const details = el("details", {}, el("summary", {}, "Your details"), el("dl", {}, ...rows));
    this.#list.append(el("li", { className: "event" }, details));
  }

  /** @param {any} event */
  #happened(event) {
    const text = statusLine(event, { me: this.#desk.guest?.id, team: this.#teamName });
    if (text === null) return;
    this.#day(event.at);
    this.#last = null;
    const subject = event.type === "opened" ? titleOf(event) : null;
    this.#list.append(el("li", { className: "event", dir: "auto" }, subject ? `${text}: ${subject}` : text));
    if (event.type === "closingWarned") this.#warning = /** @type {HTMLElement} */ (this.#list.lastChild);
  }

  /** @param {number} at */
  #day(at) {
    if (!isSameDay(at, this.#lastAt)) {
      this.#list.append(el("li", { className: "day" }, el("span", {}, dayName(at, this.#desk.now()))));
      this.#last = null;
    }
    this.#lastAt = at;
  }

  #drawPending() {
    const pending = this.#log.pending;
    const keys = new Set(pending.map(({ key }) => key));
    for (const [key, { view }] of this.#unsent) {
      if (keys.has(key)) continue;
      view.element.remove();
      this.#unsent.delete(key);
    }
    for (const { key, text, files, at, state, error } of pending) {
      const known = this.#unsent.get(key);
      if (known?.state === state) continue;
      const view = new MessageView({ author: "You", isOwn: true, isFirst: false, at, text, files, kind: "pending" });
      const actions = { retry: () => this.#actions.retry(key), discard: () => this.#actions.discard(key) };
      if (state === "sending") view.mark("sending");
      else view.fail(error?.message ?? "This was not sent.", actions);
      if (known) known.view.element.replaceWith(view.element);
      else this.#pending.append(view.element);
      this.#unsent.set(key, { view, state });
    }
    this.#pending.hidden = pending.length === 0;
    this.toBottomIfThere();
  }

  /** @param {any[]} who */
  #drawTyping(who) {
    const names = who.filter((one) => !one.private).map(({ name }) => isolated(name ?? this.#teamName));
    this.#typing.hidden = names.length === 0;
    const dots = el("span", { className: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
    this.#typing.replaceChildren(dots, `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} typing`);
    this.toBottomIfThere();
  }

  get #teamName() {
    return this.#desk.entry.team.name;
  }
}
