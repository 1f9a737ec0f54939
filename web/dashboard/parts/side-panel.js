import { h, set } from "../dom.js";
import { icon } from "../icons.js";
import { formatAddress } from "../model/address.js";
import { coalesced } from "../redraw.js";
import { CaseTimeline } from "./case-timeline.js";
import { GuestPanel } from "./guest-panel.js";

/**
 * Beside the conversation: the guest, or the case's timeline.
 *
 * @typedef {import("../context.js").Context} Context
 */
export class SidePanel extends HTMLElement {
  #context;
  #back = h("a", { class: "button plain round back", "aria-label": "Back to the conversation" }, icon("back"));
  #toGuest = h("a", { class: "tab" }, "Guest");
  #toTimeline = h("a", { class: "tab" }, "Timeline");
  #body = h("div", { class: "panel-body", tabindex: 0, role: "region", "aria-label": "About this conversation" });
  #guest;
  #timeline;
  #redraw = coalesced(() => this.#draw());

  /** @param {Context} context */
  constructor(context) {
    super();
    this.#context = context;
    this.#guest = new GuestPanel(context);
    this.#timeline = new CaseTimeline(context);
    this.#body.append(this.#guest, this.#timeline);
    const label = "About this conversation";
    this.append(
      h("nav", { class: "tabs panel-tabs", "aria-label": label }, this.#back, this.#toGuest, this.#toTimeline),
      this.#body,
    );
  }

  connectedCallback() {
    for (const name of ["inbox", "presence", "welcome"]) this.#context.desk.addEventListener(name, this.#redraw);
    this.#context.addEventListener("address", this.#redraw);
    setInterval(this.#redraw, 20_000);
    this.begin();
  }

  begin() {
    const open = this.#context.openCase;
    for (const name of ["log", "guest", "presence"]) open?.addEventListener(name, this.#redraw);
    this.#body.scrollTop = 0;
    this.#timeline.begin();
    this.#draw();
  }

  focusTab() {
    this.#draw();
    this.querySelector(".tab[aria-current]")?.focus();
  }

  #draw() {
    const { address, openCase } = this.#context;
    this.hidden = !openCase?.summary;
    if (!openCase?.summary) return;
    const isTimeline = address.pane === "timeline";
    const to = (/** @type {"" | "guest" | "timeline"} */ pane) => formatAddress({ ...address, pane });
    set(this.#back, { href: to("") });
    set(this.#toGuest, { href: to("guest"), "aria-current": isTimeline ? null : "page" });
    set(this.#toTimeline, { href: to("timeline"), "aria-current": isTimeline ? "page" : null });
    this.#guest.hidden = isTimeline;
    this.#timeline.hidden = !isTimeline;
    if (isTimeline) this.#timeline.update();
    else this.#guest.update();
  }
}

customElements.define("foyer-side-panel", SidePanel);
