/** Durations as people set them: a number and a unit. */

/** @typedef {{name: string, seconds: number}} Unit */

/** @type {Unit[]} */
export const units = [
  { name: "seconds", seconds: 1 },
  { name: "minutes", seconds: 60 },
  { name: "hours", seconds: 3600 },
  { name: "days", seconds: 86_400 },
];

/** The largest unit that measures it in whole numbers. @param {number} seconds */
export function inUnits(seconds) {
  const unit = units.findLast((one) => seconds % one.seconds === 0 && seconds >= one.seconds) ?? units[0];
  return { count: seconds / unit.seconds, unit };
}

/** "7 days", "1 hour", "at once". @param {number} seconds */
export function spanInWords(seconds) {
  if (seconds === 0) return "no time";
  const { count, unit } = inUnits(seconds);
  return `${count} ${count === 1 ? unit.name.slice(0, -1) : unit.name}`;
}
