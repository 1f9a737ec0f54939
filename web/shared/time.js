/**
 * Times as people say them, as is usual where the visitor is. `now` is the server's, from the client.
 *
 * The words around a time are the page's, so its language is, too; of its varieties the visitor's ("14:05", "2:05 PM").
 */
const language = globalThis.document?.documentElement.lang || "en";
const locale = globalThis.navigator?.languages?.find((own) => own.split("-")[0] === language.split("-")[0]) ?? language;

/** @type {Map<string, Intl.DateTimeFormat>} making one is slow, and a log has hundreds of times */
const formats = new Map();

/** @param {Intl.DateTimeFormatOptions} options */
function format(options) {
  const name = JSON.stringify(options);
  let known = formats.get(name);
  if (!known) {
    known = new Intl.DateTimeFormat(locale, options);
    formats.set(name, known);
  }
  return known;
}

/** @param {number} ms @returns {string} as "14:05" or "2:05 PM" */
export const clockTime = (ms) => format({ timeStyle: "short" }).format(ms);

/** @param {number} ms @returns {string} as "Saturday, 21 November 2026 at 14:05", for a title */
export const fullTime = (ms) => format({ dateStyle: "full", timeStyle: "short" }).format(ms);

/** @param {number} one @param {number} other @returns {boolean} whether both are on one day, here */
export const isSameDay = (one, other) => new Date(one).toDateString() === new Date(other).toDateString();

/** @param {number} ms @param {number} now @returns {number} whole days from that day to today */
function daysAgo(ms, now) {
  const midnight = (/** @type {number} */ at) => new Date(at).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(ms)) / 86_400_000);
}

/** @param {number} ms @param {number} now @returns {string} as "Today", "Yesterday", "Monday", "3 March 2026" */
export function dayName(ms, now) {
  const days = daysAgo(ms, now);
  if (days === 0 || days === 1 || days === -1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-days, "day");
    return words.charAt(0).toLocaleUpperCase() + words.slice(1);
  }
  if (days > 1 && days < 7) return format({ weekday: "long" }).format(ms);
  const isThisYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return format({ day: "numeric", month: "long", ...(isThisYear ? {} : { year: "numeric" }) }).format(ms);
}

/** @param {number} ms @param {number} now @returns {string} for a list: "14:05" today, "Yesterday", "Mon", "3 Mar" */
export function shortMoment(ms, now) {
  const days = daysAgo(ms, now);
  if (days === 0) return clockTime(ms);
  if (days === 1) return dayName(ms, now);
  if (days > 1 && days < 7) return format({ weekday: "short" }).format(ms);
  const isThisYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return format({ day: "numeric", month: "short", ...(isThisYear ? {} : { year: "numeric" }) }).format(ms);
}

/** @param {number} ms @param {number} now @returns {string} as "today at 14:05" or "on Monday at 09:00" */
export function moment(ms, now) {
  const time = clockTime(ms);
  const days = daysAgo(ms, now);
  if (days === 0 || days === 1 || days === -1) return `${dayName(ms, now).toLocaleLowerCase()} at ${time}`;
  if (days < 0 && days > -7) return `on ${format({ weekday: "long" }).format(ms)} at ${time}`;
  return `on ${dayName(ms, now)} at ${time}`;
}

/** @param {number} ms @param {number} now @returns {string} as "2 minutes ago", "in 3 hours" */
export function relative(ms, now) {
  const seconds = Math.round((ms - now) / 1000);
  /** @type {[number, number, Intl.RelativeTimeFormatUnit][]} */
  const steps = [[60, 1, "second"], [3600, 60, "minute"], [86_400, 3600, "hour"], [Infinity, 86_400, "day"]];
  const [, size, unit] = steps.find(([below]) => Math.abs(seconds) < below) ?? steps[3];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** @param {number} seconds @returns {string} as "0:42" */
export function countdown(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
