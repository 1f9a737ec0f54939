import assert from "node:assert/strict";
import { test } from "node:test";

import { Backoff } from "../../web/shared/backoff.js";

/** @param {Backoff} backoff @param {number} count */
const waits = (backoff, count) => Array.from({ length: count }, () => backoff.next());

test("the bound of the wait doubles up to the longest", () => {
  const backoff = new Backoff({ firstMs: 500, longestMs: 6000, random: () => 0.9999 });
  assert.deepEqual(waits(backoff, 6), [499, 999, 1999, 3999, 5999, 5999]);
});

test("the whole of the wait is random, from zero on", () => {
  assert.deepEqual(waits(new Backoff({ random: () => 0 }), 3), [0, 0, 0]);
  assert.deepEqual(waits(new Backoff({ firstMs: 1000, random: () => 0.5 }), 3), [500, 1000, 2000]);
});

test("a connection that has proven itself begins anew", () => {
  const backoff = new Backoff({ firstMs: 100, longestMs: 400, random: () => 0.5 });
  assert.deepEqual(waits(backoff, 3), [50, 100, 200]);
  backoff.reset();
  assert.equal(backoff.next(), 50);
});

test("however long a server is away, the wait stays below the longest", () => {
  const backoff = new Backoff({ longestMs: 15_000 });
  assert.ok(waits(backoff, 5000).every((wait) => wait >= 0 && wait < 15_000));
});
