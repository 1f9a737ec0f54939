// The development outbox: asks every two seconds for letters, and shows those that are new on top.

import { codeIn, pieces } from "./letters.js";

const INTERVAL_MS = 2000;

/** @typedef {{id: number, at: number, channel: "sms" | "email", to: string, subject: string, text: string}} Letter */

const list = document.querySelector(".letters");
const state = document.getElementById("state");
const empty = document.getElementById("empty");
const template = document.getElementById("letter");
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
let newest = 0;

/** @param {string} text */
function linked(text) {
  return pieces(text).map((piece) => {
    if (!piece.link) return document.createTextNode(piece.text);
    const link = document.createElement("a");
    link.href = piece.text;
    link.textContent = piece.text;
    return link;
  });
}

/** @param {Letter} letter */
function entry(letter) {
  const item = template.content.firstElementChild.cloneNode(true);
  const time = item.querySelector("time");
  time.dateTime = new Date(letter.at).toISOString();
  time.textContent = clock.format(letter.at);
  item.querySelector(".channel").textContent = letter.channel === "sms" ? "SMS" : "E-mail";
  item.querySelector(".to").textContent = letter.to;
  item.querySelector(".subject").textContent = letter.subject;
  item.querySelector(".subject").hidden = !letter.subject;
  item.querySelector(".text").replaceChildren(...linked(letter.text));
  const code = codeIn(letter.text);
  const button = item.querySelector("button");
  button.hidden = !code;
  button.textContent = `Copy ${code}`;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = `Copy ${code}`), 1500);
  });
  return item;
}

/** @param {Letter[]} letters the newest first */
function show(letters) {
  const latest = letters[0]?.id ?? 0;
  // A house that was started anew counts from the beginning.
  if (latest < newest) {
    newest = 0;
    list.replaceChildren();
  }
  const fresh = letters.filter((letter) => letter.id > newest);
  list.prepend(...fresh.map(entry));
  while (list.children.length > letters.length) list.lastElementChild.remove();
  newest = latest;
  empty.hidden = letters.length > 0;
}

async function refresh() {
  try {
    const answer = await fetch("/api/v1/dev/outbox");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show((await answer.json()).letters);
    state.textContent = "Looks for new letters every two seconds.";
  } catch {
    state.textContent = "The house does not answer. Is it running?";
  }
  setTimeout(refresh, INTERVAL_MS);
}

refresh();
