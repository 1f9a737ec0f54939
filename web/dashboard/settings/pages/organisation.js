import { h, setText } from "../../dom.js";
import { api } from "../api.js";
import { action, box, longText, number, text } from "../field.js";
import { List } from "../list.js";
import { Sheet } from "../sheet.js";

/** @typedef {import("../../context.js").Context} Context */

/**
 * A part of the organisation's settings: what it does not show goes back as it came.
 *
 * @param {Context} context
 * @param {string} title
 * @param {string} lead
 * @param {(organisation: any, changed: () => void, answer: any) => {element: Node, parts: any[], read: () => object}} build
 */
const sheet = (context, title, lead, build) => {
  let whole = {};
  return new Sheet({
    title,
    lead,
    say: context.announce,
    load: api.organisation,
    save: async (/** @type {any} */ value, revision) => {
      // What others have set in the other parts meanwhile has another revision: then nothing is saved.
      return api.saveOrganisation({ ...whole, ...value }, revision);
    },
    build: (answer, changed) => {
      whole = answer.organisation;
      return build(answer.organisation, changed, answer);
    },
  });
};

/** @param {Context} context */
export const houseSheet = (context) =>
  sheet(context, "Organisation", "What guests and members see of the house itself.", (organisation) => {
    const name = text({ path: "name", label: "Name", value: organisation.name, autocomplete: "organization" });
    const prefix = text({
      path: "countryPrefix", label: "Country code", value: organisation.countryPrefix,
      help: "A guest’s phone number begins with it unless they type another one, as in +44.",
    });
    const chat = box({
      path: "isChatOn", label: "Guests can start new chats", value: organisation.isChatOn,
      help: "Off: no new chat can be started in any team. Chats that are open go on.",
    });
    return {
      element: group(name, prefix, chat),
      parts: [name, prefix, chat],
      read: () => ({ name: name.value, countryPrefix: prefix.value, isChatOn: chat.value }),
    };
  });

/** @param {Context} context */
export const safetySheet = (context) =>
  sheet(context, "Safety and privacy", "Guests read this before their first message, in every team.", (house) => {
    const emergency = longText({
      path: "emergency", label: "Not for emergencies", value: house.emergency,
      help: "Begins with “Not for emergencies.” by itself. Say what to do instead, in a sentence or two.",
    });
    const numberField = text({
      path: "emergencyNumber", label: "Emergency number", value: house.emergencyNumber, type: "tel",
      help: "Where it stands in the text, it can be tapped; else it is put behind it.",
    });
    const privacy = longText({ path: "privacy", label: "Privacy", value: house.privacy, rows: 5 });
    const link = text({
      path: "privacyLink", label: "Link to your privacy notice", value: house.privacyLink, type: "url",
      placeholder: "https://", help: "Optional.",
    });
    const shownSafety = h("p", { class: "preview-safety", dir: "auto" });
    const shownPrivacy = h("p", { class: "preview-privacy", dir: "auto" });
    const draw = () => {
      const telephone = numberField.value;
      const words = emergency.value;
      const isIn = telephone && words.includes(telephone);
      setText(shownSafety, `Not for emergencies. ${words}${telephone && !isIn ? ` ${telephone}` : ""}`);
      setText(shownPrivacy, `${privacy.value}${link.value ? " Privacy notice" : ""}`);
    };
    const fields = [emergency, numberField, privacy, link];
    const element = group(...fields);
    element.append(h(
      "figure", { class: "preview" }, h("figcaption", {}, "What guests see"), shownSafety, shownPrivacy,
    ));
    element.addEventListener("input", draw);
    draw();
    return {
      element,
      parts: fields,
      read: () => ({
        emergency: emergency.value, emergencyNumber: numberField.value || null, privacy: privacy.value,
        privacyLink: link.value || null,
      }),
    };
  });

/** @param {Context} context */
export const websitesSheet = (context) =>
  sheet(context, "Your websites", "Which websites may show the chat of your teams in a frame.", (organisation, changed) => {
    const origins = new List({
      path: "embeddingOrigins",
      values: organisation.embeddingOrigins,
      fresh: () => "https://",
      add: "Add a website",
      empty: "No website yet: the chat can be opened by its own address alone.",
      say: context.announce,
      changed,
      make: (value) => {
        const field = text({
          path: "", label: "Website", value, isBare: true, type: "url", placeholder: "https://www.clinic.example",
        });
        return { element: field.element, title: () => field.value, read: () => field.value, fields: [field] };
      },
    });
    const element = h(
      "div", { class: "fields" }, origins.element,
      h("p", { class: "hint" }, "Only the beginning of the address: https://, the name, and a port if there is one. Pages that are open follow with their next load."),
    );
    return {
      element,
      // The list is checked as a whole.
      parts: [origins, { find: (/** @type {string} */ path) => (path === "embeddingOrigins" ? origins.find("embeddingOrigins[0]") : null) }],
      read: () => ({ embeddingOrigins: origins.value }),
    };
  });

/** @param {Context} context */
export const signInSheet = (context) =>
  sheet(context, "Sign-in", "How long members stay signed in, and with what.", ({ signIn }, changed, { bounds }) => {
    const between = ([least, most]) => `Between ${least} and ${most}.`;
    const idle = number({
      path: "signIn.memberIdleMinutes", label: "Without use, a member is signed out after", unit: "minutes",
      value: signIn.memberIdleMinutes, help: between(bounds.memberIdleMinutes),
    });
    const longest = number({
      path: "signIn.memberLongestHours", label: "Everybody signs in again after", unit: "hours",
      value: signIn.memberLongestHours, help: between(bounds.memberLongestHours),
    });
    const factor = box({
      path: "signIn.requiresSecondFactor", label: "A second factor is needed", value: signIn.requiresSecondFactor,
      help: "Beside the password, a code from an app on the member’s phone.",
    });
    const fields = [idle, longest, factor];
    return {
      element: group(...fields),
      parts: fields,
      read: () => ({
        signIn: {
          memberIdleMinutes: idle.value, memberLongestHours: longest.value, requiresSecondFactor: factor.value,
        },
      }),
    };
  });

/** @param {import("../field.js").Field[]} fields */
export const group = (...fields) => h("div", { class: "fields" }, ...fields.map(({ element }) => element));

/** Says that it was copied, to eyes and ears. @param {string} words @param {string} value @param {(words: string) => void} say */
export function copyButton(words, value, say) {
  const button = action(words, async () => {
    try {
      await navigator.clipboard.writeText(value);
      setText(button, "Copied");
      say("Copied");
    } catch {
      setText(button, "Select the text and copy it yourself");
    }
    setTimeout(() => setText(button, words), 3000);
  });
  return button;
}
