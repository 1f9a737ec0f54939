import { availability, call, safetyNotice } from "./about.js";
import { el } from "./dom.js";

/** @param {string} address */
const mail = (address) => el("a", { href: `mailto:${encodeURIComponent(address).replace("%40", "@")}` }, address);

/** Beside the chat, where there is room: loaded when the chat is there. @param {any} entry */
export function about(entry) {
  const { team, organisation, hours } = entry;
  return el(
    "aside",
    { className: "about", "aria-label": "About this team" },
    el("p", { className: "about-house", dir: "auto" }, organisation.name),
    el("p", { className: team.name.length > 32 ? "about-team is-long" : "about-team", dir: "auto" }, team.name),
    availability(entry, Date.now()),
    hours.week.length > 0 && el("h2", {}, "Hours"),
    hours.week.length > 0 && week(hours.week),
    hours.holidays.length > 0 && el("h2", {}, "Other hours"),
    hours.holidays.length > 0 && holidays(hours.holidays),
    (team.contactNumber || team.email) && el("h2", {}, "Other ways to reach us"),
    team.contactNumber && el("p", {}, call(team.contactNumber)),
    team.email && el("p", {}, mail(team.email)),
    safetyNotice(entry),
  );
}

/** Days with the same hours share a row. @param {{day: number, from: string, until: string}[]} hours */
function week(hours) {
  const weekday = new Intl.DateTimeFormat("en", { weekday: "short", timeZone: "UTC" });
  // The first of January 2024 was a Monday.
  const name = (/** @type {number} */ day) => weekday.format(Date.UTC(2024, 0, day));
  const days = [1, 2, 3, 4, 5, 6, 7].map((day) => {
    const spans = hours.filter((span) => span.day === day).map(({ from, until }) => `${from} – ${until}`);
    return { day, text: spans.join(", ") || "closed" };
  });
  /** @type {{first: number, last: number, text: string}[]} */
  const rows = [];
  for (const { day, text } of days) {
    const row = rows.at(-1);
    if (row?.text === text) row.last = day;
    else rows.push({ first: day, last: day, text });
  }
  return el(
    "dl",
    { className: "week" },
    ...rows.map(({ first, last, text }) =>
      el("div", {}, el("dt", {}, first === last ? name(first) : `${name(first)} – ${name(last)}`), el("dd", {}, text)),
    ),
  );
}

/**
 * Days of the next weeks that are not as usual.
 *
 * @param {{date: string, name: string, spans: {from: string, until: string}[]}[]} days
 */
function holidays(days) {
  const words = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  return el(
    "dl",
    { className: "week" },
    ...days.map(({ date, name, spans }) => {
      const text = spans.map(({ from, until }) => `${from} – ${until}`).join(", ") || "closed";
      const day = words.format(new Date(`${date}T00:00:00Z`));
      return el("div", {}, el("dt", { title: name }, day), el("dd", {}, text));
    }),
  );
}
