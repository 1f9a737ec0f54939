import { h, setText } from "../../dom.js";
import { api } from "../api.js";
import { box, choice, longText, number, text } from "../field.js";
import { List } from "../list.js";
import { preview } from "../model/welcome-preview.js";
import { Sheet } from "../sheet.js";
import { group } from "./organisation.js";
import { entrancePage } from "./team-entrance.js";
import { hoursForm } from "./team-hours.js";
import { policyForm } from "./team-policy.js";

/** @typedef {import("../../context.js").Context} Context */

/** @type {[string, string][]} */
export const teamParts = [
  ["about", "About"],
  ["entrance", "Link and QR code"],
  ["categories", "Categories"],
  ["fields", "Details asked"],
  ["welcomes", "Automatic messages"],
  ["hours", "Hours"],
  ["policy", "Rules"],
];

/** @type {Record<string, {lead: string, build: (team: any, changed: () => void, context: Context) => any}>} */
const forms = {
  about: { lead: "What guests see of the team, and how they can be reached.", build: aboutForm },
  categories: { lead: "What guests choose from when they start a chat. Without any, they type a subject.", build: categoriesForm },
  fields: { lead: "What guests are asked for before the chat begins.", build: fieldsForm },
  welcomes: { lead: "Sent by itself when a guest comes into the queue: next steps, and how long it may take.", build: welcomesForm },
  hours: { lead: "When the team is there. Guests see it, and automatic messages follow it.", build: hoursForm },
  policy: { lead: "What happens by itself, and when. Chats that are open follow at once.", build: policyForm },
};

/** @param {Context} context @param {string} id @param {string} [part] */
export function teamPage(context, id, part = "about") {
  if (part === "entrance") return entrancePage(context, id);
  const name = forms[part] ? part : "about";
  const [, title] = teamParts.find(([one]) => one === name) ?? teamParts[0];
  return new Sheet({
    title,
    lead: forms[name].lead,
    say: context.announce,
    load: () => api.team(id),
    save: (value, revision) => api.saveTeam(id, { [name]: value }, revision),
    build: (team, changed) => forms[name].build(team, changed, context),
  });
}

/** @param {any} team */
function aboutForm({ about, recentWaitMinutes }) {
  const zones = Intl.supportedValuesOf("timeZone");
  const name = text({ path: "about.name", label: "Name", value: about.name });
  const chat = box({
    path: "about.isChatOn", label: "Guests can start new chats", value: about.isChatOn,
    help: "Off: no new chat can be started here. Chats that are open go on.",
  });
  const contact = choice({
    path: "about.contact", label: "Guests sign in with", value: about.contact,
    choices: [["either", "A phone number or an e-mail address"], ["phone", "A phone number"], ["email", "An e-mail address"]],
  });
  const zone = choice({
    path: "about.timeZone", label: "Time zone", value: about.timeZone,
    choices: [...new Set([about.timeZone, ...zones])].map((one) => [one, one.replaceAll("_", " ")]),
  });
  const telephone = text({
    path: "about.contactNumber", label: "Phone number that guests see", value: about.contactNumber, type: "tel",
    help: "Where else the team can be reached; not where its members can.",
  });
  const email = text({ path: "about.email", label: "E-mail address that guests see", value: about.email, type: "email" });
  const measured = (recentWaitMinutes ?? null) === null
    ? "Nobody can tell from recent chats yet: this is shown until then. Leave it empty to say nothing."
    : `Recent chats waited about ${recentWaitMinutes} minutes: that is what guests are told now. This is shown while nobody can tell.`;
  const wait = number({
    path: "about.expectedWaitMinutes", label: "Expected wait", unit: "minutes", value: about.expectedWaitMinutes, help: measured,
  });
  const fields = [name, chat, contact, zone, telephone, email, wait];
  return {
    element: group(...fields),
    parts: fields,
    read: () => ({
      name: name.value, contact: contact.value, timeZone: zone.value, contactNumber: telephone.value || null,
      email: email.value || null, expectedWaitMinutes: wait.value, isChatOn: chat.value,
    }),
  };
}

/** @param {any} team @param {() => void} changed @param {Context} context */
function categoriesForm({ categories }, changed, context) {
  const kept = categories.filter((/** @type {any} */ one) => one.isArchived);
  const list = new List({
    path: "categories",
    values: categories.filter((/** @type {any} */ one) => !one.isArchived),
    fresh: () => ({ id: null, name: "" }),
    add: "Add a category",
    empty: "No categories: guests type a subject.",
    isOrdered: true,
    remove: "Archive",
    say: context.announce,
    changed,
    make: (category) => {
      const name = text({ path: "name", label: "Category", value: category.name, isBare: true });
      return {
        element: name.element, title: () => name.value, fields: [name],
        read: () => ({ id: category.id, name: name.value, isArchived: false }),
      };
    },
  });
  const back = archive(kept, "categories", changed);
  return {
    element: h("div", {}, list.element, back.element),
    parts: [list],
    read: () => [...list.value, ...back.value],
  };
}

/**
 * What is shown no more, because chats still have it: it can be taken back.
 *
 * @param {any[]} kept
 * @param {string} what
 * @param {() => void} changed
 */
function archive(kept, what, changed) {
  const boxes = kept.map((one) => ({
    one, field: box({ path: one.id, label: `Show “${one.name ?? one.label}” again`, value: false }),
  }));
  const element = kept.length > 0 && h(
    "details", { class: "archive" }, h("summary", {}, `Archived ${what}: ${kept.length}`),
    h("p", { class: "hint" }, "Guests do not see them any more; chats that have them keep them."),
    ...boxes.map(({ field }) => field.element),
  );
  if (element) element.addEventListener("change", changed);
  return { element: element || h("span", {}), get value() {
    return boxes.map(({ one, field }) => ({ ...one, isArchived: !field.value }));
  } };
}

/** @param {any} team @param {() => void} changed @param {Context} context */
function fieldsForm({ fields }, changed, context) {
  const kept = fields.filter((/** @type {any} */ one) => one.isArchived);
  const list = new List({
    path: "fields",
    values: fields.filter((/** @type {any} */ one) => !one.isArchived),
    fresh: () => ({
      id: null, label: "", isMandatory: false, prefill: null,
      rule: { kind: "text", least: null, most: null, example: null },
    }),
    add: "Add a detail",
    empty: "Guests are asked for nothing.",
    isOrdered: true,
    remove: "Archive",
    say: context.announce,
    changed,
    make: fieldRow,
  });
  const back = archive(kept, "details", changed);
  return {
    element: h("div", {}, list.element, back.element), parts: [list], read: () => [...list.value, ...back.value],
  };
}

/** @param {any} field */
function fieldRow({ id, label, isMandatory, prefill, rule }) {
  const name = text({ path: "label", label: "What is asked", value: label });
  const mandatory = box({ path: "isMandatory", label: "Mandatory", value: isMandatory });
  const filled = choice({
    path: "prefill", label: "Filled in with", value: prefill ?? "",
    choices: [["", "Nothing"], ["name", "The guest’s name"], ["contact", "Their phone number or e-mail address"]],
  });
  const kind = choice({
    path: "rule.kind", label: "Kind", value: rule.kind,
    choices: [["text", "Text"], ["number", "Number"], ["date", "Date"], ["pattern", "As in an example"]],
  });
  const least = number({ path: "rule.least", label: "At least", value: rule.least });
  const most = number({ path: "rule.most", label: "At most", value: rule.most });
  const example = text({
    path: "rule.example", label: "Example", value: rule.example, placeholder: "AB-1234",
    help: "Each letter stands for any letter, each digit for any digit, all else for itself.",
  });
  const units = h("p", { class: "hint" });
  const bounds = h("div", { class: "pair" }, least.element, most.element);
  const draw = () => {
    const isMeasured = kind.value === "text" || kind.value === "number";
    bounds.hidden = !isMeasured;
    example.element.hidden = kind.value !== "pattern";
    setText(units, {
      text: "Counted in letters; empty: any length.", number: "A whole number; empty: any size.",
      date: "Guests choose a day from a calendar.", pattern: "",
    }[/** @type {"text"} */ (kind.value)] ?? "");
  };
  const element = h(
    "div", { class: "fields" }, name.element, h("div", { class: "pair" }, kind.element, filled.element), units, bounds,
    example.element, mandatory.element,
  );
  element.addEventListener("change", draw);
  draw();
  return {
    element,
    title: () => name.value,
    fields: [name, kind, filled, least, most, example, mandatory],
    read: () => ({
      id, label: name.value, isMandatory: mandatory.value, prefill: filled.value || null, isArchived: false,
      rule: { kind: kind.value, least: least.value, most: most.value, example: example.value || null },
    }),
  };
}

/** @param {any} team @param {() => void} changed @param {Context} context */
function welcomesForm({ welcomes, categories, about, recentWaitMinutes }, changed, context) {
  const wait = recentWaitMinutes ?? about.expectedWaitMinutes ?? null;
  const list = new List({
    path: "welcomes",
    values: welcomes,
    fresh: () => ({ category: null, when: "always", text: "" }),
    add: "Add a message",
    empty: "Nothing is sent by itself.",
    say: context.announce,
    changed,
    make: (welcome) => {
      const category = choice({
        path: "category", label: "For", value: welcome.category ?? "",
        choices: [["", "Every category that has none of its own"],
          ...categories.filter((/** @type {any} */ one) => !one.isArchived || one.id === welcome.category)
            .map((/** @type {any} */ one) => [one.id, one.name])],
      });
      const when = choice({
        path: "when", label: "When", value: welcome.when,
        choices: [["always", "At any time"], ["open", "While open"], ["closed", "While closed"]],
      });
      const words = longText({
        path: "text", label: "Message", value: welcome.text, rows: 3,
        help: "{wait} stands for the expected wait in minutes. While nobody can tell, the sentence with it is left out.",
      });
      const shown = h("p", { class: "preview-message", dir: "auto" });
      const draw = () => setText(shown, preview(words.value, wait) || "–");
      const element = h(
        "div", { class: "fields" }, h("div", { class: "pair" }, category.element, when.element), words.element,
        h("figure", { class: "preview" }, h("figcaption", {}, "What guests get now"), shown),
      );
      element.addEventListener("input", draw);
      draw();
      return {
        element,
        title: () => words.value.slice(0, 40),
        fields: [words, category, when],
        read: () => ({ category: category.value || null, when: when.value, text: words.value }),
      };
    },
  });
  return { element: list.element, parts: [list], read: () => list.value };
}

