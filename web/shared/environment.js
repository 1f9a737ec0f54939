/**
 * All that the client takes from the browser, in one object, so that tests can put a scripted world in its place.
 *
 * @typedef {object} Environment
 * @property {(url: string | URL, protocol: string) => WebSocket} openSocket
 * @property {(action: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} now milliseconds since 1970, by the device's clock
 * @property {() => number} random from 0 up to, but not including, 1
 * @property {() => boolean} isOnline what the device believes; a hint
 * @property {(action: (what: "wake" | "offline") => void) => () => void} onNetwork tells of what should be checked at
 *   once: the page was woken or looked at, the network came or went. Returns what ends it.
 * @property {(bytes: Uint8Array) => Uint8Array} fillRandom
 * @property {LockManager | null} locks
 */

/** @returns {Environment} */
export function browserEnvironment() {
  return {
    openSocket: (url, protocol) => new WebSocket(url, protocol),
    setTimeout: (action, ms) => globalThis.setTimeout(action, ms),
    clearTimeout: (timer) => globalThis.clearTimeout(timer),
    now: () => Date.now(),
    random: () => Math.random(),
    isOnline: () => navigator.onLine,
    onNetwork,
    fillRandom: (bytes) => crypto.getRandomValues(bytes),
    locks: locks(),
  };
}

/** Asking for the locks alone throws in a frame whose storage is denied. */
function locks() {
  try {
    return navigator.locks ?? null;
  } catch {
    return null;
  }
}

/** @param {(what: "wake" | "offline") => void} action */
function onNetwork(action) {
  const ending = new AbortController();
  const { signal } = ending;
  const wake = () => action("wake");
  addEventListener("online", wake, { signal });
  addEventListener("pageshow", wake, { signal });
  addEventListener("focus", wake, { signal });
  addEventListener("offline", () => action("offline"), { signal });
  document.addEventListener("resume", wake, { signal });
  const looked = () => document.visibilityState === "visible" && wake();
  document.addEventListener("visibilitychange", looked, { signal });
  return () => ending.abort();
}
