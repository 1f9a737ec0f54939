const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long somebody has waited, in one or two units: "3 min", "1 h 20 min", "2 d 4 h".
 *
 * @param {number} milliseconds
 */
export function span(milliseconds) {
  const all = Math.max(0, milliseconds);
  if (all < minute) return "under 1 min";
  if (all < hour) return `${Math.floor(all / minute)} min`;
  if (all < day) return pair(Math.floor(all / hour), "h", Math.floor((all % hour) / minute), "min");
  return pair(Math.floor(all / day), "d", Math.floor((all % day) / hour), "h");
}

/**
 * @param {number} first
 * @param {string} unit
 * @param {number} second
 * @param {string} smaller
 */
const pair = (first, unit, second, smaller) =>
  second > 0 ? `${first} ${unit} ${second} ${smaller}` : `${first} ${unit}`;
