import assert from "node:assert/strict";
import { test } from "node:test";

import { failedLetterWords } from "../../web/dashboard/model/letter-words.js";
import { isGrave, noticeWords } from "../../web/dashboard/model/notice-words.js";
import { thread } from "../../web/dashboard/model/thread.js";
import { timeline } from "../../web/dashboard/model/timeline.js";
import { amara, log } from "./dashboard-cases.mjs";

const notice = (fields) => ({
  case: "c", seq: 2, state: "sent", channel: "sms", dueAt: 0, at: 4000, lateMilliseconds: 4120, mayHaveGoneTwice: false,
  letters: 1, ...fields,
});

for (const [fields, words, grave] of [
  [{}, "SMS sent 4 s after it was due", false],
  [{ state: "delivered" }, "SMS sent 4 s after it was due · delivered", false],
  [{ lateMilliseconds: 300 }, "SMS sent when it was due", false],
  [{ lateMilliseconds: 3_600_000 }, "SMS sent 1 h after it was due", false],
  [{ lateMilliseconds: 90_000_000 }, "SMS sent 25 h after it was due", false],
  [{ lateMilliseconds: 900_000_000 }, "SMS sent 10 days after it was due", false],
  [{ state: "failed" }, "SMS sent 4 s after it was due · not delivered", true],
  [{ mayHaveGoneTwice: true }, "SMS sent 4 s after it was due · may have gone out twice", true],
  [{ channel: "email", letters: 3, lateMilliseconds: 120_000 }, "3 e-mails sent 2 min after it was due", false],
  [{ state: "waiting", channel: null }, "Notice is about to go out", false],
  [{ state: "trying", channel: "email" }, "E-mail could not be sent yet: trying again", false],
  [{ state: "dead" }, "SMS could not be sent: an administrator can send it again", true],
  [{ state: "cancelled" }, "Nothing was sent: nobody needed it any more", false],
  [{ state: "of a later release" }, "", false],
]) {
  test(`a notice is said as: ${words || "nothing"}`, () => {
    assert.equal(noticeWords(notice(fields)), words);
    assert.equal(isGrave(notice(fields)), grave);
  });
}

test("the timeline tells of a notice below what has caused it, and the conversation behind it", () => {
  const entries = log(
    { type: "message", text: "a" },
    { type: "missedResponse", author: { kind: "system" }, side: "guest" },
  );
  const notices = new Map([[2, notice({})]]);
  const [line] = timeline(entries, amara.id, String, notices);
  assert.deepEqual(
    [line.words, line.detail, line.isGrave],
    ["The guest has not seen the reply", "SMS sent 4 s after it was due", false],
  );
  const items = thread(entries, {
    me: amara.id, guestDelivered: 0, guestSeen: 0, newAfter: null, pending: [], moment: String, isSameDay: () => true,
    notices,
  });
  assert.equal(items.at(-1).words, "The guest has not seen the reply · SMS sent 4 s after it was due");
});

const letter = (fields) => ({
  id: "7", kind: "missedResponse", state: "dead", case: "c", team: "Front desk", member: null, channel: "sms", dueAt: 0,
  at: 1, attempts: 3, reason: "no such number", mayHaveGone: false, ...fields,
});

for (const [fields, what, why] of [
  [{}, "Unseen answer: SMS to the guest", "Given up after 3 attempts: no such number."],
  [{ attempts: 1, reason: null }, "Unseen answer: SMS to the guest", "Given up after 1 attempt."],
  [
    { state: "failed", kind: "closing", mayHaveGone: true, reason: null }, "Closing notice: SMS to the guest",
    "Taken by the provider, but not delivered. It may have gone out all the same.",
  ],
  [
    { kind: "firstResponse", channel: "email", member: "Ben" }, "Nobody has answered: e-mail to Ben",
    "Given up after 3 attempts: no such number.",
  ],
  [{ kind: "new", channel: null }, "Notice: notice to the guest", "Given up after 3 attempts: no such number."],
]) {
  test(`a failed letter is said as: ${what}. ${why}`, () => {
    assert.deepEqual(failedLetterWords(letter(fields)), { what, why });
  });
}
