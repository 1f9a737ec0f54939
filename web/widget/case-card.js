import { shortMoment } from "../shared/time.js";
import { el, hidden } from "./dom.js";
import { isOver, standing, titleOf } from "./wording.js";

/**
 * One chat in a list.
 *
 * @param {any} summary
 * @param {{now: number, open: () => void, isCurrent?: boolean, team?: string}} options
 */
export function caseCard(summary, { now, open, isCurrent = false, team }) {
  const { unread, lastEventAt } = summary;
  const where = [standing(summary, now), team].filter(Boolean).join(" · ");
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", className: "case", onclick: open, "aria-current": isCurrent ? "true" : null },
      el("span", { className: "case-title", dir: "auto" }, titleOf(summary)),
      el("time", { dateTime: new Date(lastEventAt).toISOString() }, shortMoment(lastEventAt, now)),
      el("span", { className: "case-standing", dir: "auto" }, where),
      unread > 0 && el("span", { className: "badge" }, unread > 15 ? "15+" : String(unread), hidden(" unread")),
    ),
  );
}

/**
 * A guest's chats in two lists, the newest first.
 *
 * @param {import("./desk.js").Desk} desk
 */
export function ownCases(desk) {
  const all = [...(desk.client?.cases.values() ?? [])].sort((one, other) => other.lastEventAt - one.lastEventAt);
  return { open: all.filter((one) => !isOver(one)), over: all.filter(isOver) };
}

/**
 * @param {import("./desk.js").Desk} desk
 * @param {any[]} summaries
 * @param {{current?: string, chosen?: () => void}} [options]
 */
export function caseList(desk, summaries, { current, chosen } = {}) {
  const open = (/** @type {string} */ caseId) => {
    chosen?.();
    desk.openCase(caseId);
  };
  const cards = summaries.map((summary) =>
    caseCard(summary, {
      now: desk.now(),
      open: () => open(summary.id),
      isCurrent: summary.id === current,
      team: summary.team?.id === desk.entry.team.id ? undefined : summary.team?.name,
    }),
  );
  return el("ul", { className: "cases", role: "list" }, ...cards);
}
