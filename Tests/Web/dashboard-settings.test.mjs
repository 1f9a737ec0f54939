import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { formatAddress, parseAddress } from "../../web/dashboard/model/address.js";
import { shown, weekInWords } from "../../web/dashboard/settings/model/hours.js";
import { durationGroups, switches, valueInWords } from "../../web/dashboard/settings/model/policy-words.js";
import { inUnits, spanInWords } from "../../web/dashboard/settings/model/spans.js";
import { preview } from "../../web/dashboard/settings/model/welcome-preview.js";

test("a span is a number of the largest unit that measures it", () => {
  const rows = [
    [1, "1 second"], [90, "90 seconds"], [60, "1 minute"], [3600, "1 hour"], [5400, "90 minutes"], [86_400, "1 day"],
    [604_800, "7 days"], [0, "no time"],
  ];
  for (const [seconds, words] of rows) assert.equal(spanInWords(seconds), words);
  assert.deepEqual(inUnits(7200).count, 2);
  assert.equal(valueInWords(null), "never");
});

test("each duration and switch that a team has is explained, and no other", () => {
  const source = readFileSync(new URL("../../Sources/CaseStore/Directory/StoredPolicy.swift", import.meta.url), "utf8");
  const names = [...source.matchAll(/\("(\w+)", \\\.\w+\)/gu)].map(([, name]) => name);
  assert.ok(names.length > 15);
  const told = [...durationGroups.flatMap(({ settings }) => settings.map(({ name }) => name)), ...switches.map(({ name }) => name)];
  assert.deepEqual(new Set(told), new Set([...names, "threadRetention"]));
  for (const { settings } of durationGroups) {
    for (const { words } of settings) assert.match(words("3 hours", {}), /^[A-Z].*3 hours.*\.$/u);
  }
});

test("an automatic message is shown as the guest gets it", () => {
  const text = "Thank you. You will wait approx. {wait} minutes. We are here!";
  assert.equal(preview(text, 7), "Thank you. You will wait approx. 7 minutes. We are here!");
  assert.equal(preview(text, null), "Thank you. We are here!");
  assert.equal(preview("About {wait} minutes.", null), "");
});

test("a week is told in one line", () => {
  assert.equal(weekInWords([]), "Always open.");
  const office = [1, 2, 3, 4].map((day) => ({ day, from: "08:00", until: "18:00" }));
  const week = [...office, { day: 5, from: "08:00", until: "12:00" }, { day: 5, from: "13:00", until: "16:00" }];
  assert.equal(
    weekInWords(week), "Monday to Thursday 08:00–18:00, Friday 08:00–12:00 and 13:00–16:00, Saturday to Sunday closed.",
  );
  assert.equal(shown("24:00"), "00:00");
});

test("the address names a part of the settings", () => {
  for (const settings of [[], ["safety"], ["teams", "0a1b", "hours"]]) {
    const address = parseAddress(formatAddress({ settings }));
    assert.deepEqual(address.settings, settings);
    assert.equal(address.caseID, null);
  }
});
