import { h, set, unseen } from "../dom.js";
import { icon } from "../icons.js";
import { formatAddress } from "../model/address.js";
import { counts, isMine, list, views } from "../model/inbox.js";
import { coalesced } from "../redraw.js";
import { InboxSection } from "./inbox-section.js";

/**
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../model/types.js").Summary} Summary
 * @typedef {import("../model/inbox.js").View} View
 */

/** @type {Record<View, string>} */
const titles = { mine: "Mine", unassigned: "Unassigned", all: "All", closed: "Closed" };

/** @type {Record<View, [string, string]>} */
const nothing = {
  mine: ["Nothing on your desk", "Claim a conversation from the queue, and it is here."],
  unassigned: ["Nobody is waiting", "New conversations come here by themselves, with a sound."],
  all: ["No open conversations", "When a guest writes, the conversation is here at once."],
  closed: ["Nothing closed yet", "Conversations can be read here after they end."],
};

/** The lists of cases, with the reader's own above their team's queue. */
export class Inbox extends HTMLElement {
  #context;
  #tabs = new Map();
  #search = h("input", { type: "search", placeholder: "Name or subject", autocomplete: "off", spellcheck: "false" });
  #team = h("select", { "aria-label": "Team" });
  #scroller = h("div", { class: "inbox-lists" });
  #first = new InboxSection();
  #queue = new InboxSection({ foldable: true });
  #more = h("div", { class: "inbox-more" });
  #redraw = coalesced(() => this.#draw());
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #searchTimer;
  /** The row that the tabulator key reaches. @type {string | null} */
  #cursor = null;
  /** @type {string} */
  #teamsShown = "";

  /** @param {Context} context */
  constructor(context) {
    super();
    this.#context = context;
  }

  connectedCallback() {
    const { desk, preferences } = this.#context;
    if (!this.firstChild) this.#build();
    for (const name of ["inbox", "closed", "welcome"]) desk.addEventListener(name, this.#redraw);
    this.#context.addEventListener("address", this.#redraw);
    this.#clock = setInterval(this.#redraw, 20_000);
    this.#queue.isFolded = preferences.get("queue-folded", "no") === "yes";
    this.#draw();
  }

  disconnectedCallback() {
    for (const name of ["inbox", "closed", "welcome"]) this.#context.desk.removeEventListener(name, this.#redraw);
    this.#context.removeEventListener("address", this.#redraw);
    clearInterval(this.#clock);
  }

  focusSearch() {
    this.#search.focus();
  }

  /** Moves to the next row, from the one that has the focus or is open. @param {1 | -1} step */
  move(step) {
    const links = this.#links();
    const from = links.findIndex((link) => link === document.activeElement);
    const open = links.findIndex((link) => link.dataset.case === this.#cursor);
    const next = from >= 0 ? from + step : open >= 0 && this.#context.address.caseID ? open + step : 0;
    this.#focusRow(links[Math.min(Math.max(next, 0), links.length - 1)]);
  }

  focusOpenRow() {
    const links = this.#links();
    this.#focusRow(links.find((link) => link.dataset.case === this.#cursor) ?? links[0]);
  }

  /** @returns {HTMLAnchorElement[]} */
  #links() {
    return [...this.#scroller.querySelectorAll("a.row")].filter((link) => link.offsetParent !== null);
  }

  /** @param {HTMLAnchorElement | undefined} link */
  #focusRow(link) {
    if (!link) return;
    this.#cursor = link.dataset.case ?? null;
    for (const other of this.#links()) set(other, { tabindex: other === link ? 0 : -1 });
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  }

  #build() {
    const label = "Search the loaded conversations";
    set(this.#search, { "aria-label": label, oninput: () => this.#onSearch() });
    this.#team.addEventListener("change", () => {
      this.#context.go({ ...this.#context.address, team: this.#team.value || null });
    });
    const nav = h("nav", { class: "tabs", "aria-label": "Lists" });
    for (const view of views) {
      const count = h("span", { class: "tab-count" });
      const tab = h("a", { class: "tab" }, titles[view], count);
      this.#tabs.set(view, { tab, count });
      nav.append(tab);
    }
    this.#queue.addEventListener("fold", () => {
      this.#context.preferences.set("queue-folded", this.#queue.isFolded ? "yes" : "no");
    });
    this.#scroller.append(this.#first, this.#queue, this.#more);
    this.#scroller.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#onKey(event));
    this.append(
      h("div", { class: "inbox-tools" }, h("label", { class: "search" }, icon("search"), this.#search), this.#team),
      nav,
      this.#scroller,
    );
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.move(event.key === "ArrowDown" ? 1 : -1);
  }

  #onSearch() {
    this.#redraw();
    clearTimeout(this.#searchTimer);
    if (!this.#search.value.trim()) return;
    this.#searchTimer = setTimeout(() => {
      const count = this.#links().length;
      this.#context.announce(count === 1 ? "One conversation found" : `${count} conversations found`);
    }, 700);
  }

  #draw() {
    const { desk, address } = this.#context;
    const me = desk.me.id;
    const { view, team } = address;
    this.#drawTeams();
    this.#drawTabs();
    const search = this.#search.value;
    const from = view === "closed" ? desk.closedSummaries(team) : desk.inbox;
    const cases = list(from, { view, me, team, search });
    this.#chooseCursor(cases);
    const show = (/** @type {InboxSection} */ section, /** @type {Summary[]} */ summaries) =>
      section.show(summaries.map((summary) => this.#item(summary)));
    const isMineView = view === "mine";
    this.#first.heading = isMineView ? titles.mine : "";
    this.#first.empty = this.#emptyWords(view, search);
    show(this.#first, cases);
    this.#queue.hidden = !isMineView;
    this.#queue.heading = "Waiting for the team";
    this.#queue.empty = this.#emptyWords("unassigned", search);
    const queue = isMineView ? list(desk.inbox, { view: "unassigned", me, team, search }) : [];
    show(this.#queue, queue.filter((summary) => !isMine(summary, me)));
    this.#drawMore(view, team);
  }

  /** @param {Summary[]} cases */
  #chooseCursor(cases) {
    const { caseID } = this.#context.address;
    if (this.#scroller.contains(document.activeElement)) return;
    if (caseID) this.#cursor = caseID;
    const isThere = cases.some(({ id }) => id === this.#cursor);
    if (!isThere && !this.#scroller.querySelector(`[data-case="${CSS.escape(this.#cursor ?? "")}"]`)) {
      this.#cursor = cases[0]?.id ?? null;
    }
  }

  /** @param {Summary} summary @returns {import("./inbox-row.js").RowItem} */
  #item(summary) {
    const { desk, address } = this.#context;
    const now = desk.client.now();
    return {
      summary,
      address,
      isReachable: summary.id === this.#cursor,
      minute: Math.floor(now / 20_000),
      now,
      me: desk.me.id,
      showsTeam: address.team === null && desk.ownTeams.length > 1,
    };
  }

  #drawTabs() {
    const { desk, address } = this.#context;
    const numbers = counts(desk.inbox, desk.me.id, address.team);
    for (const [view, { tab, count }] of this.#tabs) {
      set(tab, {
        href: formatAddress({ view, team: address.team, caseID: address.caseID, pane: address.pane }),
        "aria-current": view === address.view ? "page" : null,
      });
      const number = numbers[/** @type {"mine"} */ (view)];
      count.hidden = !number?.cases;
      if (!number) continue;
      count.classList.toggle("has-unread", number.unread > 0);
      const words = number.unread > 0 ? `, ${number.unread} unread` : "";
      const shown = `${number.cases}${words}`;
      if (count.dataset.shown === shown) continue;
      count.dataset.shown = shown;
      count.replaceChildren(String(number.cases), unseen(words));
    }
  }

  #drawTeams() {
    const { desk, address } = this.#context;
    const own = desk.ownTeams;
    this.#team.hidden = own.length < 2;
    const shown = JSON.stringify(own.map(({ id, name }) => [id, name]));
    if (shown !== this.#teamsShown) {
      this.#teamsShown = shown;
      const options = own.map(({ id, name }) => h("option", { value: id }, name));
      this.#team.replaceChildren(h("option", { value: "" }, "All my teams"), ...options);
    }
    if (document.activeElement !== this.#team) this.#team.value = address.team ?? "";
  }

  /**
   * @param {View} view
   * @param {string} search
   * @returns {[string, string]}
   */
  #emptyWords(view, search) {
    const { desk } = this.#context;
    if (search.trim()) return ["Nothing found", "The search looks at names and subjects of what is loaded here."];
    if (view === "closed") {
      const isLoading = desk.ownTeams.some(({ id }) => ["none", "loading"].includes(desk.closed(id).state));
      return isLoading ? ["Looking …", ""] : nothing.closed;
    }
    return desk.isLive ? nothing[view] : ["Looking …", ""];
  }

  /**
   * @param {View} view
   * @param {string | null} team
   */
  #drawMore(view, team) {
    const { desk } = this.#context;
    this.#more.hidden = view !== "closed";
    if (view !== "closed") return;
    const teams = desk.ownTeams.filter(({ id }) => team === null || id === team);
    for (const { id } of teams) if (desk.closed(id).state === "none" && desk.client.welcome) desk.loadClosed(id);
    const states = teams.map(({ id }) => desk.closed(id).state);
    const isFailed = states.includes("failed");
    const next = teams.filter(({ id }) => ["some", "failed"].includes(desk.closed(id).state));
    const shown = `${next.length > 0} ${isFailed}`;
    if (this.#more.dataset.shown === shown) return;
    this.#more.dataset.shown = shown;
    const parts = [];
    if (isFailed) parts.push(h("p", { role: "alert" }, "The closed conversations could not be loaded."));
    if (next.length > 0) {
      const onclick = () => this.#loadMore();
      parts.push(h("button", { type: "button", class: "button", onclick }, isFailed ? "Try again" : "Show more"));
    }
    this.#more.replaceChildren(...parts);
  }

  #loadMore() {
    const { desk, address } = this.#context;
    for (const { id } of desk.ownTeams) {
      if (address.team === null || id === address.team) desk.loadClosed(id);
    }
  }
}

customElements.define("foyer-inbox", Inbox);
