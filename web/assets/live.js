/** The live panel of the page: shows what the lifeline tells. */
import { Lifeline } from "./lifeline.js";
import { describe, describeNext, inWords } from "./wording.js";

/** @typedef {import("./lifeline.js").Situation} Situation */
/** @typedef {import("./lifeline.js").Pulse} Pulse */

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Text is set only where it changes: an element with the same text in it again would be read aloud again.
 *
 * @param {string} id
 * @param {string | number} text
 */
function show(id, text) {
  const place = element(id);
  if (place.textContent !== String(text)) place.textContent = String(text);
}

const figures = ["round-trip", "connections", "messages", "uptime"];
const number = new Intl.NumberFormat("en");
const url = new URL("/live", location.href);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
const lifeline = new Lifeline(url);

/** @type {Situation} */
let situation = { state: "connecting", hadConnection: false, retryAt: null };

const showNext = () => show("retry", describeNext(situation, performance.now()));

lifeline.addEventListener("situation", (event) => {
  situation = /** @type {CustomEvent<Situation>} */ (event).detail;
  const { word, sentence, tone } = describe(situation);
  element("live").dataset.state = situation.state;
  element("live").dataset.tone = tone;
  show("state", word);
  show("explanation", sentence);
  showNext();
  element("now").hidden = tone === "good" || word === "Connecting";
  if (situation.state !== "connected") figures.forEach((id) => show(id, "–"));
});

lifeline.addEventListener("pulse", (event) => {
  const pulse = /** @type {CustomEvent<Pulse>} */ (event).detail;
  show("connections", number.format(pulse.connections));
  show("messages", number.format(pulse.messages));
  show("uptime", inWords(pulse.uptimeSeconds));
});

lifeline.addEventListener("roundtrip", (event) => {
  const milliseconds = /** @type {CustomEvent<number>} */ (event).detail;
  show("round-trip", milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds));
});

element("now").addEventListener("click", () => lifeline.connectNow());
setInterval(showNext, 250);
lifeline.connectNow();
