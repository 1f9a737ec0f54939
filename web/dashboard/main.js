import { FoyerClient } from "../shared/client.js";
import { watchPresence } from "../shared/presence-watch.js";
import { browserStorage } from "../shared/store.js";
import { Announcer } from "./announcer.js";
import { Context } from "./context.js";
import { h } from "./dom.js";
import { DeskView } from "./parts/desk-view.js";
import { openDialog } from "./parts/dialog.js";
import { SignIn } from "./parts/sign-in.js";
import { payAttention } from "./state/attention.js";
import { Bell } from "./state/bell.js";
import { Desk } from "./state/desk.js";
import { Preferences } from "./state/preferences.js";
import { session } from "./state/session.js";
import { TabSignal } from "./state/tab-signal.js";

const root = /** @type {HTMLElement} */ (document.getElementById("root"));
const storage = browserStorage();

/** @param {{id: string, name: string}} me */
function showDesk(me) {
  const address = new URL("/v1/socket", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const client = new FoyerClient({
    socketURL: address, ticket: session.ticket, storage, device: deviceKind(), person: me.id,
  });
  const desk = new Desk(client, me);
  const preferences = new Preferences(storage);
  const bell = new Bell(preferences, storage);
  const announcer = new Announcer();
  const announce = (/** @type {string} */ words) => announcer.say(words);
  const context = new Context({ desk, preferences, bell, announce });
  const view = new DeskView(context, () => signOut(client));
  payAttention({
    desk, bell, announce, signal: new TabSignal(),
    shown: () => ({ openCase: context.openCase?.id ?? null, place: view.place }),
  });
  client.addEventListener("state", () => {
    if (client.state.state === "signedOut") askAgain(client, me);
  });
  watchPresence((presence) => client.presence(presence));
  root.replaceChildren(view, announcer.element);
  desk.start();
}

function showSignIn() {
  document.title = "Sign in · Foyer";
  const signIn = async (/** @type {string} */ email, /** @type {string} */ password) => {
    showDesk(await session.signIn(email, password));
  };
  const lead = "The team’s side of the front desk.";
  root.replaceChildren(h("main", { class: "gate" }, new SignIn({ title: "Sign in", lead, signIn })));
}

/**
 * The session is over, the page is not: what was begun stays where it is, under the form.
 *
 * @param {FoyerClient} client
 * @param {{id: string, name: string}} me
 */
function askAgain(client, me) {
  if (document.querySelector("dialog.over")) return;
  const signIn = async (/** @type {string} */ email, /** @type {string} */ password) => {
    const member = await session.signIn(email, password);
    // Somebody else sits here now, and nothing of the first one's may stay in view.
    if (member.id !== me.id) return location.reload();
    dialog.close();
    client.retryNow();
  };
  const title = "Please sign in again";
  const lead = "Your session has ended. What you have written is kept.";
  const form = new SignIn({ title, lead, signIn });
  const dialog = h("dialog", { class: "dialog over", "aria-label": title, onclose: () => dialog.remove() }, form);
  // Escape would leave a page that looks alive and is not.
  dialog.addEventListener("cancel", (/** @type {Event} */ event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {FoyerClient} client */
async function signOut(client) {
  if (client.unsentCount > 0) {
    openDialog({
      title: "Sign out now?",
      body: [h("p", {}, "Some of your messages have not been sent. They are lost if you sign out now.")],
      action: "Sign out",
      isGrave: true,
      run: () => leave(client),
    });
    return;
  }
  try {
    await leave(client);
  } catch (error) {
    openDialog({
      title: "You are still signed in",
      body: [h("p", {}, /** @type {Error} */ (error).message)],
      action: "Try again",
      run: () => leave(client),
    });
  }
}

/** @param {FoyerClient} client */
async function leave(client) {
  await session.signOut();
  client.forget();
  client.stop();
  location.assign("/dashboard");
}

function deviceKind() {
  if (!matchMedia("(pointer: coarse)").matches) return "desktop";
  return Math.min(screen.width, screen.height) < 600 ? "phone" : "tablet";
}

async function begin() {
  try {
    const me = await session.current();
    if (me) showDesk(me);
    else showSignIn();
  } catch (error) {
    const reload = () => location.reload();
    const again = h("button", { type: "button", class: "button primary", onclick: reload }, "Try again");
    const words = h("p", { role: "alert" }, /** @type {Error} */ (error).message);
    const form = h("div", { class: "sign-in" }, h("h1", {}, "Foyer"), words, again);
    root.replaceChildren(h("main", { class: "gate" }, form));
  }
}

begin();
