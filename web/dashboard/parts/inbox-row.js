import { shortMoment } from "../../shared/time.js";
import { h, set, setText, unseen } from "../dom.js";
import { icon } from "../icons.js";
import { formatAddress } from "../model/address.js";
import { isMine, unreadLabel } from "../model/inbox.js";
import { guestName, initials, tint, topic } from "../model/names.js";
import { stateWords, waitWords } from "../model/phase-words.js";

/**
 * @typedef {import("../model/types.js").Summary} Summary
 * @typedef {object} RowItem
 * @property {Summary} summary
 * @property {import("../model/address.js").Address} address
 * @property {boolean} isReachable the one row of the list that the tabulator key reaches
 * @property {number} minute changes when what is told of times is out of date
 * @property {number} now
 * @property {string} me
 * @property {boolean} showsTeam
 */

/** One case in the inbox: a link to it. */
export class InboxRow extends HTMLElement {
  link;
  #avatar = h("span", { class: "avatar", "aria-hidden": true });
  #name = h("span", { class: "row-name", dir: "auto" });
  #time = h("span", { class: "row-time" });
  #topic = h("span", { class: "row-topic", dir: "auto" });
  #badge = h("span", { class: "badge" });
  #meta = h("span", { class: "row-meta" });
  #metaShown = "";
  /** @type {RowItem | null} */
  #item = null;

  constructor() {
    super();
    this.link = h(
      "a",
      { class: "row" },
      this.#avatar,
      h(
        "span",
        { class: "row-body" },
        h("span", { class: "row-line" }, this.#name, this.#time),
        h("span", { class: "row-line" }, this.#topic, this.#badge),
        this.#meta,
      ),
    );
    this.setAttribute("role", "listitem");
    this.append(this.link);
  }

  /** @param {RowItem} item */
  update(item) {
    if (this.#item && isSame(this.#item, item)) return;
    this.#item = item;
    const { summary, address, now, me } = item;
    const name = guestName(summary.guest);
    const wait = waitWords(summary, now);
    const isUnread = summary.unread > 0;
    set(this.link, {
      href: formatAddress({ ...address, caseID: summary.id, pane: address.pane === "timeline" ? "timeline" : "" }),
      "aria-current": summary.id === address.caseID ? "true" : null,
      tabindex: item.isReachable ? 0 : -1,
      "data-case": summary.id,
      "data-tone": wait?.tone ?? "calm",
      "data-unread": isUnread,
      "data-phase": summary.phase,
    });
    setText(this.#avatar, initials(name));
    this.#avatar.dataset.tint = String(tint(summary.guest?.id ?? summary.id));
    setText(this.#name, name);
    setText(this.#topic, topic(summary));
    this.#showTime(wait, summary, now);
    this.#showBadge(summary.unread);
    this.#showMeta(item, wait, me);
  }

  /**
   * @param {ReturnType<typeof waitWords>} wait
   * @param {Summary} summary
   * @param {number} now
   */
  #showTime(wait, summary, now) {
    const words = wait ? `waiting ${wait.words}` : shortMoment(summary.closedAt ?? summary.lastEventAt, now);
    if (this.#time.textContent === words) return;
    this.#time.replaceChildren(...(wait ? [unseen("waiting "), wait.words] : [words]));
  }

  /** @param {number} unread */
  #showBadge(unread) {
    this.#badge.hidden = unread === 0;
    if (unread > 0) this.#badge.replaceChildren(unreadLabel(unread), unseen(" unread"));
  }

  /**
   * @param {RowItem} item
   * @param {ReturnType<typeof waitWords>} wait
   * @param {string} me
   */
  #showMeta({ summary, showsTeam }, wait, me) {
    const { phase, closeReason: reason, assignee, participants, team } = summary;
    const shown = JSON.stringify([wait?.alert, phase, reason, assignee, participants, showsTeam && team]);
    if (shown === this.#metaShown) return;
    this.#metaShown = shown;
    const parts = [];
    if (wait?.alert) parts.push(h("span", { class: "row-alert" }, icon("warning"), wait.alert));
    else if (summary.phase !== "active") parts.push(h("span", { class: "row-phase" }, stateWords(summary)));
    if (summary.assignee) parts.push(h("span", { class: "row-assignee", dir: "auto" }, holder(summary, me)));
    else if (isMine(summary, me)) parts.push(h("span", {}, "With you"));
    if (showsTeam && summary.team) parts.push(h("span", { class: "row-team", dir: "auto" }, summary.team.name));
    this.#meta.replaceChildren(...parts);
  }
}

/**
 * Hundreds of rows are asked at each change of one: this must cost nothing.
 *
 * @param {RowItem} a
 * @param {RowItem} b
 */
const isSame = (a, b) =>
  a.summary === b.summary &&
  a.address === b.address &&
  a.isReachable === b.isReachable &&
  a.minute === b.minute &&
  a.showsTeam === b.showsTeam;

/**
 * @param {Summary} summary
 * @param {string} me
 */
function holder(summary, me) {
  const others = summary.participants.length;
  const name = summary.assignee?.id === me ? "You" : (summary.assignee?.name ?? "");
  return others > 0 ? `${name} +${others}` : name;
}

customElements.define("foyer-inbox-row", InboxRow);
