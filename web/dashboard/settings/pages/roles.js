import { h } from "../../dom.js";
import { api } from "../api.js";
import { box, text } from "../field.js";
import { List } from "../list.js";
import { Sheet } from "../sheet.js";

/** @type {[string, string][]} */
export const permissions = [
  ["settings", "Change settings (administrator)"],
  ["audit", "See who has changed what"],
  ["readChats", "Read the chats of their teams"],
  ["sendChats", "Claim chats and write in them"],
  ["supervise", "Be a supervisor where that is their rank"],
  ["readClients", "Read what client organisations write"],
  ["sendToClients", "Write to client organisations"],
];

/** @param {import("../../context.js").Context} context */
export const rolesSheet = (context) =>
  new Sheet({
    title: "Roles",
    lead: "A role says what its members may do; in which teams, and with which rank, stands with each member.",
    say: context.announce,
    load: api.roles,
    save: (value, revision) => api.saveRoles(value, revision),
    build: (answer, changed) => {
      const own = answer.roles.filter((/** @type {any} */ role) => role.isOurs);
      const usual = answer.roles.filter((/** @type {any} */ role) => !role.isOurs);
      const list = new List({
        path: "roles",
        values: own,
        fresh: () => ({ id: null, name: "", permissions: ["readChats"] }),
        add: "Add a role",
        empty: "You have no roles of your own.",
        say: context.announce,
        changed,
        make: (role) => {
          const name = text({ path: "name", label: "Name", value: role.name });
          const boxes = permissions.map(([id, label]) => ({
            id, field: box({ path: id, label, value: role.permissions.includes(id) }),
          }));
          return {
            element: h("div", { class: "fields" }, name.element, ...boxes.map(({ field }) => field.element)),
            title: () => name.value,
            read: () => ({
              id: role.id, name: name.value, permissions: boxes.filter(({ field }) => field.value).map(({ id }) => id),
            }),
            fields: [name],
          };
        },
      });
      const always = usual.map((/** @type {any} */ role) => h(
        "div", {}, h("dt", {}, role.name),
        h("dd", {}, permissions.filter(([id]) => role.permissions.includes(id)).map(([, label]) => label).join(" · ")),
      ));
      return {
        element: h("div", {}, h("dl", { class: "usual-roles" }, ...always), h("h3", {}, "Your own"), list.element),
        parts: [list],
        read: () => list.value,
      };
    },
  });
