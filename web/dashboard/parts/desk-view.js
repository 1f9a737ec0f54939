import { h } from "../dom.js";
import { listenToKeys } from "../keys.js";
import { guestName } from "../model/names.js";
import { hoursWords } from "../model/hours-words.js";
import { session } from "../state/session.js";
import { OpenCase } from "../state/open-case.js";
import { moment } from "../../shared/time.js";
import { ConnectionBar } from "./connection-bar.js";
import { Conversation } from "./conversation.js";
import { openHelp } from "./help.js";
import { Inbox } from "./inbox.js";
import { Masthead } from "./masthead.js";
import { SidePanel } from "./side-panel.js";
import { later } from "../../shared/later.js";

/**
 * The whole page of somebody who is signed in. At its full width three columns; on a phone one at a time, which the
 * address names (`data-pane`).
 *
 * @typedef {import("../context.js").Context} Context
 */
export class DeskView extends HTMLElement {
  #context;
  #masthead;
  #inbox;
  #conversation;
  #panel;
  #columns;
  /** @type {any} what an administrator sets, once it was asked for */
  #settings = null;
  /** @type {string | null} */
  #hoursOf = null;

  /**
   * @param {Context} context
   * @param {() => void} signOut
   */
  constructor(context, signOut) {
    super();
    this.#context = context;
    const help = () => openHelp(context.preferences);
    this.#masthead = new Masthead(context, { signOut, help });
    this.#inbox = new Inbox(context);
    this.#conversation = new Conversation(context);
    this.#panel = new SidePanel(context);
    this.#columns = h(
      "main",
      { class: "columns" },
      h("h1", { class: "unseen" }, "Dashboard"),
      h("section", { class: "column inbox-column", "aria-label": "Inbox" }, this.#inbox),
      h("section", { class: "column case-column", "aria-label": "Conversation" }, this.#conversation),
      h("aside", { class: "column panel-column", "aria-label": "About the conversation" }, this.#panel),
    );
    this.append(
      h("header", { class: "top" }, this.#masthead), new ConnectionBar(context.desk.client), this.#columns,
    );
    context.addEventListener("address", () => this.#onAddress());
    context.desk.addEventListener("welcome", () => {
      this.#loadHours();
      this.#showSettings();
    });
    context.desk.addEventListener("settings", () => {
      this.#hoursOf = null;
      this.#loadHours();
    });
    context.desk.addEventListener("case", (/** @type {any} */ event) => this.#mayReadNow(event.detail.after.id));
    listenToKeys(this.#keys(help), () => context.preferences.get("keys", "on") === "on");
  }

  connectedCallback() {
    this.#onAddress({ isFirst: true });
  }

  /** For the tab's title. */
  get place() {
    const summary = this.#context.openCase?.summary;
    return summary ? guestName(summary.guest) : "";
  }

  #onAddress({ isFirst = false } = {}) {
    const { address } = this.#context;
    this.#showSettings();
    const before = this.#context.openCase;
    const paneBefore = this.dataset.pane;
    this.dataset.pane = !address.caseID ? "inbox" : address.pane ? "panel" : "case";
    if ((before?.id ?? null) !== address.caseID) {
      this.#open(address.caseID);
    } else if (paneBefore !== this.dataset.pane) {
      this.#conversation.messages.update();
    }
    this.#loadHours();
    if (!isFirst) this.#moveFocus(before?.id ?? null, paneBefore);
  }

  /** For administrators alone, and loaded when one wants them. */
  async #showSettings() {
    const { address, desk } = this.#context;
    const isWanted = address.settings !== undefined && desk.me.isAdministrator === true;
    if (isWanted && !this.#settings) {
      this.#settings = document.createElement("main");
      const { begin } = await later(() => import("/dashboard/settings/settings.js"));
      this.#settings.replaceWith((this.#settings = begin(this.#context)));
    }
    if (isWanted && !this.#settings.isConnected) this.#columns.after(this.#settings);
    if (!isWanted) this.#settings?.remove();
    this.#columns.hidden = isWanted;
  }

  /** @param {string | null} id */
  #open(id) {
    const { desk, openCase } = this.#context;
    openCase?.close();
    this.#context.openCase = id ? new OpenCase(desk, id) : null;
    this.#conversation.begin();
    this.#panel.begin();
  }

  /** A case that was refused has just been handed to this member's team. @param {string} id */
  #mayReadNow(id) {
    const { openCase } = this.#context;
    if (openCase?.id === id && openCase.error) this.#open(id);
  }

  /**
   * @param {string | null} before
   * @param {string | undefined} paneBefore
   */
  #moveFocus(before, paneBefore) {
    const { caseID, pane } = this.#context.address;
    const isNarrow = matchMedia("(max-width: 47.99rem)").matches;
    if (caseID && caseID !== before) {
      const { composer, header } = this.#conversation;
      // On a touch screen the keyboard would cover what is to be read.
      if (!isNarrow && matchMedia("(pointer: fine)").matches && composer.isForReply) composer.focusField();
      else header.focusName();
    } else if (!caseID && before) this.#inbox.focusOpenRow();
    else if (isNarrow && paneBefore !== this.dataset.pane) {
      if (pane) this.#panel.focusTab();
      else this.#conversation.header.focusName();
    }
  }

  /** @param {() => void} help @returns {Map<string, () => void>} */
  #keys(help) {
    const { header, composer } = this.#conversation;
    const ifOpen = (/** @type {() => void} */ run) => () => this.#context.openCase && run();
    const toPane = (/** @type {"guest" | "timeline"} */ pane) =>
      ifOpen(() => {
        const { address } = this.#context;
        this.#context.go({ ...address, pane: address.pane === pane ? "" : pane });
      });
    return new Map([
      ["j", () => this.#inbox.move(1)],
      ["k", () => this.#inbox.move(-1)],
      ["/", () => this.#inbox.focusSearch()],
      ["r", ifOpen(() => composer.setMode("reply"))],
      ["n", ifOpen(() => composer.setMode("note"))],
      ["c", ifOpen(() => header.claim())],
      ["t", ifOpen(() => header.transfer())],
      ["g", toPane("guest")],
      ["l", toPane("timeline")],
      ["m", () => this.#masthead.toggleSound()],
      ["?", help],
      ["Escape", () => this.#inbox.focusOpenRow()],
    ]);
  }

  /** What guests are told of the one team that is looked at. */
  async #loadHours() {
    const { desk, address } = this.#context;
    const own = desk.ownTeams;
    const team = address.team ?? (own.length === 1 ? own[0].id : null);
    if (team === this.#hoursOf) return;
    this.#hoursOf = team;
    this.#masthead.hours = "";
    if (!team) return;
    try {
      const entry = await session.entry(team);
      const wait = entry.expectedWaitMinutes ? `, about ${entry.expectedWaitMinutes} min wait` : "";
      const words = hoursWords(entry.hours, (at) => moment(at, this.#context.now()));
      if (this.#hoursOf === team) this.#masthead.hours = words + wait;
    } catch {
      // The hours are a courtesy; the desk works without them, and asks again with the next connection.
      this.#hoursOf = null;
    }
  }
}

customElements.define("foyer-desk", DeskView);
