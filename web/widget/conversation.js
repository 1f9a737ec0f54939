import { isolated } from "../shared/text.js";
import { moment } from "../shared/time.js";
import { availability } from "./about.js";
import { Composer } from "./composer.js";
import { confirm } from "./dialog.js";
import { button, el } from "./dom.js";
import { MessageList } from "./message-list.js";
import { closedBecause, isOver, standing, titleOf } from "./wording.js";
import { later } from "../shared/later.js";

const FOREIGN = "This chat is not among yours. It may belong to another name or number.";

/** One chat: where it stands, what was said, and a place to write. */
export class Conversation {
  caseId;
  element;
  /** @type {HTMLElement | null} */
  focus = null;

  #desk;
  #client;
  #log;
  #list;
  #composer;
  #standing = el("div", { className: "standing" });
  #foot = el("div", { className: "foot" });
  #ending = new AbortController();
  /** @type {import("../shared/files/tray.js").FileTray | null} */
  #tray = null;
  /** What the foot shows, so that it is made anew only when that changes. */
  #footShows = "";

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {string} caseId
   */
  constructor(desk, caseId) {
    this.caseId = caseId;
    this.#desk = desk;
    this.#client = /** @type {import("../shared/client.js").FoyerClient} */ (desk.client);
    this.#log = this.#client.log(caseId);
    const actions = {
      edit: (/** @type {number} */ number, /** @type {string} */ text) => this.#composer.edit(number, text),
      delete: (/** @type {number} */ number) => this.#delete(number),
      retry: (/** @type {string} */ key) => this.#client.retry(caseId, key),
      discard: (/** @type {string} */ key) => this.#client.discard(caseId, key),
    };
    this.#list = new MessageList({ desk, log: this.#log, actions, bottomChanged: () => this.#tellSeen() });
    this.#composer = new Composer({
      draft: this.#client.drafts.get(caseId),
      keep: (text) => this.#client.drafts.set(caseId, text),
      typing: () => this.#client.typing(caseId),
      send: (text, files) => {
        this.#client.send(caseId, text, { files });
        this.#list.toBottom();
      },
      saveEdit: (number, text) => this.#client.command("edit", { case: caseId, number, text }),
    });
    this.element = el("div", { className: "conversation" }, this.#standing, this.#list.element, this.#foot);
    if (matchMedia("(pointer: fine)").matches) this.focus = this.#composer.input;
    this.#listen();
    this.#draw();
    this.#loadTray();
  }

  /** Files come later: whoever opens the page does not wait for them. */
  async #loadTray() {
    const { FileTray } = await later(() => import("/shared/files/index.js"));
    const tray = (this.#tray = new FileTray({ side: "guests", caseId: this.caseId }));
    this.#composer.tray = tray;
    const current = () => (this.#composer.element.isConnected ? tray : null);
    FileTray.listen(this.element, this.#composer.input, current, this.#ending.signal);
  }

  get title() {
    return titleOf(this.#summary);
  }

  back = () => this.#desk.goHome();

  leave() {
    this.#ending.abort();
    this.#tray?.discard();
    this.#client.stopTyping(this.caseId);
    this.#log.close();
  }

  /** Somebody may be looking now who was not before. */
  looked() {
    this.#tellSeen();
  }

  get #summary() {
    return this.#client.cases.get(this.caseId);
  }

  #listen() {
    const { signal } = this.#ending;
    const about = (/** @type {Event} */ event) => {
      if (/** @type {CustomEvent} */ (event).detail.id === this.caseId) this.#changed();
    };
    this.#client.addEventListener("summary", about, { signal });
    this.#client.addEventListener("watched", () => this.#changed(), { signal });
    this.#log.addEventListener("event", () => this.#tellSeen(), { signal });
    this.#log.addEventListener("caughtUp", () => this.#tellSeen(), { signal });
    this.#log.addEventListener("refused", () => this.#draw(), { signal });
    this.#list.listen(signal);
  }

  #changed() {
    const summary = this.#summary;
    if (summary?.phase === "intake" && summary.missing.length > 0) {
      this.#desk.openCase(this.caseId);
      return;
    }
    this.#list.summaryChanged();
    this.#draw();
    this.#desk.redraw();
  }

  /** Seen is what was on the screen, in a visible tab, with the conversation open (and the panel around it). */
  #tellSeen() {
    if (!this.#desk.isLookedAt || !this.#log.isCaughtUp || !this.#list.isAtBottom) return;
    this.#client.seen(this.caseId, this.#log.head);
  }

  #draw() {
    this.#drawStanding();
    this.#drawFoot();
  }

  #drawStanding() {
    const summary = this.#summary;
    if (!summary) {
      this.#standing.replaceChildren();
      return;
    }
    const now = this.#desk.now();
    this.#standing.replaceChildren(
      el("p", { className: "standing-words", dir: "auto" }, standing(summary, now)),
      ...(isOver(summary) ? [] : [button("Close chat", "quiet small", () => this.#close())]),
      ...(summary.phase === "waiting" ? [availability(this.#desk.entry, now)] : []),
    );
  }

  #drawFoot() {
    const summary = this.#summary;
    const { error } = this.#log;
    const { phase, closeRequest, reopenUntil, movedTo } = summary ?? {};
    const shows = error ? `error ${error.code}` : [phase, closeRequest, reopenUntil, movedTo].join(" ");
    if (shows === this.#footShows) return;
    this.#footShows = shows;
    const focused = this.#foot.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    this.#foot.replaceChildren(...this.#footParts(summary, error));
    if (!focused || this.#foot.contains(document.activeElement)) return;
    // What is put in anew has lost the focus, even where it is the same.
    const next = this.#foot.contains(focused)
      ? focused
      : /** @type {HTMLElement[]} */ ([...this.#foot.querySelectorAll("button, textarea")]).find((one) => one.checkVisibility());
    next?.focus({ preventScroll: true });
  }

  /** @param {any} summary @param {any} error */
  #footParts(summary, error) {
    if (error) {
      const isForeign = error.code === "no_such_case" || error.code === "not_allowed";
      return [this.#ended(isForeign ? FOREIGN : error.message)];
    }
    switch (summary?.phase) {
      case "erased":
        return [this.#ended("The content of this chat has been removed.")];
      case "merged":
        return [this.#ended("This conversation goes on in another chat.", summary.movedTo)];
      case "closed":
        return this.#closedParts(summary);
      default:
        this.#composer.placeholder = "Write a message";
        return summary?.closeRequest ? [this.#closeRequest(summary), this.#composer.element] : [this.#composer.element];
    }
  }

  /** @param {any} summary */
  #closedParts(summary) {
    const now = this.#desk.now();
    const { reopenUntil, closeReason } = summary;
    if (!(reopenUntil > now)) return [this.#ended(`${closedBecause(closeReason)} You can still read it.`)];
    this.#composer.placeholder = "Write to reopen this chat";
    const until = moment(reopenUntil, now).replace(/^on /, "");
    const words = el("p", {}, `Something to add? Write again to reopen this chat, until ${until}.`);
    return [el("div", { className: "banner" }, words, this.#newChatButton("quiet")), this.#composer.element];
  }

  /** @param {string} text @param {string | null} [movedTo] */
  #ended(text, movedTo) {
    const next = movedTo
      ? button("Go there", "primary", () => this.#desk.openCase(movedTo))
      : this.#newChatButton("primary");
    return el("div", { className: "banner ended" }, el("p", {}, text), next);
  }

  /** @param {string} className */
  #newChatButton(className) {
    return button("Start a new chat", className, () => this.#desk.newChat());
  }

  /** @param {any} summary */
  #closeRequest(summary) {
    const who = isolated(summary.assignee?.name ?? summary.team.name);
    const banner = el(
      "div",
      { className: "banner asks", role: "group", "aria-label": "Close request" },
      el("p", { dir: "auto" }, `${who} asks: is everything settled? You can close this chat now.`),
      el(
        "div",
        { className: "choices" },
        button("Close chat", "primary", () => this.#run("closeChat")),
        button("Keep it open", "quiet", () => this.#run("declineClose")),
      ),
    );
    this.#desk.say(`${who} asks whether this chat can be closed.`);
    return banner;
  }

  async #close() {
    const isSure = await confirm({
      title: "Close this chat?",
      text: "You can read it later, and write again for a while to reopen it.",
      yes: "Close chat",
      no: "Keep it open",
    });
    if (isSure) await this.#run("closeChat");
  }

  /** @param {number} number */
  async #delete(number) {
    const isSure = await confirm({
      title: "Delete this message?",
      text: "The team may have read it already. That there was a message stays visible.",
      yes: "Delete",
      no: "Keep it",
      isGrave: true,
    });
    if (isSure) await this.#run("delete", { number });
  }

  /** @param {string} command @param {object} [fields] */
  async #run(command, fields = {}) {
    try {
      await this.#client.command(command, { case: this.caseId, ...fields });
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      this.#list.trouble(message);
    }
  }
}
