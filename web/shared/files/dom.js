/**
 * An element for either side's page. Strings become text, never markup; `on…` are listeners, the rest attributes.
 *
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {any}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child || child === 0));
  return element;
}

const paths = {
  clip: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8L10 17a1.7 1.7 0 0 1-2.4-2.4l7.4-7.4",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.3 3.3 0 1 0 0-6.6a3.3 3.3 0 0 0 0 6.6",
  file: "M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4",
  down: "M12 4v11M7 10.5l5 5l5-5M5 19.5h14",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
};

/** @param {keyof typeof paths} name @returns {SVGElement} says nothing to a screen reader */
export function sign(name) {
  const space = "http://www.w3.org/2000/svg";
  const [svg, path] = [document.createElementNS(space, "svg"), document.createElementNS(space, "path")];
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
