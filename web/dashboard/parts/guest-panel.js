import { fullTime, shortMoment } from "../../shared/time.js";
import { h, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { KeyedList } from "../keyed.js";
import { formatAddress } from "../model/address.js";
import { failureWords } from "../model/failure-words.js";
import { guestName, topic } from "../model/names.js";
import { phaseWords, presenceWords, stateWords } from "../model/phase-words.js";
import { avatar } from "./avatar.js";

/**
 * Whom the open case is about, who works on it, and what this guest asked before.
 *
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../model/types.js").Summary} Summary
 */
export class GuestPanel extends HTMLElement {
  #context;
  #head = h("div", { class: "guest-head" });
  #contact = h("div", { class: "guest-contact" });
  #error = h("div", { class: "error", role: "alert", hidden: true });
  #identifiers = h("dl", { class: "facts" });
  #noIdentifiers = h("p", { class: "hint" });
  #people = h("ul", { class: "people" });
  #peopleError = h("p", { class: "error", role: "alert", hidden: true });
  #facts = h("dl", { class: "facts" });
  #cases = h("ul", { class: "earlier-cases" });
  #noCases = h("p", { class: "hint" });
  #caseList;
  #shown = new Map();

  /** @param {Context} context */
  constructor(context) {
    super();
    this.#context = context;
    this.#caseList = new KeyedList(this.#cases, {
      make: () => h("li", {}, h("a", {})),
      update: (row, /** @type {Summary} */ summary) => this.#drawCase(row, summary),
    });
    this.append(
      this.#head,
      this.#contact,
      this.#error,
      h("h3", { class: "panel-title" }, "Given by the guest"),
      this.#noIdentifiers,
      this.#identifiers,
      h("h3", { class: "panel-title" }, "Working on it"),
      this.#people,
      this.#peopleError,
      h("h3", { class: "panel-title" }, "This conversation"),
      this.#facts,
      h("h3", { class: "panel-title" }, "Other conversations"),
      this.#noCases,
      this.#cases,
    );
  }

  update() {
    const open = this.#context.openCase;
    const summary = open?.summary;
    if (!open || !summary) return;
    const name = guestName(open.guest?.guest ?? summary.guest);
    const presence = summary.phase === "closed" ? null : open.guestPresence;
    this.#once(this.#head, [name, presence], () => [
      avatar(name, summary.guest?.id ?? summary.id),
      h(
        "div",
        {},
        h("h2", { class: "guest-name", dir: "auto" }, name),
        presence && h("p", { class: "presence", "data-state": presence }, capital(presenceWords(presence))),
      ),
    ]);
    const contact = open.guest?.guest.contact ?? null;
    this.#once(this.#contact, contact, () => (contact ? [contactLine(contact)] : []));
    this.#drawError(open.guest ? null : open.guestError);
    const identifiers = open.guest?.identifiers ?? [];
    this.#once(this.#identifiers, identifiers, () =>
      identifiers.flatMap(({ label, value }) => fact(label, value)),
    );
    this.#identifiers.hidden = identifiers.length === 0;
    setText(this.#noIdentifiers, identifiers.length > 0 || !open.guest ? "" : "Nothing was asked or given.");
    this.#drawPeople(summary);
    this.#drawFacts(summary);
    const others = (open.guest?.cases ?? []).filter(({ id }) => id !== open.id);
    setText(this.#noCases, others.length > 0 || !open.guest ? "" : "None: this is the first.");
    this.#caseList.show(others, ({ id }) => id);
  }

  /** @param {{message: string} | null} error */
  #drawError(error) {
    this.#error.hidden = !error;
    this.#once(this.#error, error?.message ?? "", () => [
      h("p", {}, "The guest’s details could not be loaded."),
      h("button", { type: "button", class: "button", onclick: () => this.#context.openCase?.loadGuest() }, "Try again"),
    ]);
  }

  /** @param {Summary} summary */
  #drawPeople(summary) {
    const { desk, openCase } = this.#context;
    const canPart = openCase?.allowed.has("part") ?? false;
    const isOver = summary.phase === "closed";
    const people = [
      ...(summary.assignee ? [{ ...summary.assignee, role: isOver ? "had it" : "has it", canPart: false }] : []),
      ...summary.participants.map((person) => ({ ...person, role: "takes part", canPart })),
    ];
    const known = new Set(people.map(({ id }) => id));
    for (const [id] of openCase?.members ?? []) {
      const name = nameOf(id, desk.teams);
      if (!known.has(id) && id !== desk.me.id && name) people.push({ id, name, role: "is reading", canPart: false });
    }
    const shown = people.map((person) => ({ ...person, state: desk.presenceOf(person.id) }));
    this.#once(this.#people, shown, () =>
      shown.length > 0 ? shown.map((person) => this.#person(person)) : [h("li", { class: "hint" }, "Nobody yet.")],
    );
  }

  /** @param {{id: string, name: string, role: string, state: string, canPart: boolean}} person */
  #person({ id, name, role, state, canPart }) {
    const isMe = id === this.#context.desk.me.id;
    const label = `Remove ${name}`;
    const onclick = () => this.#part(id);
    return h(
      "li",
      {},
      avatar(name, id),
      h(
        "span",
        { class: "person" },
        h("span", { class: "person-name", dir: "auto" }, isMe ? `${name} (you)` : name),
        h("span", { class: "presence", "data-state": state }, `${role}, ${presenceWords(state)}`),
      ),
      canPart && h("button", { type: "button", class: "tool", "aria-label": label, onclick }, icon("close")),
    );
  }

  /** @param {string} member */
  async #part(member) {
    const { desk, openCase } = this.#context;
    this.#peopleError.hidden = true;
    try {
      await desk.act("part", { case: openCase?.id, member });
    } catch (error) {
      this.#peopleError.hidden = false;
      setText(this.#peopleError, failureWords(error));
    }
  }

  /** @param {Summary} summary */
  #drawFacts(summary) {
    const now = this.#context.now();
    const facts = [
      ["About", topic(summary)],
      ["Team", summary.team?.name ?? ""],
      ["Began", shortMoment(summary.openedAt, now), fullTime(summary.openedAt)],
      ["State", stateWords(summary)],
    ].filter(([, value]) => value);
    this.#once(this.#facts, facts, () => facts.flatMap(([label, value, title]) => fact(label, value, title)));
  }

  /**
   * @param {HTMLElement} row
   * @param {Summary} summary
   */
  #drawCase(row, summary) {
    const { address } = this.#context;
    const link = /** @type {Element} */ (row.firstElementChild);
    set(link, { href: formatAddress({ ...address, caseID: summary.id }) });
    const when = shortMoment(summary.closedAt ?? summary.lastEventAt, this.#context.now());
    this.#once(link, [topic(summary), summary.phase, when], () => [
      h("span", { class: "case-link", dir: "auto" }, topic(summary)),
      h("span", { class: "hint" }, `${phaseWords(summary)}, ${when}`),
    ]);
  }

  /**
   * Draws only what has changed, so that the focus stays.
   *
   * @param {Element} element
   * @param {unknown} what
   * @param {() => Node[]} draw
   */
  #once(element, what, draw) {
    const shown = JSON.stringify(what) ?? "";
    if (this.#shown.get(element) === shown) return;
    this.#shown.set(element, shown);
    element.replaceChildren(...draw());
  }
}

/**
 * @param {string} label
 * @param {string} value
 * @param {string} [title]
 */
const fact = (label, value, title) => [
  h("dt", { dir: "auto" }, label),
  h("dd", { dir: "auto", title: title ?? null }, value),
];

/** @param {{kind: "phone" | "email", value: string}} contact */
const contactLine = ({ kind, value }) =>
  h("a", { class: "contact", href: `${kind === "email" ? "mailto" : "tel"}:${value.replace(/\s/gu, "")}` },
    icon(kind === "email" ? "mail" : "phone"), h("bdi", {}, value));

/**
 * @param {string} id
 * @param {import("../model/types.js").Team[]} teams
 */
const nameOf = (id, teams) => teams.flatMap(({ members }) => members).find((member) => member.id === id)?.name ?? "";

/** @param {string} words */
const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

customElements.define("foyer-guest-panel", GuestPanel);
