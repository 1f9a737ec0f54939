/**
 * @typedef {{label: string, until: number}} Preset
 *
 * @param {number} now
 * @returns {Preset[]}
 */
export function snoozePresets(now) {
  const presets = [
    { label: "1 hour", until: now + 3_600_000 },
    { label: "3 hours", until: now + 3 * 3_600_000 },
  ];
  const tomorrow = morning(now, 1);
  presets.push({ label: "Tomorrow morning", until: tomorrow });
  const weekday = new Date(now).getDay();
  const untilMonday = (8 - weekday) % 7 || 7;
  // On a Sunday both would be the same.
  if (untilMonday > 1) presets.push({ label: "Monday morning", until: morning(now, untilMonday) });
  presets.push({ label: "In a week", until: morning(now, 7) });
  return presets.filter((preset, index) => presets.findIndex(({ until }) => until === preset.until) === index);
}

/**
 * Nine o'clock where the reader is.
 *
 * @param {number} now
 * @param {number} days
 */
function morning(now, days) {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  date.setHours(9, 0, 0, 0);
  return date.getTime();
}

/**
 * For a field of type `datetime-local`, which knows no time zone.
 *
 * @param {number} at
 */
export function localInput(at) {
  const date = new Date(at);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
