/** Without a touch, a key or a scroll for so long, somebody is taken for away from the screen. */
const IDLE_MS = 3 * 60_000;

/**
 * Watches whether the page is looked at, and tells of each change; once at the start.
 *
 * @param {(presence: {visible: boolean, idle: boolean}) => void} tell
 * @returns {() => void} ends it
 */
export function watchPresence(tell) {
  const ending = new AbortController();
  const options = { signal: ending.signal, passive: true, capture: true };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let lastSignOfLife = 0;
  let idle = false;

  const say = () => tell({ visible: document.visibilityState === "visible", idle });
  const rest = () => {
    const left = lastSignOfLife + IDLE_MS - Date.now();
    if (left > 0) {
      timer = setTimeout(rest, left);
      return;
    }
    idle = true;
    say();
  };
  const alive = () => {
    const wasIdle = idle;
    lastSignOfLife = Date.now();
    if (!wasIdle && timer !== undefined) return; // Mostly this: nothing is armed anew at each movement.
    idle = false;
    timer = setTimeout(rest, IDLE_MS);
    if (wasIdle) say();
  };

  for (const name of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "scroll", "focus"]) {
    addEventListener(name, alive, options);
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") alive();
    say();
  }, options);
  alive();
  say();
  return () => {
    ending.abort();
    clearTimeout(timer);
  };
}
