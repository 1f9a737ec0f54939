import assert from "node:assert/strict";
import { test } from "node:test";

import { World } from "./support/world.mjs";

test("typing tells in whose name, again when that changes, and of its end", async () => {
  const world = new World();
  const client = await world.onlineClient();
  const told = () =>
    world.wire.filter(({ type }) => type === "typing").map(({ on, private: isPrivate, voice }) => [on, isPrivate, voice]);
  client.typing("c");
  client.typing("c");
  client.typing("c", { voice: "team" });
  client.typing("c", { private: true });
  client.stopTyping("c");
  await world.time.pass(10);
  assert.deepEqual(told(), [
    [true, false, "own"],
    [true, false, "team"],
    [true, true, "own"],
    [false, true, "own"],
  ]);
});
