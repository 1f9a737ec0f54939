import { request } from "../../shared/http.js";
import { moment } from "../../shared/time.js";
import { h, set, setText } from "../dom.js";
import { formatAddress } from "../model/address.js";
import { failureWords } from "../model/failure-words.js";
import { failedLetterWords } from "../model/letter-words.js";
import { openSheet } from "./dialog.js";

/**
 * SMS and e-mails that have failed for good, for administrators: what each was about, why it failed, and a button to send
 * it again.
 *
 * @typedef {import("../context.js").Context} Context
 * @typedef {import("../model/letter-words.js").Letter} Letter
 * @param {Context} context
 */
export function openLetters(context) {
  const list = h("ul", { class: "failed-letters" });
  const news = h("p", { class: "hint", role: "status" }, "Looking …");
  const more = h("button", { type: "button", class: "button", hidden: true }, "Show older ones");
  /** @type {string | null} */
  let next = null;

  const load = async () => {
    try {
      const page = await request("GET", `/api/v1/letters${next ? `?before=${encodeURIComponent(next)}` : ""}`);
      next = page.next;
      list.append(...page.letters.map((/** @type {Letter} */ letter) => row(context, letter)));
      more.hidden = next === null;
      setText(news, list.childElementCount > 0 ? "" : "Nothing has failed: all letters have gone out.");
    } catch (error) {
      setText(news, failureWords(error));
    }
  };
  more.addEventListener("click", load);
  openSheet("Letters that failed", [
    h("p", { class: "hint" }, "SMS and e-mails to guests and members that could not be sent, or did not arrive."),
    news, list, more,
  ]);
  return load();
}

/**
 * @param {Context} context
 * @param {Letter} letter
 */
function row(context, letter) {
  const { what, why } = failedLetterWords(letter);
  const state = h("span", { role: "status", class: "letter-state" });
  const again = h("button", { type: "button", class: "button" }, "Send again");
  again.addEventListener("click", async () => {
    if (again.getAttribute("aria-disabled") === "true") return;
    set(again, { "aria-disabled": "true" });
    try {
      await request("POST", "/api/v1/letters/again", { letter: letter.id });
      setText(state, "On its way");
      again.hidden = true;
    } catch (error) {
      setText(state, failureWords(error));
      set(again, { "aria-disabled": null });
    }
  });
  const when = moment(letter.at ?? letter.dueAt, context.now());
  const place = letter.case
    ? h("a", { href: formatAddress({ view: "all", caseID: letter.case, pane: "timeline" }) }, letter.team ?? "The case")
    : h("span", {}, letter.team ?? "");
  return h(
    "li",
    {},
    h("div", { class: "letter-words" }, h("strong", {}, what), h("p", {}, place, ` · ${when}`), h("p", {}, why)),
    h("div", { class: "letter-actions" }, again, state),
  );
}
