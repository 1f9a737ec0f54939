import { h } from "../dom.js";
import { openSheet } from "./dialog.js";

const keys = [
  ["j  k", "Next and previous conversation"],
  ["Enter", "Open it"],
  ["r", "Write a reply"],
  ["n", "Write a private note"],
  ["c", "Claim"],
  ["t", "Hand over"],
  ["g", "About the guest"],
  ["l", "Timeline"],
  ["/", "Search the inbox"],
  ["m", "Sound on or off"],
  ["Esc", "From writing back to the list"],
  ["?", "This help"],
];

/**
 * The keys, and a switch for those who dictate or type by accident (WCAG 2.1.4).
 *
 * @param {import("../state/preferences.js").Preferences} preferences
 */
export function openHelp(preferences) {
  const box = h("input", { type: "checkbox" });
  box.checked = preferences.get("keys", "on") === "on";
  box.addEventListener("change", () => preferences.set("keys", box.checked ? "on" : "off"));
  openSheet("Keys", [
    h("dl", { class: "keys" }, ...keys.flatMap(([names, words]) => [h("dt", {}, ...caps(names)), h("dd", {}, words)])),
    h("label", { class: "check" }, box, "Single keys work while nothing is being written"),
    h("p", { class: "hint" }, "The lists: longest waiting first. A number in red counts what your team has not seen."),
  ]);
}

/** @param {string} names */
const caps = (names) => names.split("  ").map((name) => h("kbd", {}, name));
