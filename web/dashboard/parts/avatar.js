import { h } from "../dom.js";
import { initials, tint } from "../model/names.js";

/**
 * @param {string} name
 * @param {string} id
 */
export const avatar = (name, id) =>
  h("span", { class: "avatar", "data-tint": tint(id), "aria-hidden": true }, initials(name));
