import { el, icon } from "./dom.js";
import { aroundNumber, hoursInWords, waitInWords } from "./wording.js";

/** A phone number as a link. @param {string} number */
export const call = (number) => el("a", { href: `tel:${number.replace(/[^\d+]/g, "")}`, className: "number" }, number);

/** Not for emergencies: said before the first message. @param {any} entry */
export function safetyNotice({ organisation }) {
  const { emergency, emergencyNumber } = organisation;
  const [before, after] = aroundNumber(emergency, emergencyNumber ?? "");
  return el(
    "div",
    { className: "safety", role: "note" },
    icon("alert"),
    el("p", {}, el("strong", {}, "Not for emergencies. "), before, emergencyNumber && call(emergencyNumber), after),
  );
}

/** @param {any} entry */
export function privacyNotice({ organisation }) {
  const { privacy, privacyLink } = organisation;
  const link = privacyLink && /^https?:/.test(privacyLink)
    && el("a", { href: privacyLink, target: "_blank", rel: "noopener noreferrer" }, "Privacy notice");
  return el("p", { className: "privacy" }, icon("lock"), el("span", {}, privacy, link && " ", link));
}

/** Hours and expected wait in one line. @param {any} entry @param {number} now */
export function availability(entry, now) {
  const wait = waitInWords(entry.expectedWaitMinutes);
  const later = entry.hours.isOpen ? null : "You can write at any time; we answer when we are back";
  return el(
    "p",
    { className: "availability" },
    icon("clock"),
    el("span", {}, [hoursInWords(entry.hours, now), entry.hours.isOpen ? wait : later].filter(Boolean).join(". "), "."),
  );
}
