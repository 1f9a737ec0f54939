import { Backoff } from "./backoff.js";

/**
 * A part of the page that is loaded when it is wanted: where there is no line for it, as soon as there is one again.
 *
 * @template Module
 * @param {() => Promise<Module>} load an `import()`
 * @returns {Promise<Module>}
 */
export async function later(load) {
  for (const backoff = new Backoff(); ; ) {
    try {
      return await load();
    } catch (error) {
      // What a failed fetch is (HTML Standard, "fetch a module script graph"); any other fault is the module's own.
      if (!(error instanceof TypeError)) throw error;
      await new Promise((again) => {
        setTimeout(again, 500 + backoff.next());
        addEventListener("online", again, { once: true });
      });
    }
  }
}
