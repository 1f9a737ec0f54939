/**
 * An element with its attributes and children. Strings become text, never markup.
 *
 * @typedef {Node | string | null | undefined | false} Child
 *
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `onclick` and its like are listeners; true, false and null set or remove
 * @param {...Child} children
 * @returns {any} the element
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children.filter((child) => child));
  return element;
}

/**
 * @param {Element} element
 * @param {Record<string, any>} attributes
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== (value === true ? "" : String(value))) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

/**
 * Leaves alone what is right already, so that a selection in it stays and no screen reader stirs.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A sentence for screen readers only. @param {string} text */
export const unseen = (text) => h("span", { class: "unseen" }, text);

let count = 0;

/** @param {string} prefix */
export const freshID = (prefix) => `${prefix}-${(count += 1)}`;

/** @param {EventTarget | null} target */
export const isTypingIn = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/u.test(target.tagName)) &&
  !(target instanceof HTMLInputElement && /^(?:checkbox|radio|button)$/u.test(target.type));
