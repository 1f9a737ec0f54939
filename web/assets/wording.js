/** @typedef {import("./lifeline.js").Situation} Situation */

/**
 * What the page says about its connection: a word and a sentence. The word stays the same from attempt to attempt, so
 * that a screen reader hears of a loss once.
 *
 * @param {Situation} situation
 * @returns {{word: string, sentence: string, tone: "good" | "wait" | "off"}}
 */
export function describe({ state, hadConnection }) {
  switch (state) {
    case "connected":
      return { word: "Connected", sentence: "The server answers on its socket.", tone: "good" };
    case "offline":
      return { word: "Offline", sentence: "This device has no network.", tone: "off" };
    case "connecting":
    case "waiting":
      return hadConnection || state === "waiting"
        ? { word: "Reconnecting", sentence: "The server does not answer.", tone: "wait" }
        : { word: "Connecting", sentence: "Opening a WebSocket to the server.", tone: "wait" };
  }
}

/**
 * What comes next, for the eye only: it changes every second, and a screen reader has been told the state.
 *
 * @param {Situation} situation
 * @param {number} now as performance.now()
 * @returns {string}
 */
export function describeNext({ state, retryAt }, now) {
  switch (state) {
    case "connected":
      return "Pinged every 2 seconds.";
    case "offline":
      return "Goes on when it is back.";
    case "connecting":
      return "Trying now …";
    case "waiting":
      return `Next attempt in ${Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1000))} s`;
  }
}

/**
 * @param {number} seconds
 * @returns {string} in the two largest units, as "3 d 4 h" or "12 s"
 */
export function inWords(seconds) {
  const units = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["min", Math.floor(seconds / 60) % 60],
    ["s", Math.floor(seconds) % 60],
  ];
  const first = units.findIndex(([, count]) => Number(count) > 0);
  const shown = first < 0 ? units.slice(-1) : units.slice(first, first + 2);
  return shown.map(([unit, count]) => `${count} ${unit}`).join(" ");
}
