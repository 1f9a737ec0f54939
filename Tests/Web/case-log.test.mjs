import assert from "node:assert/strict";
import { test } from "node:test";

import { World, message } from "./support/world.mjs";

/** A server's log that answers subscriptions as docs/protocol.md says. */
function serveLog(world, texts) {
  world.answers.subscribe = ({ id, case: name, after, generation }, socket) => {
    socket.ok(id);
    if (generation !== null && generation !== world.generation) {
      socket.say({ push: "afresh", case: name });
      return;
    }
    texts.slice(after).forEach((text, index) => socket.event(name, after + index + 1, message(text)));
    socket.caughtUp(name, texts.length);
  };
}

const shown = (log) => log.events.map(({ event }) => event.text);
const numbers = (log) => log.events.map(({ seq }) => seq);

test("a log is read from the beginning and is caught up", async () => {
  const world = new World();
  serveLog(world, ["one", "two"]);
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(1);
  assert.deepEqual(shown(log), ["one", "two"]);
  assert.ok(log.isCaughtUp);
  assert.equal(client.log("c"), log);
});

test("after a reconnect it goes on after the last number", async () => {
  const world = new World();
  const texts = ["one", "two"];
  serveLog(world, texts);
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(1);
  texts.push("three");
  world.socket.end(1006);
  assert.equal(log.isCaughtUp, false);
  await world.time.pass(1000);
  assert.equal(world.sent("subscribe").at(-1).after, 2);
  assert.deepEqual(shown(log), ["one", "two", "three"]);
});

test("a repeated event is dropped", async () => {
  const world = new World();
  serveLog(world, ["one"]);
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(1);
  world.socket.event("c", 1, message("one"));
  world.socket.event("c", 2, message("two"));
  world.socket.event("c", 2, message("two"));
  assert.deepEqual(numbers(log), [1, 2]);
});

test("a gap is read again from the last good number, and nothing is shown out of order", async () => {
  const world = new World();
  const texts = ["one"];
  serveLog(world, texts);
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(1);
  const order = [];
  log.addEventListener("event", ({ detail }) => order.push(detail.seq));
  texts.push("two", "three", "four");
  world.socket.event("c", 3, message("three"));
  world.socket.event("c", 4, message("four"));
  await world.time.pass(1);
  assert.deepEqual(order, [2, 3, 4]);
  assert.equal(world.sent("subscribe").length, 2);
  assert.equal(world.sent("subscribe").at(-1).after, 1);
});

test("a loss at the end is noticed by the number of caughtUp", async () => {
  const world = new World();
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(1);
  serveLog(world, ["one", "two"]);
  world.socket.event("c", 1, message("one"));
  world.socket.caughtUp("c", 2);
  await world.time.pass(1);
  assert.deepEqual(numbers(log), [1, 2]);
});

test("a gap that stays is asked for with growing pauses", async () => {
  const world = new World();
  world.answers.subscribe = ({ id }, socket) => {
    socket.ok(id);
    socket.caughtUp("c", 5);
  };
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(60_000);
  const asked = world.sent("subscribe").length;
  assert.ok(asked > 3 && asked < 12, `${asked} readings in a minute`);
  assert.equal(log.isCaughtUp, false);
});

test("another generation begins afresh", async () => {
  const world = new World();
  const texts = ["old one", "old two"];
  serveLog(world, texts);
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(1);
  let afresh = 0;
  log.addEventListener("afresh", () => (afresh += 1));
  world.generation = "2";
  texts.splice(0, 2, "restored");
  world.socket.end(1006);
  await world.time.pass(1000);
  assert.deepEqual(shown(log), ["restored"]);
  assert.equal(afresh, 1);
  assert.equal(world.sent("subscribe").at(-1).after, 0);
});

test("the server may say afresh at any time", async () => {
  const world = new World();
  serveLog(world, ["one"]);
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(1);
  world.socket.say({ push: "afresh", case: "c" });
  await world.time.pass(1);
  assert.deepEqual(shown(log), ["one"]);
  assert.equal(world.sent("subscribe").length, 2);
});

test("another person in the same browser sees nothing of the first", async () => {
  const world = new World();
  serveLog(world, ["one"]);
  const client = await world.onlineClient();
  client.watch();
  const log = client.log("c");
  await world.time.pass(1);
  world.socket.say({ push: "summary", case: { id: "c", version: 1 } });
  world.me = { id: "g2" };
  world.answers.subscribe = ({ id }, socket) => socket.refuse(id, { code: "no_such_case" });
  world.socket.end(4103);
  await world.time.pass(1000);
  assert.deepEqual(log.events, []);
  assert.equal(log.error.code, "no_such_case");
  assert.equal(client.cases.size, 0);
});

test("a subscription that is refused for now is asked for again", async () => {
  const world = new World();
  let tries = 0;
  world.answers.subscribe = ({ id }, socket) => {
    tries += 1;
    if (tries < 3) socket.refuse(id, { code: "overloaded", retry: true });
    else socket.caughtUp("c", 0);
  };
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(5000);
  assert.ok(log.isCaughtUp);
});

test("a closed log is unsubscribed and not asked for again", async () => {
  const world = new World();
  serveLog(world, ["one"]);
  const client = await world.onlineClient();
  client.log("c").close();
  world.socket.end(1006);
  await world.time.pass(1000);
  assert.equal(world.sent("subscribe").length, 1);
  assert.equal(world.sent("unsubscribe").length, 1);
});

test("delivered is told by itself, once for many; seen grows only", async () => {
  const world = new World();
  serveLog(world, ["one", "two", "three"]);
  const client = await world.onlineClient();
  client.log("c");
  await world.time.pass(300);
  assert.deepEqual(world.sent("delivered").map(({ upTo }) => upTo), [3]);
  client.seen("c", 2);
  client.seen("c", 3);
  client.seen("c", 1);
  await world.time.pass(300);
  assert.deepEqual(world.sent("seen").map(({ upTo }) => upTo), [3]);
  world.socket.event("c", 4, message("four"));
  client.seen("c", 4);
  await world.time.pass(300);
  assert.equal(world.sent("delivered").length, 1, "what was seen was delivered");
});

test("receipts that a loss swallowed are told again; what the server knows is not", async () => {
  const world = new World();
  serveLog(world, ["one", "two"]);
  const client = await world.onlineClient();
  client.watch();
  client.log("c");
  const cursors = { guest: { delivered: 2, seen: 0 }, team: { delivered: 0, seen: 0 } };
  world.socket.say({ push: "summary", case: { id: "c", version: 1, cursors } });
  world.answers.seen = () => {};
  client.seen("c", 2);
  await world.time.pass(300);
  world.socket.end(1006);
  world.answers.seen = ({ id }, socket) => socket.ok(id);
  await world.time.pass(1000);
  assert.deepEqual(world.sent("seen").map(({ upTo }) => upTo), [2, 2]);
  assert.equal(world.sent("delivered").length, 0);
});

test("a server that cannot take receipts just now is asked again at leisure", async () => {
  const world = new World();
  serveLog(world, ["one", "two"]);
  const client = await world.onlineClient();
  client.log("c");
  world.answers.seen = ({ id }, socket) => socket.refuse(id, { code: "store_away", message: "Later.", retry: true });
  client.seen("c", 2);
  await world.time.pass(4000);
  assert.equal(world.sent("seen").length, 1);
  world.answers.seen = ({ id }, socket) => socket.ok(id);
  await world.time.pass(4000);
  assert.deepEqual(world.sent("seen").map(({ upTo }) => upTo), [2, 2]);
});

test("how far the other side has come says nothing of one's own reading", async () => {
  for (const [side, other] of [["guest", "team"], ["team", "guest"]]) {
    const world = new World({ side });
    serveLog(world, ["one", "two"]);
    const client = await world.onlineClient();
    client.log("c");
    const cursors = { [side]: { delivered: 0, seen: 0 }, [other]: { delivered: 2, seen: 2 } };
    world.socket.say({ push: "summary", case: { id: "c", version: 1, cursors } });
    await world.time.pass(300);
    assert.deepEqual(world.sent("delivered").map(({ upTo }) => upTo), [2], side);
    client.seen("c", 2);
    await world.time.pass(300);
    assert.deepEqual(world.sent("seen").map(({ upTo }) => upTo), [2], side);
  }
});

test("one's own messages are not told to be delivered", async () => {
  const world = new World();
  const client = await world.onlineClient();
  client.log("c");
  await world.time.pass(1);
  world.socket.event("c", 1, message("mine", "g1"));
  await world.time.pass(300);
  assert.equal(world.sent("delivered").length, 0);
});

test("of two summaries the older one is dropped, and what left the list meanwhile is told", async () => {
  const world = new World();
  const client = await world.onlineClient();
  world.answers.watch = ({ id }, socket) => {
    for (const name of ["a", "b"]) socket.say({ push: "summary", case: { id: name, version: 5 } });
    socket.ok(id, { count: 2 });
  };
  client.watch();
  await world.time.pass(1);
  world.socket.say({ push: "summary", case: { id: "a", version: 4, subject: "old" } });
  assert.equal(client.cases.get("a").subject, undefined);
  const gone = [];
  client.addEventListener("gone", ({ detail }) => gone.push(detail.case));
  world.answers.watch = ({ id }, socket) => {
    socket.say({ push: "summary", case: { id: "a", version: 6 } });
    socket.ok(id, { count: 1 });
  };
  world.socket.end(1006);
  await world.time.pass(1000);
  assert.deepEqual(gone, ["b"]);
});

test("typing is told at the first key, seldom after it, and ends by itself", async () => {
  const world = new World();
  const client = await world.onlineClient();
  for (let key = 0; key < 30; key += 1) {
    client.typing("c");
    await world.time.pass(100);
  }
  assert.deepEqual(world.sent("typing").map(({ on }) => on), [true, true]);
  await world.time.pass(4100);
  assert.equal(world.sent("typing").at(-1).on, false);
});

test("how the page is used is told on change and after a reconnect", async () => {
  const world = new World();
  const client = await world.onlineClient();
  client.presence({ visible: true, idle: false });
  client.presence({ visible: true, idle: false });
  assert.equal(world.sent("presence").length, 1);
  world.socket.end(1006);
  await world.time.pass(1000);
  assert.equal(world.sent("presence").length, 2);
});
