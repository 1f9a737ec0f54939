import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { later } from "../../web/shared/later.js";

/** A window that knows the line: `online` is heard by so many. */
const heard = new Set();
globalThis.addEventListener = (/** @type {string} */ _, /** @type {() => void} */ hear) => heard.add(hear);
globalThis.removeEventListener = (/** @type {string} */ _, /** @type {() => void} */ hear) => heard.delete(hear);

/** Lets what waits for promises run. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

test("what could not be fetched is fetched again in time, and nobody listens any more", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const load = mock.fn(async () => {
    if (load.mock.callCount() < 3) throw new TypeError("Failed to fetch dynamically imported module");
    return "the module";
  });
  const loaded = later(load);
  for (let round = 0; round < 3; round += 1) {
    await settle();
    assert.equal(heard.size, 1);
    t.mock.timers.tick(20_000);
  }
  assert.equal(await loaded, "the module");
  assert.equal(heard.size, 0);
});

test("as soon as the line is back", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const load = mock.fn(async () => {
    if (load.mock.callCount() < 1) throw new TypeError("Failed to fetch");
    return "the module";
  });
  const loaded = later(load);
  await settle();
  for (const hear of heard) hear();
  assert.equal(await loaded, "the module");
});

test("a module's own fault is thrown, not tried for ever", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  await assert.rejects(later(async () => { throw new SyntaxError("a typing mistake"); }), SyntaxError);
  const own = new TypeError("undefined is no function");
  const load = mock.fn(async () => { throw own; });
  const loaded = assert.rejects(later(load), own);
  await settle();
  t.mock.timers.tick(20_000);
  await loaded;
  assert.equal(load.mock.callCount(), 2);
});
