import assert from "node:assert/strict";
import { test } from "node:test";

import { connectionWords } from "../../web/dashboard/model/connection-words.js";
import { describe, describeAll } from "../../web/dashboard/model/event-words.js";
import { failureWords } from "../../web/dashboard/model/failure-words.js";
import { hoursWords } from "../../web/dashboard/model/hours-words.js";
import { snoozePresets } from "../../web/dashboard/model/snooze-times.js";
import { summaryFromLog } from "../../web/dashboard/model/summary-from-log.js";
import { thread } from "../../web/dashboard/model/thread.js";
import { ahead, timeline } from "../../web/dashboard/model/timeline.js";
import { typingWords } from "../../web/dashboard/model/typing-words.js";
import { amara, jon, log, maria, member, summary } from "./dashboard-cases.mjs";

const system = { kind: "system" };
const moment = (at) => `at ${at}`;
const dayOf = (at) => Math.floor(at / 100_000);
const shown = (entries, context = {}) =>
  thread(entries, {
    me: amara.id, guestDelivered: 0, guestSeen: 0, newAfter: null, pending: [], moment,
    isSameDay: (a, b) => dayOf(a) === dayOf(b), ...context,
  });
const messages = (items) => items.filter(({ kind }) => kind === "message");
const kinds = (items) => items.map(({ kind }) => kind).join(" ");

test("messages stand on the side of whoever wrote them", () => {
  const items = messages(shown(log(
    { type: "message", text: "a" },
    { type: "message", text: "b", author: member(amara) },
    { type: "message", text: "c", author: member(jon), voice: "team" },
    { type: "automatic", text: "d", author: system },
    { type: "note", text: "e", author: member(jon) },
  )));
  assert.deepEqual(items.map(({ side }) => side), ["guest", "own", "colleague", "house", "colleague"]);
  assert.deepEqual(items.map(({ isNote }) => isNote), [false, false, false, false, true]);
  assert.equal(items[2].voice, "team");
});

test("an edit changes the message, a deletion leaves its place, and neither has a line of its own", () => {
  const items = shown(log(
    { type: "message", text: "frist", author: member(amara) },
    { type: "message", text: "secret", author: member(amara) },
    { type: "edited", number: 1, text: "first", author: member(amara) },
    { type: "edited", number: 1, text: "first!", author: member(amara) },
    { type: "deleted", number: 2, author: member(amara) },
    { type: "message", text: "", isDeleted: true, author: member(jon) },
  ));
  assert.equal(kinds(items), "day message message message");
  const [edited, deleted, read] = messages(items);
  assert.deepEqual([edited.text, edited.isEdited], ["first!", true]);
  assert.deepEqual([deleted.text, deleted.isDeleted, deleted.state], ["", true, null]);
  assert.equal(read.isDeleted, true);
});

test("how far a message came is told in the guest's numbers, and in words for the last of each state", () => {
  const ours = { type: "message", text: "x", author: member(amara) };
  const items = messages(shown(log(ours, { type: "note", text: "n", author: member(amara) }, ours, ours, ours), {
    guestSeen: 1, guestDelivered: 3,
  }));
  assert.deepEqual(items.map(({ state }) => state), ["seen", null, "delivered", "delivered", "sent"]);
  assert.deepEqual(items.map(({ showsState }) => showsState), [true, false, false, true, true]);
  const allSeen = messages(shown(log(ours, ours), { guestSeen: 2, guestDelivered: 2 }));
  assert.deepEqual(allSeen.map(({ showsState }) => showsState), [false, true]);
});

test("what is not sent yet comes last, with why", () => {
  const pending = [
    { key: "k1", text: "a", voice: "own", kind: "send", state: "failed", error: { message: "Too long." }, at: 5000 },
    { key: "k2", text: "b", voice: "team", kind: "note", state: "sending", error: null, at: 6000 },
  ];
  const items = messages(shown(log({ type: "message", text: "hello" }), { pending }));
  assert.deepEqual(items.map(({ state }) => state), [null, "failed", "sending"]);
  assert.deepEqual([items[1].error, items[1].pendingKey, items[2].isNote], ["Too long.", "k1", true]);
});

test("each day has its line, and what is new a line above the guest's first unseen message", () => {
  const entries = log(
    { type: "message", text: "old" },
    { type: "note", text: "a colleague's", author: member(jon) },
    { type: "message", text: "new", at: 250_000 },
    { type: "message", text: "newer", at: 251_000 },
  );
  assert.equal(kinds(shown(entries, { newAfter: 1 })), "day message message day new message message");
  assert.equal(kinds(shown(entries, { newAfter: 4 })), "day message message day message message");
});

test("messages of one person stand together until somebody else writes, or a while passes", () => {
  const items = messages(shown(log(
    { type: "message", text: "1", at: 0 },
    { type: "message", text: "2", at: 1000 },
    { type: "message", text: "3", at: 90_000, author: member(jon) },
    { type: "message", text: "4", at: 91_000, author: member(jon), voice: "team" },
    { type: "note", text: "5", at: 92_000, author: member(jon) },
  )));
  assert.deepEqual(items.map(({ beginsGroup }) => beginsGroup), [true, false, true, true, true]);
  assert.deepEqual(items.map(({ endsGroup }) => endsGroup), [false, true, true, true, true]);
});

test("a long log takes a time that grows with its length only", () => {
  const events = Array.from({ length: 20_000 }, (_, index) => ({ type: "message", text: `${index}`, at: index }));
  const begin = performance.now();
  assert.equal(messages(shown(log(...events))).length, 20_000);
  assert.ok(performance.now() - begin < 2000);
});

test("every event of the protocol has a sentence, and an unknown one none", () => {
  const rows = [
    [{ type: "opened", author: maria }, "Maria Lopez opened the conversation"],
    [{ type: "identifiers", author: maria, values: [{ label: "Name" }] }, "Maria Lopez filled in Name"],
    [{ type: "ready", author: system }, "The form is complete: waiting for the team"],
    [{ type: "claimed", author: member(amara) }, "You claimed the conversation"],
    [{ type: "released", author: member(jon) }, "Jon Park gave the conversation back to the queue"],
    [{ type: "transferred", author: member(jon), to: { member: amara } }, "Jon Park handed it to you"],
    [{ type: "transferred", author: member(jon), to: { member: jon } }, "Jon Park took it over"],
    [{ type: "transferred", author: member(jon), to: { team: { name: "X" } } }, "Jon Park handed it to the team X"],
    [{ type: "participantAdded", author: member(amara), member: jon }, "You asked Jon Park to join"],
    [{ type: "participantRemoved", author: member(jon), member: amara }, "Jon Park removed you from the conversation"],
    [{ type: "participantLeft", author: member(jon) }, "Jon Park left the conversation"],
    [{ type: "assigneeLost", author: system, member: jon }, "Jon Park is gone: back in the queue"],
    [{ type: "snoozed", author: member(amara), until: 7 }, "You snoozed it until at 7"],
    [{ type: "woke", author: system, reason: "timeCame" }, "The snooze is over"],
    [{ type: "woke", author: member(jon), reason: "memberWoke" }, "Jon Park woke it"],
    [{ type: "closeRequested", author: member(amara) }, "You asked the guest to close the chat"],
    [{ type: "closeDeclined", author: maria }, "Maria Lopez keeps the chat open"],
    [{ type: "closed", author: maria, reason: "byGuest" }, "Maria Lopez closed the chat"],
    [
      { type: "closed", author: member(jon), reason: "bySupervisor", note: "Twice." },
      "Jon Park closed it as supervisor: “Twice.”",
    ],
    [{ type: "closed", author: system, reason: "unanswered" }, "Closed by itself: nobody answered"],
    [{ type: "reopened", author: maria }, "Maria Lopez reopened the conversation"],
    [{ type: "alerted", author: system, level: 1 }, "Nobody has answered yet: team alerted"],
    [{ type: "alerted", author: system, level: 2 }, "Still no answer: supervisors alerted"],
    [{ type: "missedResponse", author: system, side: "guest" }, "The guest has not seen the reply"],
    [{ type: "inventedLater", author: system }, null],
  ];
  for (const [event, words] of rows) assert.equal(describe(event, amara.id, moment), words);
  assert.equal(describeAll({ type: "note", author: member(jon) }, amara.id, moment), "Jon Park wrote a private note");
  const asTeam = { type: "message", author: member(amara), voice: "team" };
  assert.equal(describeAll(asTeam, amara.id, moment), "You wrote as the team");
});

test("a name written from the right does not turn its sentence", () => {
  const author = { kind: "guest", id: "g", name: "نور" };
  assert.equal(describe({ type: "opened", author }, amara.id, moment), "\u2068نور\u2069 opened the conversation");
});

test("the timeline has every event, newest first, and what will happen by itself", () => {
  const entries = log({ type: "opened" }, { type: "message", text: "hi" }, { type: "claimed", author: member(amara) });
  assert.deepEqual(timeline(entries, amara.id, moment).map(({ words }) => words), [
    "You claimed the conversation", "Maria Lopez wrote", "Maria Lopez opened the conversation",
  ]);
  const next = (fields) => ahead(summary(fields), 10).map(({ key, at }) => [key, at]);
  assert.deepEqual(next({ phase: "snoozed", snoozedUntil: 50, closesAt: 20 }), [["closes", 20], ["snoozed", 50]]);
  assert.deepEqual(next({ phase: "closed", reopenUntil: 30 }), [["reopen", 30]]);
  assert.deepEqual(next({ phase: "active", snoozedUntil: 50, closesAt: 5 }), []);
});

test("a case that is in no list is known from its log", () => {
  const entries = log(
    { type: "opened", subject: "Report", category: null },
    { type: "claimed", author: member(jon) },
    { type: "closed", author: maria, reason: "byGuest", at: 77 },
  );
  const read = summaryFromLog("case", entries);
  assert.deepEqual(
    [read.phase, read.subject, read.closedAt, read.closeReason, read.assignee.name, read.guest.firstName],
    ["closed", "Report", 77, "byGuest", "Jon Park", "Maria Lopez"],
  );
  const reopened = summaryFromLog("case", [...entries, { seq: 4, event: { type: "reopened", at: 99, author: maria } }]);
  assert.deepEqual([reopened.phase, reopened.closedAt, reopened.assignee], ["waiting", null, null]);
  assert.equal(summaryFromLog("case", []), null);
});

test("snoozing is offered until times that are still to come, each once", () => {
  for (let day = 0; day < 7; day += 1) {
    const now = new Date(2026, 10, 16 + day, 23, 50).getTime();
    const presets = snoozePresets(now);
    assert.ok(presets.every(({ until }) => until > now), `day ${day}`);
    assert.equal(new Set(presets.map(({ until }) => until)).size, presets.length);
  }
});

test("the bar speaks only while there is no connection", () => {
  const at = { now: 1000, unsent: 0, keepsUnsent: true };
  assert.equal(connectionWords({ state: "online", retryAt: null, attempt: 0 }, at), null);
  assert.equal(connectionWords({ state: "connecting", retryAt: null, attempt: 1 }, at), null);
  assert.equal(connectionWords({ state: "waiting", retryAt: 4200, attempt: 2 }, at).next, "Next try in 4 s");
  const offline = { state: "offline", retryAt: null, attempt: 1 };
  assert.match(connectionWords(offline, { ...at, unsent: 2 }).words, /2 messages are kept/u);
  assert.match(connectionWords(offline, { ...at, keepsUnsent: false }).words, /Keep this page open/u);
});

test("who comes too late is told who was first", () => {
  assert.equal(failureWords({ code: "already_claimed", by: jon }), "Jon Park was first and has this conversation.");
  assert.equal(failureWords({ code: "not_now", message: "Later." }), "Later.");
  assert.equal(failureWords(undefined), "This did not work. Please try again.");
});

test("who writes a private note does not write to the guest", () => {
  assert.equal(typingWords([]), "");
  assert.equal(typingWords([{ name: "Maria" }]), "Maria is writing …");
  assert.equal(
    typingWords([{ name: "Maria" }, { ...jon, private: true }, { name: "Ada", private: false }]),
    "Maria, Ada are writing … Jon Park is writing a private note …",
  );
});

test("hours are told until they change", () => {
  assert.equal(hoursWords({ isOpen: true, closesAt: 5, opensAt: null }, moment), "Open until at 5");
  assert.equal(hoursWords({ isOpen: false, closesAt: null, opensAt: 9 }, moment), "Closed until at 9");
  assert.equal(hoursWords({ isOpen: true, closesAt: null, opensAt: null }, moment), "Open");
  assert.equal(hoursWords(undefined, moment), "");
});
