import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, describeNext, inWords } from "../../web/assets/wording.js";

/** @param {import("../../web/assets/lifeline.js").State} state */
const situation = (state, hadConnection = false, retryAt = null) => ({ state, hadConnection, retryAt });

test("a first attempt connects, every later one reconnects", () => {
  assert.equal(describe(situation("connecting")).word, "Connecting");
  assert.equal(describe(situation("connecting", true)).word, "Reconnecting");
  assert.equal(describe(situation("waiting")).word, "Reconnecting");
  assert.equal(describe(situation("connected", true)).word, "Connected");
  assert.equal(describe(situation("offline", true)).word, "Offline");
});

test("the wait is told in whole seconds that run down to zero", () => {
  assert.equal(describeNext(situation("waiting", true, 5001), 1000), "Next attempt in 5 s");
  assert.equal(describeNext(situation("waiting", true, 900), 1000), "Next attempt in 0 s");
});

test("a time is told in its two largest units", () => {
  const rows = [
    [0, "0 s"],
    [59, "59 s"],
    [61, "1 min 1 s"],
    [3600, "1 h 0 min"],
    [3 * 86_400 + 4 * 3600 + 5, "3 d 4 h"],
  ];
  for (const [seconds, words] of rows) assert.equal(inWords(Number(seconds)), words);
});
