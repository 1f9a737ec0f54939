import assert from "node:assert/strict";
import { test } from "node:test";

import { World } from "./support/world.mjs";

test("a client authenticates with its first message and is online", async () => {
  const world = new World();
  const client = await world.onlineClient();
  assert.equal(client.state.state, "online");
  assert.deepEqual(world.wire[0], { id: 1, type: "authenticate", ticket: "ticket-1", device: "phone" });
  assert.equal(client.welcome.me.id, "g1");
});

test("without a session the client is signed out and rests", async () => {
  const world = new World({ ticketError: { code: "sign_in" } });
  const client = await world.onlineClient();
  assert.equal(client.state.state, "signedOut");
  await world.time.pass(600_000);
  assert.equal(world.tickets, 1);
  await assert.rejects(client.command("claim", { case: "c" }), { code: "sign_in" });
});

const resumes = [4000, 4001, 4002, 4050, 4099, 4100, 4101, 4102, 4103];
for (const code of resumes) {
  test(`close code ${code} of a proven connection: with a new ticket at once`, async () => {
    const world = new World();
    const client = await world.onlineClient();
    await world.time.pass(11_000);
    world.socket.end(code, "");
    await world.time.pass(10);
    assert.equal(client.state.state, "online");
    assert.equal(world.tickets, 2);
  });
}

test("a server that ends each socket at once is not asked without pause", async () => {
  const world = new World({ random: 0.999 });
  world.answers.authenticate = (_, socket) => socket.end(4000);
  await world.onlineClient();
  await world.time.pass(30_000);
  assert.ok(world.sockets.length < 9, `${world.sockets.length} attempts in half a minute`);
});

test("nor is one that ends each connection right after its welcome", async () => {
  const world = new World({ random: 0.999 });
  const usual = world.answers.authenticate;
  world.answers.authenticate = (message, socket) => {
    usual(message, socket);
    world.time.setTimeout(() => socket.end(4000), 1);
  };
  await world.onlineClient();
  await world.time.pass(30_000);
  assert.ok(world.sockets.length < 12, `${world.sockets.length} attempts in half a minute`);
});

test("close code 4101 with the session over: signed out", async () => {
  const world = new World();
  const client = await world.onlineClient();
  await world.time.pass(11_000);
  world.ticketError = { code: "sign_in" };
  world.socket.end(4101);
  await world.time.pass(10);
  assert.equal(client.state.state, "signedOut");
});

for (const code of [4200, 4201, 4299]) {
  test(`close code ${code}: waits as long as it is told to, whoever looks at the page`, async () => {
    const world = new World();
    const client = await world.onlineClient();
    world.socket.end(code, "7300");
    assert.equal(client.state.state, "waiting");
    assert.equal(client.state.retryAt, world.time.now + 7300);
    world.network("wake");
    await world.time.pass(7299);
    assert.equal(world.sockets.length, 1);
    await world.time.pass(2);
    assert.equal(client.state.state, "online");
  });
}

test("clients that are told a delay each come back one by one, spread over all of it", async () => {
  const delays = Array.from({ length: 100 }, (_, index) => 500 + 37 * index);
  const worlds = await Promise.all(
    delays.map(async (ms) => {
      const world = new World({ random: 0.5 });
      await world.onlineClient();
      world.socket.end(4200, String(ms));
      return world;
    }),
  );
  const isBack = (world) => world.sockets.length > 1;
  for (const now of [499, 1000, 2000, 3000, 4163]) {
    for (const world of worlds) await world.time.pass(now - (world.passed ?? 0));
    for (const world of worlds) world.passed = now;
    assert.equal(worlds.filter(isBack).length, delays.filter((ms) => ms <= now).length, `after ${now} ms`);
  }
});

test("a delay that is no number is a usual wait, and none is longer than ten minutes", async () => {
  const world = new World({ random: 0.5 });
  const client = await world.onlineClient();
  world.socket.end(4200, "soon");
  assert.equal(client.state.retryAt, world.time.now + 250);
  await world.time.pass(300);
  world.socket.end(4200, "99999999");
  assert.equal(client.state.retryAt, world.time.now + 600_000);
});

for (const code of [4300, 4301, 4399]) {
  test(`close code ${code}: stops`, async () => {
    const world = new World();
    const client = await world.onlineClient();
    world.socket.end(code);
    assert.equal(client.state.state, "stopped");
    await world.time.pass(600_000);
    assert.equal(world.sockets.length, 1);
  });
}

for (const code of [1000, 1001, 1006, 1011, 1012, 3000, 4400, 4999]) {
  test(`close code ${code}: tries again with full jitter`, async () => {
    const world = new World({ random: 0.5 });
    const client = await world.onlineClient();
    world.socket.end(code);
    assert.equal(client.state.state, "waiting");
    assert.equal(client.state.retryAt, world.time.now + 250);
    await world.time.pass(260);
    assert.equal(client.state.state, "online");
  });
}

test("waits grow from half a second to half a minute while a server is away", async () => {
  const world = new World({ random: 0.9999 });
  const client = await world.onlineClient();
  world.answers.authenticate = (_, socket) => socket.end(1006);
  world.socket.end(1006);
  const waits = [];
  for (let attempt = 0; attempt < 9; attempt += 1) {
    waits.push(client.state.retryAt - world.time.now);
    await world.time.pass(waits.at(-1));
  }
  assert.deepEqual(waits, [499, 999, 1999, 3999, 7999, 15_998, 29_997, 29_997, 29_997]);
});

test("one that has sent nothing for twenty seconds pings, and learns the server's time", async () => {
  const world = new World();
  const client = await world.onlineClient();
  world.answers.ping = ({ id }, socket) => socket.ok(id, { now: world.time.now + 90_000 });
  await world.time.pass(20_001);
  assert.equal(world.sent("ping").length, 1);
  assert.equal(client.clockSkew, 90_000);
  assert.equal(client.now(), world.time.now + 90_000);
});

test("a socket that does not answer for ten seconds is taken for dead", async () => {
  const world = new World();
  const client = await world.onlineClient();
  world.answers.ping = () => {};
  await world.time.pass(31_000);
  assert.equal(world.sockets.length, 2);
  assert.ok(world.sockets[0].isClosed);
  assert.equal(client.state.state, "online");
});

test("what an abandoned socket still says is not heard", async () => {
  const world = new World();
  const client = await world.onlineClient();
  const [first] = world.sockets;
  first.end(1006);
  await world.time.pass(1000);
  const heard = [];
  client.addEventListener("summary", ({ detail }) => heard.push(detail));
  first.isClosed = false;
  first.say({ push: "summary", case: { id: "c", version: 1 } });
  first.end(4300);
  assert.deepEqual(heard, []);
  assert.equal(client.state.state, "online");
});

test("after a sleep the socket is checked at once, and left when it is dead", async () => {
  const world = new World();
  await world.onlineClient();
  world.answers.ping = () => {};
  world.time.jump(3_600_000);
  await world.time.pass(9_100);
  assert.equal(world.sockets.length, 2);
});

test("a clock that was set back is noticed, and harms nothing", async () => {
  const world = new World();
  const client = await world.onlineClient();
  world.time.jump(-86_400_000);
  world.answers.ping = ({ id }, socket) => socket.ok(id, { now: world.time.now + 86_400_000 });
  await world.time.pass(86_400_000 + 6_000);
  assert.equal(client.state.state, "online");
});

test("looking at the page checks the socket once, however many tellings come", async () => {
  const world = new World();
  const client = await world.onlineClient();
  world.network("wake");
  world.network("wake");
  world.network("offline");
  await world.time.pass(10);
  assert.equal(world.sent("ping").length, 1);
  world.answers.ping = () => {};
  await world.time.pass(5000);
  world.network("wake");
  await world.time.pass(4_300);
  assert.equal(world.sockets.length, 2);
  assert.equal(client.state.state, "online");
});

test("the network's return ends a wait", async () => {
  const world = new World({ random: 0.999 });
  const client = await world.onlineClient();
  world.isOnline = false;
  world.socket.end(1006);
  assert.equal(client.state.state, "offline");
  world.isOnline = true;
  world.network("wake");
  await world.time.pass(5);
  assert.equal(client.state.state, "online");
});

test("an attempt that leads nowhere is given up", async () => {
  const world = new World({ isListening: false });
  const client = await world.onlineClient();
  assert.equal(client.state.state, "connecting");
  await world.time.pass(15_000);
  assert.equal(client.state.state, "waiting");
});

test("a ticket that is refused by the limits is asked for again when they say", async () => {
  const world = new World({ ticketError: { code: "too_many", retryAfterSeconds: 42 } });
  const client = await world.onlineClient();
  assert.equal(client.state.state, "waiting");
  assert.equal(client.state.retryAt, 42_000 + world.time.now - 10);
});

test("a stale ticket is replaced", async () => {
  const world = new World();
  const usual = world.answers.authenticate;
  world.answers.authenticate = ({ id }, socket) => {
    world.answers.authenticate = usual;
    socket.refuse(id, { code: "bad_ticket" });
  };
  const client = await world.onlineClient();
  await world.time.pass(500);
  assert.equal(client.state.state, "online");
  assert.equal(world.tickets, 2);
});

test("a question rejects when the connection breaks, and when there is none", async () => {
  const world = new World();
  const client = await world.onlineClient();
  const answer = assert.rejects(client.request("closed", { team: "t" }), { code: "disconnected" });
  world.socket.end(1006);
  await answer;
  await assert.rejects(client.request("closed", { team: "t" }), { code: "disconnected" });
});

test("what is not JSON, or nothing we know, is let be", async () => {
  const world = new World();
  const client = await world.onlineClient();
  for (const data of ["", "null", "7", "[]", "{", '{"push":"later"}', '{"re":99,"ok":{}}', '{"re":0,"error":{}}']) {
    world.socket.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  assert.equal(client.state.state, "online");
});
