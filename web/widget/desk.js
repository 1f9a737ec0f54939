import { FoyerClient } from "../shared/client.js";
import { request } from "../shared/http.js";
import { watchPresence } from "../shared/presence-watch.js";
import { browserStorage } from "../shared/store.js";
import { Conversation } from "./conversation.js";
import { el, hidden, icon, iconButton } from "./dom.js";
import { home } from "./home.js";
import { openMenu } from "./menu.js";
import { newChat, identify } from "./new-chat.js";
import { signIn } from "./sign-in.js";
import { confirm } from "./dialog.js";
import { StatusStrip } from "./status-strip.js";
import { hoursInWords } from "./wording.js";
import { later } from "../shared/later.js";

/**
 * @typedef {object} Screen
 * @property {HTMLElement} element
 * @property {string} [title] stands in the head instead of the team's name
 * @property {string} [name] for the window's title
 * @property {() => void} [back]
 * @property {HTMLElement | null} [focus] where the focus goes; the heading, if nothing is said
 * @property {() => void} [leave]
 * @property {string} [caseId]
 */

/** The guest's page: its head, one screen below it, and the connection behind. */
export class Desk {
  entry;
  /** @type {any} the guest, once signed in */
  guest = null;
  /** @type {FoyerClient | null} */
  client = null;
  frame;
  /** @type {"here" | "away" | "unknown"} */
  presence = "unknown";

  #caseId;
  #strip;
  #bar = el("header", { className: "bar" });
  #place = el("main", { className: "screen" });
  #spoken = el("div", { className: "hidden-text", "aria-live": "polite" });
  /** @type {Screen | null} */
  #screen = null;
  #isIdle = false;
  /** @type {(() => void) | null} */
  #endPresence = null;

  /**
   * @param {HTMLElement} place
   * @param {import("./frame.js").Frame} frame
   * @param {any} entry the team's entry (docs/http.md)
   * @param {string | null} caseId the chat that the address names
   */
  constructor(place, frame, entry, caseId) {
    this.frame = frame;
    this.entry = entry;
    this.#caseId = caseId;
    this.#strip = new StatusStrip();
    const desk = el("div", { className: "desk" }, this.#bar, this.#strip.element, this.#place, this.#spoken);
    place.replaceChildren(desk);
    place.className = this.frame.isEmbedded ? "embedded" : "alone";
    this.frame.isEmbedded || later(() => import("./aside.js")).then(({ about }) => place.prepend(about(this.entry)));
    this.frame.addEventListener("change", () => this.#looked());
  }

  /** @param {any} session */
  begin(session) {
    if (session && session.organisation === this.entry.organisation.id) this.signedIn(session.guest);
    else if (this.#caseId) later(() => import("./come-back.js")).then((it) => this.show(it.comeBack(this, this.#caseId)));
    else this.show(signIn(this));
  }

  /** @returns {boolean} whether what is on the screen is seen by somebody, as far as we can know */
  get isLookedAt() {
    return document.visibilityState === "visible" && this.frame.isShown;
  }

  /** @returns {number} the server's time */
  now() {
    return this.client?.now() ?? Date.now();
  }

  /** @param {any} guest */
  signedIn(guest) {
    this.guest = guest;
    const socketURL = new URL("/v1/socket", location.href);
    socketURL.protocol = socketURL.protocol === "https:" ? "wss:" : "ws:";
    const client = new FoyerClient({
      socketURL,
      ticket: async () => (await request("POST", "/api/v1/guests/ticket")).ticket,
      storage: browserStorage(),
      device: device(),
      person: guest.id,
    });
    this.client = client;
    this.#strip.follow(client);
    client.addEventListener("state", () => this.#stateChanged());
    client.addEventListener("summary", () => this.#unreadChanged());
    client.addEventListener("gone", () => this.#unreadChanged());
    client.addEventListener("settings", () => later(() => import("./renewal.js")).then(({ renew }) => renew(this)));
    client.addEventListener("presence", (event) => this.#presenceChanged(/** @type {CustomEvent} */ (event).detail));
    client.watch();
    client.start();
    this.#endPresence = watchPresence(({ idle }) => {
      this.#isIdle = idle;
      this.#looked();
    });
    if (this.#caseId) this.openCase(this.#caseId);
    else this.goHome();
  }

  /** After the code was right: is the session kept, or did the browser refuse its cookie? */
  async verified() {
    const session = await request("GET", "/api/v1/guests/session").catch((error) => {
      if (error.code === "sign_in") return null;
      throw error;
    });
    if (session) this.signedIn(session.guest);
    else later(() => import("./blocked-cookies.js")).then((it) => this.show(it.blockedCookies(this)));
  }

  goHome() {
    this.show(home(this));
  }

  newChat() {
    this.show(newChat(this));
  }

  /** @param {string} caseId */
  openCase(caseId) {
    const summary = this.client?.cases.get(caseId);
    if (summary?.phase === "intake" && summary.missing.length > 0) this.show(identify(this, caseId));
    else this.show(this.conversation(caseId));
  }

  /** @param {string} caseId @returns {Screen} */
  conversation(caseId) {
    return new Conversation(this, caseId);
  }

  /** @returns {string | undefined} */
  get currentCase() {
    return this.#screen?.caseId;
  }

  menu() {
    openMenu(this);
  }

  async signOut() {
    const unsent = this.client?.unsentCount ?? 0;
    const isSure = await confirm({
      title: "Sign out?",
      text: unsent > 0
        ? "Messages that have not been sent yet will be lost. To read this chat again you will need a new code."
        : "To read your chats on this device again you will need a new code.",
      yes: "Sign out",
      no: "Stay signed in",
      isGrave: unsent > 0,
    });
    if (!isSure) return;
    try {
      await request("POST", "/api/v1/guests/logout");
    } catch (error) {
      if (/** @type {any} */ (error).code !== "sign_in") {
        this.say("Signing out did not work. Check your connection and try again.");
        this.#strip.warn("Signing out did not work. Check your connection and try again.");
        return;
      }
    }
    this.client?.forget();
    this.#leave();
    this.show(signIn(this));
  }

  /** @param {Screen} screen */
  show(screen) {
    this.#screen?.leave?.();
    this.#screen = screen;
    this.#place.replaceChildren(screen.element);
    this.#place.classList.toggle("is-conversation", screen.caseId !== undefined);
    this.#drawBar();
    this.#place.scrollTop = 0;
    this.#address(screen.caseId ?? null);
    this.#unreadChanged();
    const target = screen.focus === undefined ? screen.element.querySelector("h1") : screen.focus;
    if (target instanceof HTMLElement) {
      if (target.tagName === "H1") target.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
  }

  /** The screen's head has changed. */
  redraw() {
    this.#drawBar();
  }

  /** @param {string} text for who hears the page */
  say(text) {
    const line = el("p", {}, text);
    this.#spoken.append(line);
    setTimeout(() => line.remove(), 8000);
  }

  #drawBar() {
    const { team, organisation } = this.entry;
    const screen = this.#screen;
    const active = document.activeElement;
    const had = this.#bar.contains(active) ? (active?.getAttribute("aria-label") ?? null) : null;
    const [tag, title, below] = screen?.title ? ["h1", screen.title, team.name] : ["p", team.name, organisation.name];
    const unread = this.#unread();
    this.#bar.replaceChildren(
      screen?.back ? iconButton("Back", "back", screen.back) : el("span", { className: "mark" }, icon("chat")),
      el(
        "div",
        { className: "bar-text" },
        el(tag, { className: "bar-title", dir: "auto" }, title),
        el("p", {}, this.#presenceSign(), el("bdi", {}, below)),
      ),
      ...(this.client
        ? [
            iconButton(unread > 0 ? `Your chats, ${unread} unread` : "Your chats", "menu", () => this.menu(), {
              className: unread > 0 ? "icon-button has-news" : "icon-button",
              "aria-haspopup": "dialog",
            }),
          ]
        : []),
      ...(this.frame.isEmbedded ? [iconButton("Close the chat window", "close", () => this.frame.close())] : []),
    );
    if (had === null) return;
    const same = [...this.#bar.children].find((one) => one.getAttribute("aria-label") === had);
    /** @type {HTMLElement | undefined} */ (same)?.focus();
  }

  #presenceSign() {
    const { hours } = this.entry;
    const words = this.presence === "here" ? "Online" : hours.isOpen ? "Open" : "Closed";
    const tone = this.presence === "here" ? "good" : hours.isOpen ? "calm" : "off";
    const title = this.presence === "here" ? "Somebody of the team is online" : hoursInWords(hours, this.now());
    return el("span", { className: `presence ${tone}`, title }, hidden("The team is "), words);
  }

  #looked() {
    this.client?.presence({ visible: this.isLookedAt, idle: this.#isIdle });
    /** @type {any} */ (this.#screen)?.looked?.();
  }

  /** @param {any} push */
  #presenceChanged(push) {
    if (push.team !== this.entry.team.id || push.state === this.presence) return;
    this.presence = push.state;
    this.#drawBar();
  }

  #stateChanged() {
    const state = this.client?.state.state;
    if (state !== "online" && this.presence !== "unknown") {
      this.presence = "unknown";
      this.#drawBar();
    }
    if (state !== "signedOut") return;
    this.#caseId = this.#screen?.caseId ?? null;
    const again = signIn(this, "Your session has ended. Please confirm who you are again; nothing you wrote is lost.");
    this.#leave();
    this.show(again);
  }

  #leave() {
    this.client?.stop();
    this.client = null;
    this.guest = null;
    this.presence = "unknown";
    this.#endPresence?.();
    this.#strip.follow(null);
    this.#unreadChanged();
  }

  #unread() {
    let sum = 0;
    for (const { unread, id } of this.client?.cases.values() ?? []) {
      if (id !== this.#screen?.caseId || !this.isLookedAt) sum += unread;
    }
    return sum;
  }

  #unreadChanged() {
    const unread = this.#unread();
    const name = this.#screen?.title ?? this.#screen?.name;
    const { team, organisation } = this.entry;
    const here = `${team.name}, ${organisation.name}`;
    document.title = (unread > 0 ? `(${unread}) ` : "") + (name ? `${name} – ${here}` : here);
    this.frame.unread(unread);
    this.#drawBar();
  }

  /** The address names the open chat, so that a reload comes back to it. @param {string | null} caseId */
  #address(caseId) {
    if (this.guest === null) return;
    this.#caseId = caseId;
    const path = `/chat/${encodeURIComponent(this.entry.team.id)}${caseId ? `/${encodeURIComponent(caseId)}` : ""}`;
    history.replaceState(null, "", path + location.search);
  }
}

/** Only for statistics and for who helps: a guess is enough. */
function device() {
  if (!matchMedia("(pointer: coarse)").matches) return "desktop";
  return Math.min(screen.width, screen.height) < 600 ? "phone" : "tablet";
}
