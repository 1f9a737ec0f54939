/**
 * What the bar says while there is no connection; null while all is well.
 *
 * @param {{state: string, retryAt: number | null, attempt: number}} state
 * @param {{now: number, unsent: number, keepsUnsent: boolean}} more `now` by the device's clock
 * @returns {{words: string, next: string, mayRetry: boolean} | null}
 */
export function connectionWords({ state, retryAt, attempt }, { now, unsent, keepsUnsent }) {
  const kept = unsentWords(unsent, keepsUnsent);
  switch (state) {
    case "online":
    case "signedOut":
      return null;
    case "offline":
      return { words: `This device is offline. ${kept}`, next: "", mayRetry: true };
    case "waiting": {
      const seconds = Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1000));
      const next = seconds > 0 ? `Next try in ${seconds} s` : "Trying …";
      return { words: `No connection. ${kept}`, next, mayRetry: true };
    }
    case "stopped":
      return { words: "This page is out of date. Load it again.", next: "", mayRetry: false };
    default:
      return attempt > 1 ? { words: `No connection. ${kept}`, next: "Trying …", mayRetry: false } : null;
  }
}

/**
 * @param {number} unsent
 * @param {boolean} keepsUnsent
 */
function unsentWords(unsent, keepsUnsent) {
  if (!keepsUnsent) return "Keep this page open: what you write cannot be stored here.";
  if (unsent === 0) return "What you write is kept and sent later.";
  return unsent === 1 ? "One message is kept and sent later." : `${unsent} messages are kept and sent later.`;
}
