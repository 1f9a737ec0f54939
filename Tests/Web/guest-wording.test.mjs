import assert from "node:assert/strict";
import { test } from "node:test";

import {
  aroundNumber, closedBecause, hoursInWords, isOver, standing, statusLine, titleOf, waitInWords,
} from "../../web/widget/wording.js";

const ada = { kind: "member", id: "m1", name: "Ada" };
const mia = { kind: "guest", id: "g1", name: "Mia Novak" };
const now = new Date(2026, 10, 18, 12).getTime();
const about = { me: "g1", team: "Radiology" };

const lines = [
  [{ type: "opened", author: mia }, "You started this chat"],
  [{ type: "claimed", author: ada }, "Ada is looking after you now"],
  [{ type: "claimed", author: { kind: "member", id: "m2", name: "نور" } }, "\u2068نور\u2069 is looking after you now"],
  [{ type: "released", author: ada }, "Ada handed your chat back to the team"],
  [{ type: "released", author: { kind: "team" } }, "The team will go on with your chat"],
  [{ type: "transferred", author: ada, to: { member: { name: "Ben" } } }, "Ada passed your chat to Ben"],
  [{ type: "transferred", author: ada, to: { team: { name: "Bookings" } } }, "Ada passed your chat to Bookings"],
  [{ type: "participantAdded", author: ada, member: { name: "Ben" } }, "Ben joined the chat"],
  [{ type: "closingWarned", author: { kind: "system" } }, "If nothing happens, this chat closes by itself soon"],
  [{ type: "closeRequested", author: { kind: "team" } }, "The team asked whether this chat can be closed"],
  [{ type: "closeDeclined", author: mia }, "You kept the chat open"],
  [{ type: "closed", author: mia, reason: "agreed" }, "You closed this chat."],
  [{ type: "reopened", author: mia }, "You reopened the chat"],
  [{ type: "ready", author: mia }, null],
  [{ type: "note", author: ada, text: "private" }, null],
  [{ type: "someday", author: ada }, null],
];
for (const [event, line] of lines) {
  test(`a guest reads of ${event.type}: ${line}`, () => assert.equal(statusLine(event, about), line));
}

test("an event that lacks what it should have still has a line", () => {
  for (const type of ["claimed", "transferred", "participantAdded", "assigneeLost", "closed"]) {
    assert.equal(typeof statusLine({ type }, about), "string");
  }
});

test("nobody answered: the guest is told, and the house says sorry", () => {
  assert.match(closedBecause("unanswered"), /sorry/);
  assert.equal(closedBecause("a reason of next year"), "This chat is closed.");
});

test("where a chat stands", () => {
  assert.equal(standing({ phase: "waiting" }, now), "Waiting for the team");
  assert.equal(standing({ phase: "active", assignee: { name: "Ada" } }, now), "With Ada");
  assert.equal(standing({ phase: "snoozed", assignee: null }, now), "With the team");
  assert.match(standing({ phase: "closed", closedAt: now - 3_600_000 }, now), /^Closed today at 11:00/);
  assert.ok(isOver({ phase: "merged" }) && !isOver({ phase: "closing" }));
});

test("a chat is called by its category, else by its subject", () => {
  assert.equal(titleOf({ category: { name: "Reports" }, subject: "" }), "Reports");
  assert.equal(titleOf({ category: null, subject: "Missing report" }), "Missing report");
  assert.equal(titleOf(undefined), "Chat");
});

test("hours and waits", () => {
  assert.equal(waitInWords(null), null);
  assert.equal(waitInWords(10), "Usually answered within 10 minutes");
  assert.equal(waitInWords(60), "Usually answered within an hour");
  assert.equal(waitInWords(180), "Usually answered within 3 hours");
  const hour = 3_600_000;
  assert.match(hoursInWords({ isOpen: true, closesAt: now + 6 * hour, opensAt: null }, now), /^Open, until \D*(6:00 PM|18:00)$/);
  assert.match(hoursInWords({ isOpen: false, closesAt: null, opensAt: now + 20 * hour }, now), /^Closed, opens tomorrow at /);
  assert.equal(hoursInWords({ isOpen: false, closesAt: null, opensAt: null }, now), "Closed now");
});

const numbers = [
  ["In an emergency call 999 at once.", "999", ["In an emergency call ", " at once."]],
  ["Ring 01999 123456, or 999 now.", "999", ["Ring 01999 123456, or ", " now."]],
  ["Our ward is 9991.", "999", ["Our ward is 9991. ", ""]],
  ["Ring +44 (0)20 999 at once.\nOr come.", "+44 (0)20 999", ["Ring ", " at once.\nOr come."]],
  ["Nobody watches this chat.", "112", ["Nobody watches this chat. ", ""]],
  ["Nobody watches this chat.", "", ["Nobody watches this chat. ", ""]],
];
for (const [text, number, halves] of numbers) {
  test(`the number ${number || "of nobody"} is in its place in: ${text}`, () => {
    assert.deepEqual(aroundNumber(text, number), halves);
  });
}
