import { availability, safetyNotice } from "./about.js";
import { ownCases } from "./case-card.js";
import { el } from "./dom.js";
import { byteLength, field, form, textInput } from "./field.js";

/** @typedef {import("./desk.js").Desk} Desk */

/** The server's limit of one answer, in bytes of UTF-8 (docs/protocol.md). */
const LINE_BYTES = 1024;

/**
 * What is it about?
 *
 * @param {Desk} desk
 * @returns {import("./desk.js").Screen}
 */
export function newChat(desk) {
  const { categories, team } = desk.entry;
  const hasChoice = categories.length > 0;
  const choices = [{ id: "", name: "Please choose …" }, ...categories];
  const options = choices.map(({ id, name }) => el("option", { value: id }, name));
  const topic = field({
    label: "What is it about?",
    help: hasChoice ? undefined : "A few words, for example “Missing report”.",
    input: hasChoice ? el("select", {}, ...options) : textInput({ dir: "auto" }),
  });
  const lacking = hasChoice ? "Please choose what it is about." : "Please write a few words.";
  const ofTheTopic = ["no_such_category", "too_long", "empty", "bad_message"];
  const sheet = form({
    children: [topic.element],
    action: "Next",
    submit: async () => {
      const value = topic.input.value.trim();
      if (topic.fail(value ? null : lacking)) return;
      const about = hasChoice ? { category: value } : { subject: value };
      const { case: caseId } = await desk.client?.command("open", { team: team.id, ...about });
      if (desk.entry.fields.length > 0) desk.show(identify(desk, caseId));
      else desk.openCase(caseId);
    },
    failed: ({ code, message }) => ofTheTopic.includes(code) && topic.fail(message),
  });
  sheet.element.dataset.topic = "";
  const element = el(
    "div",
    { className: "page" },
    el("h1", {}, "Start a new chat"),
    availability(desk.entry, desk.now()),
    team.isChatOn ? sheet.element : el("p", { className: "lead chat-off" }, "No new chats can be started at the moment."),
    safetyNotice(desk.entry),
  );
  const { open, over } = ownCases(desk);
  return { element, name: "New chat", back: open.length + over.length > 0 ? () => desk.goHome() : undefined };
}

/**
 * What the team asks for before it begins. Name and contact are known.
 *
 * @param {Desk} desk
 * @param {string} caseId
 * @returns {import("./desk.js").Screen}
 */
export function identify(desk, caseId) {
  const { guest, entry } = desk;
  const known = { name: `${guest.firstName} ${guest.lastName}`, contact: guest.contact ?? "" };
  const fields = entry.fields.map((/** @type {any} */ one) => ({
    ...field({
      label: one.label,
      mark: one.isMandatory ? "mandatory" : "optional",
      help: one.rule.example && `As in ${one.rule.example}`,
      input: textInput({
        type: one.rule.kind === "date" ? "date" : "text", maxLength: 500, dir: "auto",
        value: known[/** @type {keyof known} */ (one.prefill)] ?? "",
      }),
    }),
    id: one.id,
    isMandatory: one.isMandatory,
  }));
  const sheet = form({
    children: fields.map(({ element }) => element),
    action: "Start the chat",
    submit: async () => {
      const values = fields.map(({ id, input }) => ({ field: id, value: input.value.trim() }));
      const wrong = (/** @type {boolean} */ isMandatory, /** @type {string} */ value) => {
        if (isMandatory && !value) return "Please fill this in.";
        return byteLength(value) > LINE_BYTES ? "This is too long. Please shorten it." : null;
      };
      if (fields.map((one, index) => one.fail(wrong(one.isMandatory, values[index].value))).some(Boolean)) return;
      const given = values.filter(({ value }) => value);
      // Nothing mandatory, nothing filled in: there is nothing to tell.
      if (given.length > 0) await desk.client?.command("identify", { case: caseId, values: given });
      desk.show(desk.conversation(caseId));
    },
    failed: (error) => {
      const missing = fields.filter(({ id }) => error.fields?.includes(id) || error.field === id);
      for (const one of missing) one.fail(error.message);
      return missing.length > 0;
    },
  });
  const element = el(
    "div",
    { className: "page" },
    el("h1", {}, "A few details"),
    el("p", { className: "lead" }, "So that we know whom and what it is about, and need not ask you later."),
    sheet.element,
  );
  return { element, name: "Your details", back: () => desk.goHome() };
}
