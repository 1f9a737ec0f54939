/** @typedef {{day: number, from: string, until: string}} Day 1 is Monday; `24:00` and `00:00` as an end are midnight */

const weekday = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" });

/** The first of January 2024 was a Monday. @param {number} day */
export const dayName = (day) => weekday.format(Date.UTC(2024, 0, day));

/** What a field for a time can show. @param {string} time */
export const shown = (time) => (time === "24:00" ? "00:00" : time);

/**
 * A week as one line a day, for its title: "Monday to Thursday 08:00–18:00, …".
 *
 * @param {Day[]} week
 */
export function weekInWords(week) {
  if (week.length === 0) return "Always open.";
  const rows = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
    first: day,
    last: day,
    text: week.filter((span) => span.day === day).map(({ from, until }) => `${from}–${until}`).join(" and ") || "closed",
  }));
  const joined = rows.reduce((/** @type {typeof rows} */ all, row) => {
    const last = all.at(-1);
    if (last?.text === row.text) last.last = row.last;
    else all.push(row);
    return all;
  }, []);
  const words = joined.map(({ first, last, text }) =>
    `${first === last ? dayName(first) : `${dayName(first)} to ${dayName(last)}`} ${text}`);
  return `${words.join(", ")}.`;
}
