import { h, setText } from "../../dom.js";
import { api } from "../api.js";
import { box, choice, text } from "../field.js";
import { Sheet } from "../sheet.js";

/** @typedef {import("../../context.js").Context} Context */

/** Everybody, and what they may do. @param {Context} context */
export function membersPage(context) {
  const rows = h("tbody", {});
  const state = h("p", { class: "hint", role: "status" }, "Loading …");
  const head = ["Name", "Role", "Teams"].map((words) => h("th", { scope: "col" }, words));
  const table = h("table", { class: "members" }, h("thead", {}, h("tr", {}, ...head)), rows);
  const element = h(
    "section", { class: "settings-page" }, h("h2", { tabindex: -1 }, "Members"),
    h("p", { class: "lead" }, "Who can sign in, what they may do, and for which teams they work."), state, table,
  );
  const reload = async () => {
    try {
      const [{ members, roles }, { teams }] = await Promise.all([api.members(), api.teams()]);
      const nameOf = new Map(teams.map((/** @type {any} */ team) => [team.id, team.name]));
      const roleOf = new Map(roles.map((/** @type {any} */ role) => [role.id, role.name]));
      setText(state, "");
      rows.replaceChildren(...members.map((/** @type {any} */ member) => {
        const work = member.teams.map((/** @type {any} */ { id, rank }) =>
          `${nameOf.get(id) ?? "?"}${rank === "supervisor" ? " (supervisor)" : ""}`);
        const link = h("a", { href: `#/settings/members/${member.id}`, dir: "auto" }, member.name);
        return h(
          "tr", { class: member.isActive ? null : "is-off" },
          h("th", { scope: "row" }, link, h("span", { class: "hint" }, member.email)),
          h("td", { "data-label": "Role" }, member.isActive ? (roleOf.get(member.role) ?? "–") : "Deactivated"),
          h("td", { "data-label": "Teams", dir: "auto" }, work.join(", ") || "–"),
        );
      }));
    } catch (error) {
      setText(state, /** @type {any} */ (error).message);
    }
  };
  reload();
  return { element, reload };
}

/** @param {Context} context @param {string} id */
export function memberPage(context, id) {
  const load = async () => {
    const [{ members, roles }, { teams }] = await Promise.all([api.members(), api.teams()]);
    const member = members.find((/** @type {any} */ one) => one.id === id);
    if (!member) throw new Error("There is no such member.");
    return { ...member, roles, all: teams };
  };
  const page = new Sheet({
    title: "Member",
    lead: "What is changed here holds at once, also for whoever is signed in. Chats that they may not handle any more go back to the queue.",
    say: context.announce,
    load,
    save: async (value, revision) => {
      await api.saveMember(id, value, revision);
      return load();
    },
    build: (answer) => {
      const name = text({ path: "name", label: "Name", value: answer.name });
      const role = choice({
        path: "role", label: "Role", value: answer.role,
        choices: answer.roles.map((/** @type {any} */ one) => [one.id, one.name]),
      });
      const active = box({
        path: "isActive", label: "Can sign in", value: answer.isActive,
        help: "Off: all their sessions end, and they cannot come in. What they wrote stays.",
      });
      const ranks = answer.all.map((/** @type {any} */ team) => ({
        id: team.id,
        field: choice({
          path: `teams.${team.id}`, label: team.name,
          value: answer.teams.find((/** @type {any} */ one) => one.id === team.id)?.rank ?? "",
          choices: [["", "Not in this team"], ["member", "Member"], ["supervisor", "Supervisor"]],
        }),
      }));
      return {
        element: h(
          "div", { class: "fields" },
          h("p", { class: "hint" }, answer.email),
          name.element, role.element,
          h("fieldset", { class: "group" }, h("legend", {}, "Teams"), ...ranks.map((/** @type {any} */ { field }) => field.element)),
          active.element,
          h("p", {}, h("a", { href: "#/settings/members" }, "All members")),
        ),
        parts: [name, role, active],
        read: () => ({
          name: name.value, role: role.value, isActive: active.value,
          teams: ranks.filter((/** @type {any} */ { field }) => field.value).map((/** @type {any} */ one) => ({ id: one.id, rank: one.field.value })),
        }),
      };
    },
  });
  return page;
}
