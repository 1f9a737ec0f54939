import { h, setText } from "../../dom.js";
import { box, Field } from "../field.js";
import { durationGroups, switches, valueInWords } from "../model/policy-words.js";
import { inUnits, spanInWords, units } from "../model/spans.js";

/** @param {any} team */
export function policyForm({ policy, bounds }) {
  /** @type {Map<string, Field>} */
  const durations = new Map();
  const all = () => Object.fromEntries([...durations].map(([name, field]) => [name, field.value]));
  const groups = durationGroups.map(({ title, settings }) =>
    h(
      "fieldset", { class: "group" }, h("legend", {}, title),
      ...settings.filter(({ name }) => name in policy.durations).map((setting) => {
        const meaning = h("p", { class: "meaning", "aria-live": "polite" });
        const field = duration(setting, policy.durations[setting.name], bounds[setting.name]);
        const draw = () => setText(meaning, setting.words(valueInWords(field.value), all()));
        durations.set(setting.name, field);
        field.element.addEventListener("input", draw);
        field.element.addEventListener("change", draw);
        field.element.append(meaning);
        draw();
        return field.element;
      }),
    ));
  const boxes = switches.map(({ name, label, on, off }) => {
    const field = box({ path: `policy.switches.${name}`, label, value: policy.switches[name] });
    const meaning = h("p", { class: "meaning", "aria-live": "polite" });
    const draw = () => setText(meaning, field.value ? on : off);
    field.element.append(meaning);
    field.input.addEventListener("change", draw);
    draw();
    return { name, field };
  });
  const element = h(
    "div", { class: "fields" },
    h("fieldset", { class: "group" }, h("legend", {}, "What is switched on"), ...boxes.map(({ field }) => field.element)),
    ...groups,
  );
  return {
    element,
    parts: [...durations.values(), ...boxes.map(({ field }) => field)],
    read: () => ({
      durations: all(), switches: Object.fromEntries(boxes.map(({ name, field }) => [name, field.value])),
    }),
  };
}

/**
 * A number with its unit; one that may be left out has a box for "never".
 *
 * @param {{name: string, label: string}} setting
 * @param {number | null} value seconds
 * @param {[number, number]} bounds
 */
function duration({ name, label }, value, [least, most]) {
  const { count, unit } = inUnits(value ?? most);
  const input = h("input", { type: "number", class: "short", inputmode: "numeric", min: 0, step: 1 });
  input.value = String(count);
  const choices = units.map((one) => h("option", { value: one.seconds }, one.name));
  const unitField = h("select", { "aria-label": `${label}: unit` }, ...choices);
  unitField.value = String(unit.seconds);
  const isOptional = name === "threadRetention";
  const never = h("input", { type: "checkbox" });
  never.checked = value === null;
  const control = h(
    "div", { class: "with-unit" }, input, unitField, isOptional && h("label", { class: "inline" }, never, "Without end"),
  );
  never.addEventListener("change", () => {
    input.disabled = never.checked;
    unitField.disabled = never.checked;
  });
  input.disabled = value === null;
  unitField.disabled = value === null;
  return new Field({
    path: `policy.durations.${name}`,
    label,
    input,
    control,
    help: `Between ${spanInWords(least)} and ${spanInWords(most)}.`,
    read: () => {
      if (isOptional && never.checked) return null;
      return Math.round(Number(input.value) * Number(unitField.value));
    },
  });
}
