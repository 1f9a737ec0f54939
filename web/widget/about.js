import { el, icon } from "./dom.js";
import { aroundNumber, hoursInWords, waitInWords } from "./wording.js";

/** A phone number as a link. @param {string} number */
const call = (number) => el("a", { href: `tel:${number.replace(/[^\d+]/g, "")}`, className: "number" }, number);

/** @param {string} address */
const mail = (address) => el("a", { href: `mailto:${encodeURIComponent(address).replace("%40", "@")}` }, address);

/** Not for emergencies: said before the first message. @param {any} entry */
export function safetyNotice({ organisation }) {
  const { emergency, emergencyNumber } = organisation;
  const [before, after] = aroundNumber(emergency, emergencyNumber ?? "");
  return el(
    "div",
    { className: "safety", role: "note" },
    icon("alert"),
    el("p", {}, el("strong", {}, "Not for emergencies. "), before, emergencyNumber && call(emergencyNumber), after),
  );
}

/** @param {any} entry */
export function privacyNotice({ organisation }) {
  const { privacy, privacyLink } = organisation;
  const link = privacyLink && /^https?:/.test(privacyLink)
    && el("a", { href: privacyLink, target: "_blank", rel: "noopener noreferrer" }, "Privacy notice");
  return el("p", { className: "privacy" }, icon("lock"), el("span", {}, privacy, link && " ", link));
}

/** Hours and expected wait in one line. @param {any} entry @param {number} now */
export function availability(entry, now) {
  const wait = waitInWords(entry.expectedWaitMinutes);
  const later = entry.hours.isOpen ? null : "You can write at any time; we answer when we are back";
  return el(
    "p",
    { className: "availability" },
    icon("clock"),
    el("span", {}, [hoursInWords(entry.hours, now), entry.hours.isOpen ? wait : later].filter(Boolean).join(". "), "."),
  );
}

/** Beside the chat, where there is room. @param {any} entry */
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
