/** Drawn for this page, on a grid of 20, with lines of one weight. */
const paths = {
  back: "M12.5 4 6.5 10l6 6",
  send: "M4 10.2 16.5 4l-4.2 12.5-2.9-5.4zM9.4 11.1l7.1-7.1",
  lock: "M5.5 9h9v7h-9zM7.3 9V6.7a2.7 2.7 0 0 1 5.4 0V9",
  more: "M4.6 10h.01M10 10h.01M15.4 10h.01",
  search: "M8.8 14.1a5.3 5.3 0 1 0 0-10.6 5.3 5.3 0 0 0 0 10.6zM12.7 12.7l3.8 3.8",
  close: "m5 5 10 10M15 5 5 15",
  sound: "M4 8v4h2.6L10.5 15V5L6.6 8zM13.3 7.6a3.4 3.4 0 0 1 0 4.8M15.4 5.4a6.5 6.5 0 0 1 0 9.2",
  mute: "M4 8v4h2.6L10.5 15V5L6.6 8zM13.4 8l3.6 4M17 8l-3.6 4",
  help: "M7.6 7.6a2.5 2.5 0 1 1 3.7 2.2c-.8.5-1.3.9-1.3 1.9M10 14.6h.01",
  leave: "M8 4.5H4.5v11H8M8.5 10h7.5M13 7l3 3-3 3",
  down: "M10 4.5v11M5.5 11l4.5 4.5 4.5-4.5",
  person: "M10 10a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2zM4.2 16.3a5.8 5.8 0 0 1 11.6 0",
  clock: "M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM10 6.4V10l2.4 1.6",
  check: "m5 10.4 3.3 3.3L15 7",
  checks: "m2.5 10.4 3.3 3.3L12.5 7M9.6 13.4l.3.3L16.6 7",
  warning: "M10 4 3.5 15.5h13zM10 8.4v3.4M10 13.7h.01",
  edit: "m4.5 15.5.7-3 7.8-7.8 2.3 2.3-7.8 7.8z",
  trash: "M5 6.2h10M8.2 6V4.3h3.6V6M6.3 6.2l.7 9.3h6l.7-9.3",
  mail: "M3.8 5.5h12.4v9H3.8zM3.8 6.2l6.2 4.6 6.2-4.6",
  gear:
    "M10 12.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM10 3v2M10 15v2M3 10h2M15 10h2M5 5l1.5 1.5M13.5 13.5 15 15" +
    "M5 15l1.5-1.5M13.5 6.5 15 5",
  up: "M10 15.5v-11M5.5 9 10 4.5 14.5 9",
  plus: "M10 4.5v11M4.5 10h11",
  copy: "M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3",
  archive: "M3.8 4.5h12.4v3.2H3.8zM5 7.7v7.8h10V7.7M8 10.5h4",
  phone:
    "M5 4h2.6l1.1 3-1.5 1.3a8 8 0 0 0 4.5 4.5l1.3-1.5 3 1.1V15" +
    "a1.3 1.3 0 0 1-1.4 1.3A11.4 11.4 0 0 1 3.7 5.4 1.3 1.3 0 0 1 5 4z",
};

/** @param {keyof typeof paths} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
