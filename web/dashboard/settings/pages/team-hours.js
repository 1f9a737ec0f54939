import { h, set, setText } from "../../dom.js";
import { icon } from "../../icons.js";
import { action, choice, Field, ownID, small, text } from "../field.js";
import { List } from "../list.js";
import { dayName, shown, weekInWords } from "../model/hours.js";

/** @param {any} team @param {() => void} changed @param {import("../../context.js").Context} context */
export function hoursForm({ hours, about }, changed, context) {
  const summary = h("p", { class: "meaning", "aria-live": "polite" });
  const days = [1, 2, 3, 4, 5, 6, 7].map((day) => new Day(
    day, hours.week.filter((/** @type {any} */ span) => span.day === day), () => {
      draw();
      changed();
    },
  ));
  const week = () => days.flatMap((day) => day.value);
  const draw = () => setText(summary, weekInWords(week()));
  const same = action("Tuesday to Friday as on Monday", () => {
    for (const day of days.slice(1, 5)) day.set(days[0].value);
    draw();
    changed();
    context.announce("Tuesday to Friday are as Monday now");
  });
  const holidays = new List({
    path: "hours.holidays",
    values: hours.holidays,
    fresh: () => ({ date: "", name: "", spans: [] }),
    add: "Add a day",
    empty: "No holidays are set.",
    say: context.announce,
    changed,
    make: holidayRow,
  });
  const zone = about.timeZone.replaceAll("_", " ");
  const element = h(
    "div", { class: "fields" },
    h("h3", {}, "Every week"),
    h("p", { class: "hint" }, `By the clocks of ${zone}. An end before its beginning is on the next day. Without any hours the team is always open.`),
    h("div", { class: "week-editor" }, ...days.map(({ element: one }) => one)),
    h("div", {}, same),
    summary,
    h("h3", {}, "Holidays and other days"),
    h("p", { class: "hint" }, "Such a day replaces the usual hours from midnight to midnight. Guests see those of the next 60 days."),
    holidays.element,
  );
  element.addEventListener("input", draw);
  draw();
  /** Spans of the days before stand before it in the list. @param {string} path */
  const find = (path) => {
    const [, place, end] = path.match(/^hours\.week\[(\d+)\]\.?(.*)$/u) ?? [];
    if (place === undefined) return path === "hours.week" ? days[0].field(0, "from") : null;
    let index = Number(place);
    for (const day of days) {
      if (index < day.value.length) return day.field(index, end);
      index -= day.value.length;
    }
    return null;
  };
  return {
    element, parts: [holidays, { find }], read: () => ({ week: week(), holidays: holidays.value }),
  };
}

/** A weekday with its hours; without any it is closed. */
class Day {
  element;
  #day;
  #changed;
  #place = h("div", { class: "weekday-spans" });
  #closed = h("span", { class: "hint" }, "closed");
  /** @type {{from: any, until: any, element: HTMLElement}[]} */
  #spans = [];
  #error = h("p", { class: "error", hidden: true });

  /** @param {number} day @param {{from: string, until: string}[]} spans @param {() => void} changed */
  constructor(day, spans, changed) {
    this.#day = day;
    this.#changed = changed;
    const label = ownID("day");
    const more = small(`${dayName(day)}: add hours`, () => {
      this.#add({ from: "09:00", until: "17:00" }).focus();
      this.#changed();
    }, icon("plus"));
    this.element = h(
      "div", { class: "weekday", role: "group", "aria-labelledby": label }, h("span", { class: "weekday-name", id: label }, dayName(day)),
      this.#closed, this.#place, more, this.#error,
    );
    this.set(spans);
  }

  /** @param {{from: string, until: string}[]} spans */
  set(spans) {
    this.#spans = [];
    this.#place.replaceChildren();
    for (const span of spans) this.#add(span);
    this.#draw();
  }

  get value() {
    return this.#spans.map(({ from, until }) => ({ day: this.#day, from: from.value, until: until.value }));
  }

  /** @param {number} index @param {string} end */
  field(index, end) {
    const span = this.#spans[index];
    const input = end === "until" ? span?.until : (span?.from ?? this.element.querySelector("button"));
    return { input, say: (/** @type {string} */ words) => {
      this.#error.hidden = words === "";
      setText(this.#error, words);
      set(input, { "aria-invalid": words ? "true" : null });
    } };
  }

  /** @param {{from: string, until: string}} span */
  #add(span) {
    const name = dayName(this.#day);
    const time = (/** @type {string} */ value, /** @type {string} */ words) => {
      const input = h("input", { type: "time", "aria-label": `${name}, ${words}` });
      input.value = shown(value);
      input.addEventListener("input", () => {
        this.#error.hidden = true;
        set(input, { "aria-invalid": null });
      });
      return input;
    };
    const entry = {
      from: time(span.from, "from"), until: time(span.until, "until"), element: h("span", { class: "weekday-span" }),
    };
    const drop = small(`${name}: remove these hours`, () => {
      this.#spans = this.#spans.filter((one) => one !== entry);
      entry.element.remove();
      this.#draw();
      /** @type {HTMLElement} */ (this.element.querySelector("button")).focus();
      this.#changed();
    }, icon("close"));
    entry.element.append(entry.from, "–", entry.until, drop);
    this.#spans.push(entry);
    this.#place.append(entry.element);
    this.#draw();
    return entry.from;
  }

  #draw() {
    this.#closed.hidden = this.#spans.length > 0;
  }
}

/** @param {{date: string, name: string, spans: {from: string, until: string}[]}} holiday */
function holidayRow(holiday) {
  const date = text({ path: "date", label: "Day", value: holiday.date, type: "date" });
  const name = text({ path: "name", label: "Name", value: holiday.name, placeholder: "Christmas Day" });
  const kind = choice({
    path: "spans", label: "That day", value: holiday.spans.length > 0 ? "open" : "closed",
    choices: [["closed", "Closed"], ["open", "Other hours"]],
  });
  const [span = { from: "09:00", until: "12:00" }] = holiday.spans;
  const from = time("spans[0].from", "From", span.from);
  const until = time("spans[0].until", "Until", span.until === "24:00" ? "23:59" : span.until);
  const times = h("div", { class: "pair" }, from.element, until.element);
  const draw = () => (times.hidden = kind.value === "closed");
  kind.input.addEventListener("change", draw);
  draw();
  return {
    element: h("div", { class: "fields" }, h("div", { class: "pair" }, date.element, name.element), kind.element, times),
    title: () => name.value || date.value,
    fields: [date, name, kind, from, until],
    read: () => ({
      date: date.value,
      name: name.value,
      // Hours beyond the first, which this page cannot show, stay.
      spans: kind.value === "closed" ? [] : [{ from: from.value, until: until.value }, ...holiday.spans.slice(1)],
    }),
  };
}

/** @param {string} path @param {string} label @param {string} value */
function time(path, label, value) {
  const input = h("input", { type: "time" });
  input.value = value;
  return new Field({ path, label, input });
}
