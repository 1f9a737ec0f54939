import { request } from "../shared/http.js";
import { countdown } from "../shared/time.js";
import { availability, privacyNotice, safetyNotice } from "./about.js";
import { button, el } from "./dom.js";
import { field, form, setWrong, textInput } from "./field.js";

/** How long a code is good (docs/http.md): its moments are told by the server's clock, which we do not know yet. */
const CODE_MS = 5 * 60_000;

/**
 * @typedef {import("./desk.js").Desk} Desk
 * @typedef {object} Typed
 * @property {string} firstName
 * @property {string} lastName
 * @property {"phone" | "email"} kind
 * @property {string} prefix
 * @property {string} number
 * @property {string} email
 * @property {string} [challenge]
 * @property {string} [chat] the case whose guest it is (come-back.js)
 */

/**
 * Who are you, and where does the code go?
 *
 * @param {Desk} desk
 * @param {string | null} [reason] why this is asked again
 * @param {Typed} [typed] what was typed before, to be corrected
 * @returns {import("./desk.js").Screen}
 */
export function signIn(desk, reason = null, typed) {
  const { entry } = desk;
  /** @type {Typed} */
  const blank = {
    firstName: desk.guest?.firstName ?? "",
    lastName: desk.guest?.lastName ?? "",
    kind: entry.contact === "email" ? "email" : "phone",
    prefix: entry.countryPrefix,
    number: "",
    email: "",
  };
  const value = typed ?? blank;
  const first = field({
    label: "First name",
    input: textInput({ value: value.firstName, autocomplete: "given-name", dir: "auto" }),
  });
  const last = field({
    label: "Last name",
    input: textInput({ value: value.lastName, autocomplete: "family-name", dir: "auto" }),
  });
  const prefix = textInput({
    type: "tel",
    value: value.prefix,
    autocomplete: "tel-country-code",
    maxLength: 5,
    "aria-label": "Country prefix",
  });
  const help = "We send a code to it to make sure that it is you.";
  const phone = field({
    label: "Mobile number",
    help,
    input: textInput({ type: "tel", value: value.number, autocomplete: "tel-national", maxLength: 30 }),
    lead: prefix,
  });
  // What is wrong with the number may be wrong with its prefix.
  prefix.setAttribute("aria-describedby", phone.input.getAttribute("aria-describedby"));
  const email = field({
    label: "E-mail address",
    help,
    input: textInput({ type: "email", value: value.email, autocomplete: "email" }),
  });
  /** @type {"phone" | "email"} */
  let kind = value.kind;
  const fields = { firstName: first, lastName: last, phone, email };
  const other = () => choose(kind === "phone" ? "email" : "phone", true);
  const choice = button("", "link", other, { hidden: entry.contact !== "either" });
  const choose = (/** @type {"phone" | "email"} */ what, isAsked = false) => {
    kind = what;
    phone.element.hidden = what !== "phone";
    email.element.hidden = what !== "email";
    choice.textContent = what === "phone" ? "Use an e-mail address instead" : "Use a mobile number instead";
    if (isAsked) fields[what].input.focus();
  };
  choose(kind);

  const asked = () => ({
    firstName: first.input.value.trim(),
    lastName: last.input.value.trim(),
    kind,
    prefix: prefix.value.trim(),
    number: phone.input.value.trim(),
    email: email.input.value.trim(),
    challenge: typed?.challenge,
  });

  const sheet = form({
    children: [el("div", { className: "pair" }, first.element, last.element), phone.element, email.element, choice],
    action: "Send me a code",
    submit: async () => {
      const wanted = asked();
      const isNumber = kind !== "phone" || wanted.number.replace(/\D/g, "").length > 3;
      const isLost = kind === "phone" && !isInternational(wanted.number) && countryDigits(wanted.prefix) === "";
      setWrong(prefix, isLost);
      const lacking = isLost ? "Please enter the country prefix, as in +44." : null;
      const isAddress = kind !== "email" || /^\S+@\S+$/.test(wanted.email);
      const isLacking = [
        first.fail(wanted.firstName ? null : "Please enter your first name."),
        last.fail(wanted.lastName ? null : "Please enter your last name."),
        phone.fail(isNumber ? lacking : "Please enter your mobile number."),
        email.fail(isAddress ? null : "Please enter your e-mail address, as in name@example.org."),
      ];
      if (isLacking.some(Boolean)) return;
      desk.show(enterCode(desk, wanted, await sendCode(desk, wanted)));
    },
    failed: (error) => {
      const isOfContact = error.code === "too_soon" || error.code === "too_many_codes";
      const at = fields[/** @type {keyof typeof fields} */ (isOfContact ? kind : error.field)];
      return at !== undefined && at.fail(error.message);
    },
  });

  const element = el(
    "div",
    { className: "page sign-in" },
    el("h1", {}, reason ? "Welcome back" : "Talk to us"),
    reason && el("p", { className: "notice", role: "status" }, reason),
    availability(entry, Date.now()),
    safetyNotice(entry),
    sheet.element,
    privacyNotice(entry),
  );
  return { element, name: "Your name", focus: typed ? fields[kind].input : undefined };
}

/** With its country's prefix. @param {string} number */
const isInternational = (number) => /^(?:\+|00)/.test(number.replace(/[^\d+]/g, ""));

/** @param {string} prefix as in +44, 0044 or 44 */
const countryDigits = (prefix) => prefix.replace(/\D/g, "").replace(/^0+/, "");

/** @param {Typed} typed */
function contactOf({ kind, prefix, number, email }) {
  if (kind === "email") return email;
  const digits = number.replace(/[^\d+]/g, "");
  if (isInternational(number)) return digits.replace(/^00/, "+");
  const country = `+${countryDigits(prefix)}`;
  // The zero before a national number is dialled at home only, except in Italy, where it is part of it.
  return country + (country === "+39" ? digits : digits.replace(/^0/, ""));
}

/** @param {Desk} desk @param {Typed} typed */
export async function sendCode(desk, typed) {
  const { firstName, lastName, kind, challenge, chat } = typed;
  const body = { team: desk.entry.team.id, firstName, lastName, [kind]: contactOf(typed), challenge, case: chat };
  return request("POST", chat ? "/api/v1/guests/code/case" : "/api/v1/guests/code", body);
}

/**
 * @param {Desk} desk
 * @param {Typed} typed
 * @param {{challenge: string, to: string, expiresAt: number, resendAt: number}} sent
 * @returns {import("./desk.js").Screen}
 */
export function enterCode(desk, typed, sent) {
  const code = field({
    label: "Your 6-digit code",
    input: textInput({
      className: "code",
      inputMode: "numeric",
      autocomplete: "one-time-code",
      placeholder: "000000",
      dir: "ltr",
    }),
  });
  const news = el("p", { className: "help", role: "status" });
  const resend = button("", "link", () => again());
  let { challenge } = sent;
  let resendAt = 0;
  let isTried = "";

  const tick = () => {
    const left = (resendAt - Date.now()) / 1000;
    resend.disabled = left > 0;
    resend.textContent = left > 0 ? `Send a new code in ${countdown(left)}` : "Send a new code";
  };
  const note = (/** @type {{expiresAt: number, resendAt: number, challenge: string}} */ answer) => {
    challenge = answer.challenge;
    const pause = answer.resendAt - (answer.expiresAt - CODE_MS);
    resendAt = Date.now() + Math.min(Math.max(0, pause), CODE_MS);
    tick();
  };
  const again = async () => {
    try {
      note(await sendCode(desk, { ...typed, challenge }));
      isTried = "";
      news.textContent = "A new code is on its way. Only the newest one works.";
      code.fail(null);
      code.input.value = "";
      code.input.focus();
    } catch (error) {
      const { message, retryAfterSeconds } = /** @type {any} */ (error);
      if (retryAfterSeconds > 0) resendAt = Date.now() + retryAfterSeconds * 1000;
      tick();
      code.fail(message);
    }
  };

  const sheet = form({
    children: [code.element],
    action: "Continue",
    submit: async () => {
      const digits = code.input.value;
      if (code.fail(digits.length === 6 ? null : "The code has 6 digits.")) return;
      isTried = digits;
      await request("POST", "/api/v1/guests/verify", { challenge, code: digits });
      await desk.verified();
    },
    failed: (error) => {
      if (error.code !== "bad_code" && error.code !== "code_expired") return false;
      const left = error.triesLeft;
      const tries = left > 0 ? ` ${left === 1 ? "One try is" : `${left} tries are`} left.` : "";
      const isWrong = error.code === "bad_code";
      code.fail(isWrong ? `This code is not right.${tries}` : "This code no longer works. Please ask for a new one.");
      code.input.select();
      return true;
    },
    also: [
      el(
        "div",
        { className: "links" },
        resend,
        button(typed.kind === "phone" ? "Change number" : "Change address", "link", () => change()),
      ),
      news,
    ],
  });
  const change = () => desk.show(signIn(desk, null, { ...typed, challenge }));
  code.input.addEventListener("input", () => {
    const digits = code.input.value.replace(/\D/g, "").slice(0, 6);
    if (code.input.value !== digits) code.input.value = digits;
    if (digits.length === 6 && digits !== isTried) sheet.element.requestSubmit();
  });

  note(sent);
  const ticking = setInterval(tick, 500);
  const element = el(
    "div",
    { className: "page" },
    el("h1", {}, "Enter your code"),
    el("p", { className: "lead" }, "Sent to ", el("strong", { dir: "ltr" }, sent.to), ". It is good for 5 minutes."),
    sheet.element,
  );
  return { element, name: "Your code", back: change, focus: code.input, leave: () => clearInterval(ticking) };
}
