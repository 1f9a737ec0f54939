import { isTypingIn } from "./dom.js";

/**
 * Single keys, that never fire while something is being written, chosen or shown above the page.
 *
 * @param {Map<string, () => void>} actions by key
 * @param {() => boolean} isOn
 */
export function listenToKeys(actions, isOn) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      actions.get("Escape")?.();
      return;
    }
    if (!isOn() || isTypingIn(event.target)) return;
    const action = actions.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}
