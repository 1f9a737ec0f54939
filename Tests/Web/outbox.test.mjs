import assert from "node:assert/strict";
import { test } from "node:test";

import { ScriptedLocks, ScriptedStorage, World, message, settle } from "./support/world.mjs";

/** A server that decides each key once, whoever sends it, and tells of it. */
class Desk {
  decisions = new Map();
  texts = [];
  isAnswering = true;
  isTelling = true;

  serve(world) {
    world.answers.send = ({ id, key, text, case: name }, socket) => {
      if (!this.decisions.has(key)) {
        this.texts.push(text);
        this.decisions.set(key, this.texts.length);
        if (this.isTelling) socket.event(name, this.texts.length, message(text, world.me.id));
      }
      if (this.isAnswering) socket.ok(id, { case: name, seq: this.decisions.get(key) });
    };
    world.answers.subscribe = ({ id, case: name, after }, socket) => {
      socket.ok(id);
      this.texts.slice(after).forEach((text, at) => socket.event(name, after + at + 1, message(text, world.me.id)));
      socket.caughtUp(name, this.texts.length);
    };
    return this;
  }
}

const texts = (log) => log.pending.map(({ text }) => text);
const kept = (storage) => [...storage.values.keys()].filter((name) => name.startsWith("foyer.unsent."));

test("messages go out in order, one at a time in a case, and leave the outbox", async () => {
  const world = new World();
  const desk = new Desk().serve(world);
  const client = await world.onlineClient();
  const log = client.log("c");
  desk.isAnswering = false;
  client.send("c", "one");
  client.send("c", "two");
  client.send("other", "three");
  assert.deepEqual(world.sent("send").map(({ text }) => text), ["one", "three"]);
  desk.isAnswering = true;
  for (const sent of world.sent("send")) world.socket.ok(sent.id, { case: sent.case, seq: 1 });
  await settle();
  assert.deepEqual(world.sent("send").map(({ text }) => text), ["one", "three", "two"]);
  await settle();
  assert.deepEqual(log.pending, []);
  assert.deepEqual(kept(world.storage), []);
});

test("a lost answer: the same key again, one message", async () => {
  const world = new World();
  const desk = new Desk().serve(world);
  const client = await world.onlineClient();
  const log = client.log("c");
  desk.isAnswering = false;
  desk.isTelling = false;
  client.send("c", "once");
  world.socket.end(1006);
  assert.deepEqual(texts(log), ["once"]);
  desk.isAnswering = true;
  await world.time.pass(1000);
  const [first, second] = world.sent("send");
  assert.equal(first.key, second.key);
  assert.match(first.key, /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  assert.deepEqual(desk.texts, ["once"]);
  assert.deepEqual(log.events.map(({ event }) => event.text), ["once"]);
  assert.deepEqual(log.pending, []);
});

test("never is a message shown both as unsent and as sent", async () => {
  const world = new World();
  const desk = new Desk().serve(world);
  const client = await world.onlineClient();
  const log = client.log("c");
  await world.time.pass(1);
  desk.isAnswering = false;
  client.send("c", "event first");
  assert.equal(log.events.length, 1);
  assert.deepEqual(texts(log), []);
  world.socket.ok(world.sent("send")[0].id, { case: "c", seq: 1 });
  await settle();
  desk.isAnswering = true;
  desk.isTelling = false;
  client.send("c", "answer first");
  await settle();
  assert.deepEqual(texts(log), ["answer first"]);
  world.socket.event("c", 2, message("answer first", "g1"));
  assert.deepEqual(texts(log), []);
});

test("what was written offline is sent later, also after a reload", async () => {
  const storage = new ScriptedStorage();
  const before = new World({ storage, isListening: false });
  const first = before.client({ person: "g1" });
  first.start();
  first.send("c", "one");
  first.send("c", "two");
  first.drafts.set("c", "thr");
  const after = new World({ storage });
  const desk = new Desk().serve(after);
  const second = await after.onlineClient({ person: "g1" });
  await after.time.pass(10);
  assert.deepEqual(desk.texts, ["one", "two"]);
  assert.equal(second.drafts.get("c"), "thr");
  assert.deepEqual(kept(storage), []);
});

test("messages written before anybody was known become the welcomed person's", async () => {
  const world = new World({ isListening: false });
  const desk = new Desk().serve(world);
  const client = world.client();
  client.start();
  client.send("c", "early");
  await world.time.pass(1);
  assert.deepEqual(kept(world.storage), []);
  world.socket.open();
  await world.time.pass(10);
  assert.deepEqual(desk.texts, ["early"]);
});

test("another person's unsent messages stay theirs", async () => {
  const world = new World({ isListening: false });
  new Desk().serve(world);
  const client = world.client({ person: "g1" });
  client.start();
  client.send("c", "mine");
  world.me = { id: "g2" };
  await world.time.pass(1);
  world.socket.open();
  await world.time.pass(100);
  assert.deepEqual(world.sent("send"), []);
  assert.equal(kept(world.storage).length, 1);
});

for (const trouble of ["isFull", "isDenied"]) {
  test(`a storage that ${trouble} keeps nobody from writing`, async () => {
    const world = new World();
    world.storage[trouble] = true;
    const desk = new Desk().serve(world);
    const client = await world.onlineClient();
    desk.isAnswering = false;
    client.send("c", "one");
    client.drafts.set("c", "begun");
    assert.equal(client.keepsUnsent, false);
    world.socket.end(1006);
    desk.isAnswering = true;
    await world.time.pass(1000);
    assert.deepEqual(desk.texts, ["one"]);
    assert.equal(client.drafts.get("c"), "begun");
  });
}

test("no storage at all", async () => {
  const world = new World({ storage: null });
  const desk = new Desk().serve(world);
  const client = await world.onlineClient();
  client.send("c", "one");
  await settle();
  assert.deepEqual(desk.texts, ["one"]);
});

test("a refused message stays, with its reason, and holds nothing up; a retry is a new decision", async () => {
  const world = new World();
  const client = await world.onlineClient();
  const log = client.log("c");
  const usual = ({ id, case: name }, socket) => socket.ok(id, { case: name, seq: 1 });
  const refusal = { code: "too_long", message: "Too long.", limit: 5 };
  world.answers.send = (sent, socket) => {
    if (sent.text === "bad") socket.refuse(sent.id, refusal);
    else usual(sent, socket);
  };
  client.send("c", "bad");
  client.send("c", "good");
  await settle();
  assert.equal(log.pending.find(({ text }) => text === "bad").state, "failed");
  assert.equal(log.pending.find(({ text }) => text === "bad").error.code, "too_long");
  assert.equal(world.sent("send").length, 2);
  world.answers.send = usual;
  const [failed] = log.pending.filter(({ state }) => state === "failed");
  client.retry("c", failed.key);
  await settle();
  assert.notEqual(world.sent("send").at(-1).key, failed.key);
  assert.equal(client.unsentCount, 0);
});

test("a failed message survives a reload as failed, and can be discarded", async () => {
  const world = new World();
  world.answers.send = ({ id }, socket) => socket.refuse(id, { code: "start_a_new_case" });
  const client = await world.onlineClient();
  client.send("c", "late");
  await settle();
  const again = new World({ storage: world.storage });
  const reloaded = await again.onlineClient();
  const log = reloaded.log("c");
  await again.time.pass(10);
  assert.equal(again.sent("send").length, 0);
  reloaded.discard("c", log.pending[0].key);
  assert.deepEqual(log.pending, []);
  assert.deepEqual(kept(world.storage), []);
});

test("a server that is too busy is asked again under the same key", async () => {
  const world = new World();
  let tries = 0;
  world.answers.send = ({ id, case: name }, socket) => {
    tries += 1;
    if (tries < 4) socket.refuse(id, { code: tries === 1 ? "unknown" : "overloaded", retry: true });
    else socket.ok(id, { case: name, seq: 1 });
  };
  const client = await world.onlineClient();
  client.send("c", "patient");
  await world.time.pass(20_000);
  assert.equal(new Set(world.sent("send").map(({ key }) => key)).size, 1);
  assert.equal(client.unsentCount, 0);
});

test("of two tabs each sends its own; what a closed tab left is sent by the other", async () => {
  const storage = new ScriptedStorage();
  const locks = new ScriptedLocks();
  const left = new World({ storage, locks, isListening: false });
  const leftClient = left.client({ person: "g1" });
  leftClient.start();
  leftClient.send("c", "from the left");
  const right = new World({ storage, locks });
  const desk = new Desk().serve(right);
  const client = await right.onlineClient({ person: "g1" });
  client.send("c", "from the right");
  await right.time.pass(1000);
  assert.deepEqual(desk.texts, ["from the right"]);
  leftClient.stop();
  await right.time.pass(31_000);
  assert.deepEqual(desk.texts, ["from the right", "from the left"]);
  assert.deepEqual(kept(storage), []);
});

test("without locks two tabs may send the same; the key keeps it one message", async () => {
  const storage = new ScriptedStorage();
  const left = new World({ storage });
  const right = new World({ storage });
  const desk = new Desk().serve(left);
  desk.serve(right);
  const leftClient = await left.onlineClient({ person: "g1" });
  desk.isAnswering = false;
  leftClient.send("c", "once");
  desk.isAnswering = true;
  await right.onlineClient({ person: "g1" });
  left.socket.end(1006);
  await left.time.pass(1000);
  assert.deepEqual(desk.texts, ["once"]);
  assert.deepEqual(kept(storage), []);
});

test("signing out takes drafts and unsent messages off the device", async () => {
  const world = new World();
  const client = await world.onlineClient();
  client.send("c", "one");
  client.drafts.set("c", "two");
  client.forget();
  assert.equal(world.storage.values.size, 0);
});

test("what somebody else wrote into the storage is let be", async () => {
  const world = new World();
  for (const [name, value] of [["a", "{"], ["b", "null"], ["c", '{"key":"x"}'], ["d", "7"]]) {
    world.storage.values.set(`foyer.unsent.g1.${name}`, value);
  }
  world.storage.values.set("foyer.draft.g1.c", "[1]");
  const client = await world.onlineClient();
  await world.time.pass(100);
  assert.equal(client.unsentCount, 0);
  assert.equal(client.drafts.get("c"), "");
});

test("a command is repeated under its key over reconnects until it is answered", async () => {
  const world = new World();
  const client = await world.onlineClient();
  const answer = client.command("closeChat", { case: "c" });
  world.socket.end(1006);
  world.answers.closeChat = ({ id }, socket) => socket.ok(id, { case: "c", seq: 4 });
  await world.time.pass(1000);
  assert.deepEqual(await answer, { case: "c", seq: 4 });
  assert.equal(new Set(world.sent("closeChat").map(({ key }) => key)).size, 1);
});

test("a command's refusal carries what the server said", async () => {
  const world = new World();
  const refusal = { code: "already_claimed", by: { id: "m2", name: "Ben" } };
  world.answers.claim = ({ id }, socket) => socket.refuse(id, refusal);
  const client = await world.onlineClient();
  await assert.rejects(client.command("claim", { case: "c" }), refusal);
});

test("a command that is refused for now again and again is at last refused to a person", async () => {
  const world = new World();
  world.answers.claim = ({ id }, socket) => socket.refuse(id, { code: "store_away", retry: true });
  const client = await world.onlineClient();
  const answer = assert.rejects(client.command("claim", { case: "c" }), { code: "store_away" });
  await world.time.pass(60_000);
  await answer;
  assert.equal(world.sent("claim").length, 6);
});
