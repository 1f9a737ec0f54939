/**
 * Makes an element. Strings become text, never markup; `on…` are listeners, `role`, `for` and names with a hyphen are
 * attributes, everything else properties. What is null, undefined, false or empty among the children is left out.
 *
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else Reflect.set(element, name, value);
  }
  element.append(...children.filter((child) => child));
  return element;
}

const TWO_TICKS = "M2.5 12.5l4 4 8-9M11 16l.5.5 8-9";
const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "M6 6l12 12M18 6L6 18",
  back: "M14.5 5.5L8 12l6.5 6.5",
  send: "M12 19V5.5M6 11l6-6 6 6",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  down: "M12 5v13M6.5 12.5L12 18l5.5-5.5",
  clock: "M12 7v5l3 2M21 12a9 9 0 1 1-18 0a9 9 0 0 1 18 0",
  sending: "M12 8v4l2.5 1.5M19 12a7 7 0 1 1-14 0a7 7 0 0 1 14 0",
  sent: "M6 12.5l4 4 8-9",
  delivered: TWO_TICKS,
  seen: TWO_TICKS,
  failed: "M12 7.5v5.5M12 16.5v.01M20 12a8 8 0 1 1-16 0a8 8 0 0 1 16 0",
  chat: "M4 18.5V12a8 8 0 1 1 3.2 6.4zM8.5 10.5h7M8.5 14h4.5",
  alert: "M12 4l9 15.5H3zM12 10v4.5M12 17v.01",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13z",
};

/** @param {keyof typeof PATHS} name @returns {SVGElement} a picture that says nothing to a screen reader */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", `icon-${name}`);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/**
 * @param {string | (Node | string)[]} words
 * @param {string} className
 * @param {() => void} action
 * @param {object} [properties]
 */
export const button = (words, className, action, properties = {}) =>
  el("button", { type: "button", className, onclick: action, ...properties }, ...[words].flat());

/**
 * @param {string} label
 * @param {keyof typeof PATHS} name
 * @param {() => void} action
 * @param {object} [properties]
 */
export const iconButton = (label, name, action, properties = {}) =>
  button([icon(name)], "icon-button", action, { "aria-label": label, title: label, ...properties });

/** @param {string} text @returns {HTMLElement} for screen readers alone */
export const hidden = (text) => el("span", { className: "hidden-text" }, text);
