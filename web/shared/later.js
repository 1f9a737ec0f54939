import { Backoff } from "./backoff.js";

/**
 * A part of the page that is loaded when it is wanted: where there is no line for it, as soon as there is one again.
 *
 * @template Module
 * @param {() => Promise<Module>} load an `import()`
 * @returns {Promise<Module>}
 */
export async function later(load) {
  const backoff = new Backoff();
  for (let last; ; ) {
    try {
      return await load();
    } catch (error) {
      // A failed fetch is a TypeError, a new one each time. What a module itself throws is kept, and thrown again
      // (ECMA-262, "Evaluate"): it would be so for ever.
      if (!(error instanceof TypeError) || error === last) throw error;
      last = error;
      await lineOrTime(500 + backoff.next());
    }
  }
}

/** @param {number} ms */
function lineOrTime(ms) {
  return new Promise((/** @type {(value?: any) => void} */ again) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      again();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}
