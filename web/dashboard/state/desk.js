import { FoyerError } from "../../shared/error.js";
import { isOpen } from "../model/inbox.js";

/**
 * What a member sees of all cases: the inbox as the server keeps it up to date, pages of closed ones, who is here.
 *
 * Emits `inbox` (the lists or a case changed), `case` ({before, after}: one case changed while live), `closed`,
 * `presence`, `welcome` (also when what it told has changed), `settings` and `connection`.
 *
 * @typedef {import("../model/types.js").Summary} Summary
 * @typedef {import("../model/types.js").Team} Team
 * @typedef {{cases: string[], next: string | null, state: "none" | "loading" | "some" | "all" | "failed"}} Closed
 */
export class Desk extends EventTarget {
  client;
  /** @type {{id: string, name: string, isAdministrator?: boolean}} */
  me;
  /** @type {Team[]} */
  teams = [];
  textBytes = 16_384;
  /** Until the first list is complete, nothing is news. */
  isLive = false;

  /** @type {Map<string, Summary>} */
  #inbox = new Map();
  /** Closed ones, and others of a guest: known, but in no open list. @type {Map<string, Summary>} */
  #others = new Map();
  /** Open, but somebody else's now: another team's, as a rule. @type {Set<string>} */
  #left = new Set();
  /** @type {Map<string, Closed>} */
  #closed = new Map();
  /** @type {Map<string, Map<string, string>>} */
  #presence = new Map();

  /**
   * @param {any} client a FoyerClient
   * @param {{id: string, name: string}} me
   */
  constructor(client, me) {
    super();
    this.client = client;
    this.me = me;
    client.addEventListener("state", () => this.#onState());
    client.addEventListener("welcome", (/** @type {any} */ event) => this.#welcome(event.detail));
    client.addEventListener("summary", (/** @type {any} */ event) => this.#take(event.detail));
    client.addEventListener("gone", (/** @type {any} */ event) => this.#leave(event.detail.case));
    client.addEventListener("watched", () => this.#complete());
    client.addEventListener("presence", (/** @type {any} */ event) => this.#meet(event.detail));
    client.addEventListener("settings", (/** @type {any} */ event) => this.#settings(event.detail));
  }

  start() {
    this.client.start();
    this.client.watch();
  }

  /** @returns {Team[]} those this member works for */
  get ownTeams() {
    return this.teams.filter((team) => team.rank !== null);
  }

  /** @returns {IterableIterator<Summary>} */
  get inbox() {
    return this.#inbox.values();
  }

  /** @param {string} id */
  summary(id) {
    return this.#inbox.get(id) ?? this.#others.get(id) ?? null;
  }

  /** What is told of a case in the inbox is up to date. @param {string} id */
  isInInbox(id) {
    return this.#inbox.has(id);
  }

  /** It is no longer for this member, who has it still open. @param {string} id */
  hasLeft(id) {
    return this.#left.has(id);
  }

  /** @param {Summary[]} summaries that came with something else */
  learn(summaries) {
    for (const summary of summaries) {
      const known = this.#others.get(summary.id);
      if (!known || known.version <= summary.version) this.#others.set(summary.id, summary);
    }
  }

  /** @param {string} member */
  presenceOf(member) {
    let found = null;
    for (const members of this.#presence.values()) {
      const state = members.get(member);
      if (state && (found === null || better(state, found))) found = state;
    }
    return found ?? (this.#presence.size > 0 ? "away" : "unknown");
  }

  /** @param {string} team */
  closed(team) {
    return this.#closed.get(team) ?? { cases: [], next: null, state: /** @type {const} */ ("none") };
  }

  /** @param {string | null} team @returns {Summary[]} */
  closedSummaries(team) {
    const teams = team ? [team] : this.ownTeams.map(({ id }) => id);
    const ids = new Set(teams.flatMap((id) => this.closed(id).cases));
    return [...ids].map((id) => this.summary(id)).filter((summary) => summary !== null);
  }

  /**
   * Does something to a case, now or not at all: what was wanted while there was no connection may be wrong when it is
   * back. (Messages wait in the outbox.)
   *
   * @param {string} type
   * @param {object} fields
   */
  async act(type, fields) {
    if (!this.client.welcome) throw new FoyerError({ code: "disconnected" });
    return this.client.command(type, fields);
  }

  /** The next page of a team's closed cases. @param {string} team */
  async loadClosed(team) {
    const page = this.closed(team);
    if (page.state === "loading" || page.state === "all") return;
    this.#closed.set(team, { ...page, state: "loading" });
    this.#emit("closed");
    try {
      const { cases, next } = await this.client.request("closed", { team, after: page.next, limit: 30 });
      this.learn(cases);
      const ids = cases.map((/** @type {Summary} */ summary) => summary.id);
      this.#closed.set(team, {
        cases: [...new Set([...this.closed(team).cases, ...ids])], next, state: next === null ? "all" : "some",
      });
    } catch {
      this.#closed.set(team, { ...page, state: "failed" });
    }
    this.#emit("closed");
  }

  #onState() {
    if (!this.client.welcome && this.#presence.size > 0) {
      this.#presence.clear();
      this.#emit("presence");
    }
    this.#emit("connection");
  }

  /** @param {any} welcome */
  #welcome(welcome) {
    this.me = { ...this.me, ...welcome.me };
    this.teams = welcome.teams;
    this.textBytes = welcome.limits?.textBytes ?? this.textBytes;
    this.#presence.clear();
    this.#emit("welcome");
    this.#emit("inbox");
  }

  /** The house is set otherwise: what the welcome told is this now. @param {any} push */
  #settings({ organisation, teams }) {
    if (this.client.welcome) this.client.welcome.organisation = organisation;
    this.teams = teams;
    this.#emit("settings");
    this.#emit("welcome");
    this.#emit("inbox");
  }

  /** @param {Summary} summary */
  #take(summary) {
    const before = this.#inbox.get(summary.id) ?? this.#others.get(summary.id);
    if (before && before.version > summary.version) return;
    this.#inbox.set(summary.id, summary);
    this.#others.delete(summary.id);
    this.#left.delete(summary.id);
    if (this.isLive) this.dispatchEvent(new CustomEvent("case", { detail: { before, after: summary } }));
    this.#emit("inbox");
  }

  /** @param {string} id */
  #leave(id) {
    const summary = this.#inbox.get(id);
    if (!summary) return;
    this.#inbox.delete(id);
    this.#others.set(id, summary);
    if (isOpen(summary)) this.#left.add(id);
    this.#putOnTopOfClosed(summary);
    this.#emit("inbox");
  }

  /** @param {Summary} summary */
  #putOnTopOfClosed(summary) {
    const page = this.#closed.get(summary.team?.id ?? "");
    if (summary.phase !== "closed" || !summary.team || !page) return;
    this.#closed.set(summary.team.id, { ...page, cases: [...new Set([summary.id, ...page.cases])] });
  }

  #complete() {
    this.isLive = true;
    this.#emit("inbox");
  }

  /** @param {any} push */
  #meet(push) {
    if (!push.team || !push.members) return;
    const members = push.complete ? new Map() : (this.#presence.get(push.team) ?? new Map());
    for (const { id, state } of push.members) members.set(id, state);
    this.#presence.set(push.team, members);
    this.#emit("presence");
  }

  /** @param {string} name */
  #emit(name) {
    this.dispatchEvent(new Event(name));
  }
}

const order = ["unknown", "away", "idle", "online", "visible"];

/**
 * @param {string} a
 * @param {string} b
 */
const better = (a, b) => order.indexOf(a) > order.indexOf(b);
