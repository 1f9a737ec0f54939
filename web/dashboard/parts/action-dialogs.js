import { moment } from "../../shared/time.js";
import { freshID, h } from "../dom.js";
import { colleagues, otherTeams } from "../model/actions.js";
import { failureWords } from "../model/failure-words.js";
import { presenceWords } from "../model/phase-words.js";
import { localInput, snoozePresets } from "../model/snooze-times.js";
import { Choice } from "./choice.js";
import { openDialog } from "./dialog.js";

/**
 * What needs more than a click: to whom, until when, why.
 *
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../model/types.js").Summary} Summary
 */

/**
 * @param {Context} context
 * @param {Summary} summary
 */
export function openTransfer({ desk }, summary) {
  const members = colleagues(summary, desk.teams);
  const others = otherTeams(summary, desk.teams);
  const choices = [
    ...members.map((person) => memberChoice(desk, person)),
    ...others.map(({ id, name }) => ({ value: { team: id }, name, detail: "Team", state: "" })),
  ];
  const people = new Choice("Hand over to", choices);
  const note = h("textarea", { rows: 3, id: freshID("note"), dir: "auto" });
  let isNoteWritten = false;
  openDialog({
    title: "Hand over",
    body: [people.element, labelled("Private note for whoever takes it (optional)", note)],
    action: "Hand over",
    async run(say) {
      const to = people.value;
      if (!to) return refuse(say, people.focusable, "Choose a colleague or a team.");
      const text = note.value.trim();
      // Trying again must not write the note again.
      if (text && !isNoteWritten) {
        if (!(await isTaken(say, note, desk.act("note", { case: summary.id, text })))) return false;
        isNoteWritten = true;
      }
      await desk.act("transfer", { case: summary.id, ...to });
      return true;
    },
  });
}

/**
 * @param {Context} context
 * @param {Summary} summary
 */
export function openJoin({ desk }, summary) {
  const members = colleagues(summary, desk.teams, { besides: "everyone" });
  const people = new Choice("Ask to join", members.map((person) => memberChoice(desk, person)));
  openDialog({
    title: "Add a colleague",
    body: [h("p", { class: "hint" }, "They can read along and reply to the guest, too."), people.element],
    action: "Add",
    async run(say) {
      if (!people.value) return refuse(say, people.focusable, "Choose a colleague.");
      await desk.act("join", { case: summary.id, ...people.value });
      return true;
    },
  });
}

/**
 * @param {Context} context
 * @param {Summary} summary
 */
export function openSnooze(context, summary) {
  const now = context.now();
  const presets = snoozePresets(now);
  const when = new Choice("Until", [
    ...presets.map(({ label, until }) => ({ value: { until }, name: label, detail: moment(until, now), state: "" })),
    { value: { until: 0 }, name: "Another time", detail: "", state: "" },
  ]);
  const own = h("input", { type: "datetime-local", value: localInput(presets[2].until), min: localInput(now) });
  own.addEventListener("input", () => when.choose(presets.length));
  openDialog({
    title: "Snooze",
    body: [
      h("p", { class: "hint" }, "It comes back by itself: at this time, or as soon as the guest writes."),
      when.element,
      labelled("Another time", own),
    ],
    action: "Snooze",
    async run(say) {
      if (!when.value) return refuse(say, when.focusable, "Choose a time.");
      const until = when.value.until || new Date(own.value).getTime();
      if (!(until > context.now())) return refuse(say, own, "Choose a time that is still to come.");
      return isTaken(say, own, context.desk.act("snooze", { case: summary.id, until }));
    },
  });
}

/**
 * @param {Context} context
 * @param {Summary} summary
 */
export function openClose({ desk }, summary) {
  const reason = h("textarea", { rows: 3, id: freshID("reason"), dir: "auto" });
  openDialog({
    title: "Close without the guest’s consent",
    body: [
      h("p", { class: "hint" }, "The conversation ends at once. The guest can still read it."),
      labelled("Reason, for the team", reason),
    ],
    action: "Close it",
    isGrave: true,
    async run(say) {
      if (!reason.value.trim()) return refuse(say, reason, "Give a reason: your team reads it later.");
      return isTaken(say, reason, desk.act("close", { case: summary.id, reason: reason.value.trim() }));
    },
  });
}

/**
 * @param {Context} context
 * @param {string} caseID
 * @param {number} number
 */
export function openDelete({ desk }, caseID, number) {
  openDialog({
    title: "Delete this message?",
    body: [h("p", {}, "Its text is gone for everybody, and cannot be brought back.")],
    action: "Delete",
    isGrave: true,
    async run() {
      await desk.act("delete", { case: caseID, number });
      return true;
    },
  });
}

/**
 * @param {import("../state/desk.js").Desk} desk
 * @param {import("../model/types.js").Colleague} person
 */
function memberChoice(desk, { id, name }) {
  const state = desk.presenceOf(id);
  const shown = id === desk.me.id ? `${name} (you)` : name;
  return { value: { member: id }, name: shown, detail: presenceWords(state), state };
}

/**
 * @param {(field: HTMLElement | null, words: string) => void} say
 * @param {HTMLElement | null} field
 * @param {string} words
 */
function refuse(say, field, words) {
  say(field, words);
  return false;
}

const OF_THE_FIELD = ["bad_json", "bad_message", "empty", "invalid_time", "reason_missing", "too_long"];

/**
 * Waits for a command. Where it is refused for what stands in a field, that is said there.
 *
 * @param {(field: HTMLElement | null, words: string) => void} say
 * @param {HTMLElement} field
 * @param {Promise<unknown>} command
 */
async function isTaken(say, field, command) {
  try {
    await command;
    return true;
  } catch (error) {
    if (!OF_THE_FIELD.includes(/** @type {any} */ (error)?.code)) throw error;
    return refuse(say, field, failureWords(error));
  }
}

/**
 * @param {string} words
 * @param {HTMLElement} field
 */
const labelled = (words, field) => h("label", { class: "field" }, h("span", {}, words), field);
