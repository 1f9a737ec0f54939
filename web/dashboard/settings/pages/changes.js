import { h, setText } from "../../dom.js";
import { moment } from "../../../shared/time.js";
import { api } from "../api.js";

const words = {
  "organisation.created": "made the organisation", "organisation.changed": "changed the organisation",
  "team.created": "made the team", "team.changed": "changed the team", "member.created": "made the member",
  "member.changed": "changed the member", "member.added": "added to a team the member",
  "member.removed": "removed from a team the member",
};

/** Who has changed what. @param {import("../../context.js").Context} context */
export function changesPage(context) {
  const list = h("ol", { class: "changes" });
  const state = h("p", { class: "hint", role: "status" }, "Loading …");
  const element = h(
    "section", { class: "settings-page" }, h("h2", { tabindex: -1 }, "Changes"),
    h("p", { class: "lead" }, "The newest changes of settings, from the audit trail. Of texts, it keeps fingerprints (#) alone."),
    state, list,
  );
  const reload = async () => {
    try {
      const { changes } = await api.changes();
      setText(state, changes.length === 0 ? "Nothing has been changed lately." : "");
      list.replaceChildren(...changes.map((/** @type {any} */ change) => {
        const what = words[/** @type {keyof words} */ (change.action)] ?? change.action;
        const who = h("strong", { dir: "auto" }, change.by?.name ?? "The operator");
        const time = h("time", {}, moment(change.at, context.now()));
        return h("li", {}, h("p", {}, who, ` ${what} `, h("bdi", {}, change.subject), " ", time),
          change.detail && h("p", { class: "hint" }, change.detail));
      }));
    } catch (error) {
      setText(state, /** @type {any} */ (error).message);
    }
  };
  reload();
  return { element, reload };
}
