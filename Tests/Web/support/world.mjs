import { FoyerClient, FoyerError } from "../../../web/shared/client.js";

/** Time that passes only when told to. */
export class VirtualTime {
  now = 1_763_750_000_000;
  #timers = [];
  #lastId = 0;

  setTimeout = (action, ms) => {
    this.#lastId += 1;
    this.#timers.push({ id: this.#lastId, at: this.now + Math.max(0, ms), action });
    return this.#lastId;
  };

  clearTimeout = (id) => {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  };

  /** Lets everything happen that is due within `ms`, in its order. */
  async pass(ms) {
    const end = this.now + ms;
    await settle();
    for (;;) {
      this.#timers.sort((one, other) => one.at - other.at || one.id - other.id);
      const next = this.#timers[0];
      if (!next || next.at > end) break;
      this.#timers.shift();
      this.now = Math.max(this.now, next.at);
      next.action();
      await settle();
    }
    this.now = end;
  }

  /** The device sleeps: time goes on, and no timer with it. */
  jump(ms) {
    this.now += ms;
    for (const timer of this.#timers) timer.at += Math.max(0, ms);
  }
}

/** Lets promises run to their end. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

class ScriptedSocket extends EventTarget {
  sent = [];
  isClosed = false;

  constructor(world) {
    super();
    this.world = world;
  }

  send(text) {
    const message = JSON.parse(text);
    this.sent.push(message);
    this.world.wire.push(message);
    if (!this.isClosed) this.world.script(message, this);
  }

  close() {
    this.isClosed = true;
  }

  open() {
    this.dispatchEvent(new Event("open"));
  }

  say(message) {
    if (this.isClosed) return;
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
  }

  ok(id, ok = {}) {
    this.say({ re: id, ok });
  }

  refuse(id, error) {
    this.say({ re: id, error: { message: "No.", retry: false, ...error } });
  }

  event(caseId, seq, event) {
    this.say({ push: "event", case: caseId, seq, event });
  }

  caughtUp(caseId, seq, generation = this.world.generation) {
    this.say({ push: "caughtUp", case: caseId, seq, generation });
  }

  /** The server, or the network, ends it. */
  end(code = 1006, reason = "") {
    if (this.isClosed) return;
    this.isClosed = true;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
  }
}

/** A storage like the browser's, which can be full or denied. */
export class ScriptedStorage {
  values = new Map();
  isFull = false;
  isDenied = false;

  get length() {
    this.#ask();
    return this.values.size;
  }

  key(index) {
    this.#ask();
    return [...this.values.keys()][index] ?? null;
  }

  getItem(name) {
    this.#ask();
    return this.values.get(name) ?? null;
  }

  setItem(name, value) {
    this.#ask();
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
    this.values.set(name, value);
  }

  removeItem(name) {
    this.#ask();
    this.values.delete(name);
  }

  #ask() {
    if (this.isDenied) throw new DOMException("denied", "SecurityError");
  }
}

/** Locks of all tabs of one browser. */
export class ScriptedLocks {
  held = [];

  async request(name, action) {
    this.held.push({ name });
    await action();
    this.held = this.held.filter((lock) => lock.name !== name);
  }

  async query() {
    return { held: this.held };
  }
}

/** A browser's tab, a network and a server, all scripted. `answers` says how the server takes each type. */
export class World {
  time = new VirtualTime();
  sockets = [];
  /** All that any socket was sent. */
  wire = [];
  generation = "1";
  /** @type {"guest" | "team"} */
  side = "guest";
  me = { id: "g1", firstName: "Mia", lastName: "Noor" };
  isOnline = true;
  tickets = 0;
  ticketError = null;
  /** Sockets open by themselves. */
  isListening = true;
  storage = new ScriptedStorage();
  locks = null;
  answers = {
    authenticate: ({ id }, socket) => socket.ok(id, this.welcome()),
    ping: ({ id }, socket) => socket.ok(id, { now: this.time.now }),
    watch: ({ id }, socket) => socket.ok(id, { count: 0 }),
    subscribe: (message, socket) => socket.ok(message.id),
    unsubscribe: ({ id }, socket) => socket.ok(id),
    seen: ({ id }, socket) => socket.ok(id),
    delivered: ({ id }, socket) => socket.ok(id),
    typing: ({ id }, socket) => socket.ok(id),
    presence: ({ id }, socket) => socket.ok(id),
  };
  #network = new Set();
  #random = 0;

  constructor(changes = {}) {
    Object.assign(this, changes);
    this.environment = {
      openSocket: () => {
        const socket = new ScriptedSocket(this);
        this.sockets.push(socket);
        if (this.isListening) this.time.setTimeout(() => socket.open(), 0);
        return socket;
      },
      setTimeout: this.time.setTimeout,
      clearTimeout: this.time.clearTimeout,
      now: () => this.time.now,
      random: () => this.random ?? 0.5,
      isOnline: () => this.isOnline,
      onNetwork: (action) => {
        this.#network.add(action);
        return () => this.#network.delete(action);
      },
      fillRandom: (bytes) => {
        this.#random += 1;
        return bytes.fill(this.#random % 251);
      },
      locks: this.locks,
    };
  }

  welcome() {
    const { generation, me, side } = this;
    return { now: this.time.now, generation, side, me, organisation: { id: "o" }, teams: [], limits: {} };
  }

  script(message, socket) {
    this.answers[message.type]?.(message, socket);
  }

  network(what) {
    for (const action of [...this.#network]) action(what);
  }

  get socket() {
    return this.sockets.at(-1);
  }

  /** What was sent of one type, on any socket. */
  sent(type) {
    return this.wire.filter((message) => message.type === type);
  }

  client(options = {}) {
    return new FoyerClient({
      socketURL: "wss://clinic.example/v1/socket",
      ticket: async () => {
        this.tickets += 1;
        if (this.ticketError) throw new FoyerError(this.ticketError);
        return `ticket-${this.tickets}`;
      },
      storage: this.storage,
      device: "phone",
      environment: this.environment,
      ...options,
    });
  }

  /** A client that is online. */
  async onlineClient(options) {
    const client = this.client(options);
    client.start();
    await this.time.pass(10);
    return client;
  }
}

export function message(text, id = "m1") {
  return { type: "message", at: 1, author: { kind: "member", id, name: "Ada" }, text };
}
