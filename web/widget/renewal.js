import { request } from "../shared/http.js";
import { availability, safetyNotice } from "./about.js";
import { about } from "./aside.js";
import { el } from "./dom.js";

/** Not all guests ask at once. */
const SPREAD_MS = 2000;

/** @type {Promise<void> | null} */
let underWay = null;

/**
 * The team is set otherwise: what is on the screen follows, and what was typed stays.
 *
 * @param {import("./desk.js").Desk} desk
 */
export function renew(desk) {
  underWay ??= later(desk).finally(() => (underWay = null));
}

/** @param {import("./desk.js").Desk} desk */
async function later(desk) {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * SPREAD_MS));
  try {
    desk.entry = await request("GET", `/api/v1/teams/${encodeURIComponent(desk.entry.team.id)}`);
  } catch {
    // The page goes on with what it knows; the next one is told more.
    return;
  }
  desk.redraw();
  const { entry } = desk;
  replace(".about", () => about(entry));
  replace(".screen .availability", () => availability(entry, desk.now()));
  replace(".screen .safety", () => safetyNotice(entry));
  const sheet = document.querySelector(".screen form[data-topic]");
  const choice = /** @type {HTMLSelectElement | null} */ (sheet?.querySelector("select") ?? null);
  const { team, categories } = entry;
  if (choice && categories.length > 0 && team.isChatOn) offer(choice, categories);
  // A line to type became a list, the chat was switched: there is no keeping what was begun.
  else if (sheet ? choice || categories.length > 0 || !team.isChatOn : document.querySelector(".screen .chat-off")) {
    desk.newChat();
  }
}

/** @param {string} selector @param {() => Element} make */
function replace(selector, make) {
  document.querySelector(selector)?.replaceWith(make());
}

/** @param {HTMLSelectElement} choice @param {{id: string, name: string}[]} categories */
function offer(choice, categories) {
  const chosen = choice.value;
  const [please] = choice.options;
  choice.replaceChildren(please, ...categories.map(({ id, name }) => el("option", { value: id }, name)));
  choice.value = categories.some(({ id }) => id === chosen) ? chosen : "";
}
