import { news } from "../model/attention.js";
import { isolated } from "../../shared/text.js";
import { callingCount } from "../model/inbox.js";
import { guestName, topic } from "../model/names.js";
import { coalesced } from "../redraw.js";

/**
 * Calls the reader to new work: by sound, by the tab's title and icon, and in words for a screen reader.
 *
 * @param {object} with_
 * @param {import("./desk.js").Desk} with_.desk
 * @param {import("./bell.js").Bell} with_.bell
 * @param {import("./tab-signal.js").TabSignal} with_.signal
 * @param {(words: string) => void} with_.announce
 * @param {() => {openCase: string | null, place: string}} with_.shown
 */
export function payAttention({ desk, bell, signal, announce, shown }) {
  const redraw = coalesced(() => signal.show(callingCount(desk.inbox, desk.me.id), shown().place));
  desk.addEventListener("inbox", redraw);
  document.addEventListener("visibilitychange", redraw);
  addEventListener("hashchange", redraw);
  desk.addEventListener("case", (/** @type {any} */ event) => {
    const { before, after } = event.detail;
    const what = news(before, after, desk.me.id);
    if (!what) return;
    const isLookedAt = !document.hidden && shown().openCase === after.id;
    bell.ring(`${after.id}:${after.head}:${after.alerts}`, { silently: isLookedAt });
    if (!isLookedAt) announce(sentence(what, after));
  });
}

/**
 * @param {Exclude<import("../model/attention.js").News, null>} what
 * @param {import("../model/types.js").Summary} summary
 */
function sentence(what, summary) {
  const name = isolated(guestName(summary.guest));
  switch (what) {
    case "waiting":
      return `${name} is ${summary.alerts > 0 ? "still " : ""}waiting: ${topic(summary)}`;
    case "message":
      return `New message of ${name}`;
    case "handed":
      return `${name} was handed to you: ${topic(summary)}`;
  }
}
