import { h } from "../../dom.js";
import { api } from "../api.js";
import { action } from "../field.js";
import { copyButton } from "./organisation.js";

/**
 * How guests come to the team: its address, a QR code to print, and what a website needs to show the chat.
 *
 * @param {import("../../context.js").Context} context
 * @param {string} id
 */
export function entrancePage(context, id) {
  const place = h("div", { class: "fields" }, h("p", { class: "hint", role: "status" }, "Loading …"));
  const element = h(
    "section", { class: "settings-page" }, h("h2", { tabindex: -1 }, "Link and QR code"),
    h("p", { class: "lead" }, "How guests come to this team: by a link, from a poster, or on your website."), place,
  );
  const reload = async () => {
    try {
      const [team, house] = await Promise.all([api.team(id), api.organisation()]);
      place.replaceChildren(...parts(team, house.organisation, context.announce));
    } catch (error) {
      place.replaceChildren(h("p", { class: "error", role: "alert" }, /** @type {any} */ (error).message));
    }
  };
  reload();
  return { element, reload };
}

/** @param {any} team @param {any} house @param {(words: string) => void} say */
function parts({ about, chat, snippet, id }, house, say) {
  const address = h("output", { class: "copyable" }, chat);
  const code = h("img", { src: `/qr/${id}.svg?size=240`, width: 240, height: 240, alt: `QR code of ${chat}` });
  const download = (/** @type {string} */ kind, /** @type {string} */ words) =>
    h("a", { class: "button", href: `/qr/${id}.${kind}?size=2048`, download: `${about.name}.${kind}` }, words);
  const websites = house.embeddingOrigins.length > 0
    ? `Shown on: ${house.embeddingOrigins.join(", ")}. `
    : "No website may show it yet. ";
  const off = about.isChatOn && house.isChatOn
    ? null
    : h("p", { class: "notice" }, "The chat is off: guests who come here cannot start one.");
  return [
    off ?? "",
    h("h3", {}, "Link"), h("div", { class: "copy-line" }, address, copyButton("Copy the link", chat, say)),
    h("h3", {}, "QR code"),
    h("div", { class: "qr" }, code, h(
      "div", { class: "qr-actions" }, download("png", "Download as PNG"), download("svg", "Download as SVG"),
      action("Print a poster", () => print()),
    )),
    h(
      "section", { class: "poster", "aria-hidden": "true" }, h("p", { class: "poster-house" }, house.name),
      h("p", { class: "poster-team" }, about.name), h("img", { src: `/qr/${id}.svg?size=480`, alt: "" }),
      h("p", {}, "Scan this code with your phone’s camera to chat with us."), h("p", { class: "poster-link" }, chat),
      h("p", { class: "poster-safety" }, `Not for emergencies. ${house.emergency}`),
    ),
    h("h3", {}, "On your website"),
    h("p", { class: "hint" }, websites, h("a", { href: "#/settings/websites" }, "Your websites")),
    h("pre", { class: "copyable", tabindex: 0 }, h("code", {}, snippet)), copyButton("Copy the snippet", snippet, say),
  ];
}

