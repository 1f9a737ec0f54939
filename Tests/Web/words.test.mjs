import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces } from "../../web/shared/text.js";
import { countdown, dayName, isSameDay, moment, relative, shortMoment } from "../../web/shared/time.js";

const linked = (text) => pieces(text).filter(({ href }) => href).map((piece) => piece.text);

const rows = [
  ["no link here", []],
  ["see https://clinic.example/a?b=c#d.", ["https://clinic.example/a?b=c#d"]],
  ["(https://clinic.example/a)", ["https://clinic.example/a"]],
  ["https://en.example/wiki/A_(b) is one", ["https://en.example/wiki/A_(b)"]],
  ["http://a.example, https://b.example!", ["http://a.example", "https://b.example"]],
  ["javascript:alert(1) data:text/html,x", []],
  ["https://user:pass@evil.example/", []],
  ["https://clinic.example@evil.example/", []],
  ["<a href=https://a.example>x</a>", ["https://a.example"]],
  ["https://", []],
  ["https://a.example/\u202Emoc.live", ["https://a.example/"]],
];
for (const [text, links] of rows) {
  test(`links in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(linked(text), links);
    assert.equal(pieces(text).map((piece) => piece.text).join(""), text);
  });
}

test("a hostile text costs its length, not its square", () => {
  for (const part of [")", "(", ".", "https://", "https://)"]) {
    const begun = performance.now();
    pieces(`https://a.example/${part.repeat(200_000 / part.length)}a`);
    assert.ok(performance.now() - begun < 1000, part);
  }
});

const noon = new Date(2026, 10, 18, 12).getTime();
const DAY = 86_400_000;

test("days are named as people name them", () => {
  assert.equal(dayName(noon, noon), "Today");
  assert.equal(dayName(noon - DAY, noon), "Yesterday");
  assert.equal(dayName(noon - 3 * DAY, noon), "Sunday");
  assert.match(dayName(noon - 40 * DAY, noon), /October/);
  assert.match(dayName(noon - 400 * DAY, noon), /2025/);
  assert.ok(isSameDay(noon, noon + 3_600_000));
  assert.ok(!isSameDay(noon, noon + DAY));
  assert.match(shortMoment(noon, noon + 1000), /12/);
  assert.match(moment(noon + DAY, noon), /^tomorrow at /);
});

test("distances and countdowns", () => {
  assert.equal(relative(noon - 120_000, noon), "2 minutes ago");
  assert.equal(relative(noon + 3 * 3_600_000, noon), "in 3 hours");
  assert.equal(countdown(42), "0:42");
  assert.equal(countdown(299.2), "5:00");
  assert.equal(countdown(-3), "0:00");
});
