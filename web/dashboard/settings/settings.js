import { h } from "../dom.js";
import { icon } from "../icons.js";
import { openDialog } from "../parts/dialog.js";
import { api } from "./api.js";
import { ownID } from "./field.js";
import { changesPage } from "./pages/changes.js";
import { memberPage, membersPage } from "./pages/members.js";
import { houseSheet, safetySheet, signInSheet, websitesSheet } from "./pages/organisation.js";
import { rolesSheet } from "./pages/roles.js";
import { teamPage, teamParts } from "./pages/team.js";

/**
 * All that an administrator sets, beside a list of its parts. The address names the part: `#/settings/teams/TEAM/hours`.
 *
 * @typedef {import("../context.js").Context} Context
 * @typedef {{element: HTMLElement, isChanged?: boolean, reload?: (how?: {isForced?: boolean}) => any}} Page
 */

const parts = /** @type {const} */ ([
  ["organisation", "Organisation", houseSheet],
  ["safety", "Safety and privacy", safetySheet],
  ["websites", "Your websites", websitesSheet],
  ["sign-in", "Sign-in", signInSheet],
  ["members", "Members", membersPage],
  ["roles", "Roles", rolesSheet],
  ["changes", "Changes", changesPage],
]);

/** @param {Context} context */
export function begin(context) {
  if (!document.querySelector('link[href="/dashboard/styles/settings.css"]')) {
    document.head.append(h("link", { rel: "stylesheet", href: "/dashboard/styles/settings.css" }));
  }
  return new Settings(context).element;
}

class Settings {
  element;
  #context;
  #list = h("ul", { class: "settings-parts" });
  #teams = h("ul", { class: "settings-parts" });
  #place = h("div", {});
  /** @type {Page | null} */
  #page = null;
  /** The address of what is shown; nothing yet is none that an address has. */
  #shown = "?";
  /** @type {{id: string, name: string, isChatOn: boolean}[]} */
  #known = [];

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    const heading = ownID("teams");
    const nav = h(
      "nav", { class: "settings-nav", "aria-label": "Settings" },
      this.#list,
      h("h2", { id: heading }, "Teams"),
      this.#teams,
      h("button", { type: "button", class: "button", onclick: () => this.#newTeam() }, "New team"),
    );
    const back = h("a", { class: "button plain settings-back back", href: "#/settings" }, icon("back"), "All settings");
    const right = h("div", { class: "settings-place" }, back, this.#place);
    this.element = h("main", { class: "settings" }, h("h1", { class: "unseen" }, "Settings"), nav, right);
    context.addEventListener("address", () => this.#onAddress());
    // Another administrator, or this one elsewhere, has set something.
    context.desk.addEventListener("settings", () => {
      this.#page?.reload?.();
      this.#loadTeams();
    });
    addEventListener("beforeunload", (event) => {
      if (this.#page?.isChanged) event.preventDefault();
    });
    this.#loadTeams();
    this.#onAddress();
  }

  get #wanted() {
    return this.#context.address.settings ?? [];
  }

  #onAddress() {
    const { settings } = this.#context.address;
    const name = settings ? settings.join("/") : null;
    if (name === this.#shown && settings) return this.#draw();
    if (this.#page?.isChanged) return this.#askBeforeLeaving(location.hash);
    if (settings) this.#show();
    else this.#forget();
  }

  /** @param {string} target where the reader wanted to go */
  #askBeforeLeaving(target) {
    if (document.querySelector("dialog[open]")) return;
    history.replaceState(null, "", `#/settings/${this.#shown}`);
    this.#context.address = { ...this.#context.address, settings: this.#shown.split("/").filter(Boolean) };
    this.#context.dispatchEvent(new Event("address"));
    openDialog({
      title: "Leave without saving?",
      body: [h("p", {}, "What you have changed here is not stored yet. It is lost if you leave.")],
      action: "Leave without saving",
      isGrave: true,
      run: async () => {
        this.#forget();
        location.hash = target;
      },
    });
  }

  #forget() {
    this.#page = null;
    this.#shown = "?";
    this.#place.replaceChildren();
  }

  #show() {
    const [first = "organisation", second, third] = this.#wanted;
    this.#shown = this.#wanted.join("/");
    this.#page = this.#make(first, second, third);
    this.#place.replaceChildren(this.#page.element);
    this.element.classList.toggle("is-start", this.#wanted.length === 0);
    /** @type {HTMLElement} */ (this.#place.parentElement).scrollTop = 0;
    this.element.scrollTop = 0;
    this.#draw();
    // On a phone the list comes first, and the part is below it.
    if (this.#wanted.length > 0) this.#place.querySelector("h2")?.focus();
  }

  /** @param {string} first @param {string | undefined} second @param {string | undefined} third @returns {Page} */
  #make(first, second, third) {
    const context = this.#context;
    if (first === "teams" && second) return teamPage(context, second, third);
    if (first === "members" && second) return memberPage(context, second);
    const [, , make] = parts.find(([name]) => name === first) ?? parts[0];
    return make(context);
  }

  #draw() {
    const [first = "organisation", second, third = "about"] = this.#wanted;
    const link = (/** @type {string} */ path, /** @type {string} */ name, /** @type {boolean} */ isHere) =>
      h("a", { href: `#/settings/${path}`, "aria-current": isHere ? "page" : null, dir: "auto" }, name);
    this.#list.replaceChildren(
      ...parts.map(([path, name]) => h("li", {}, link(path, name, path === first))),
    );
    this.#teams.replaceChildren(
      ...this.#known.map(({ id, name, isChatOn }) => {
        const isHere = first === "teams" && second === id;
        const within = h("ul", { class: "settings-parts within" },
          ...teamParts.map(([path, words]) => h("li", {}, link(`teams/${id}/${path}`, words, isHere && path === third))));
        const off = !isChatOn && h("span", { class: "hint" }, " chat off");
        return h("li", {}, h("span", { class: "line" }, link(`teams/${id}`, name, isHere), off), isHere && within);
      }),
    );
  }

  async #loadTeams() {
    try {
      this.#known = (await api.teams()).teams;
      this.#draw();
    } catch {
      // The page that is open says what is wrong.
    }
  }

  #newTeam() {
    const name = h("input", { type: "text", id: ownID("name"), autocomplete: "off", dir: "auto" });
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    openDialog({
      title: "New team",
      body: [
        h("div", { class: "field" }, h("label", { for: name.id }, "Name"), name),
        h("p", { class: "hint" }, `Guests see this name. Its chat is off until you switch it on. Its clocks are those of ${zone}.`),
      ],
      action: "Make the team",
      run: async (say) => {
        if (!name.value.trim()) {
          say(name, "Type a name.");
          return false;
        }
        const team = await api.newTeam(name.value.trim(), zone);
        await this.#loadTeams();
        this.#context.go({ settings: ["teams", team.id] });
      },
    });
    name.focus();
  }
}

