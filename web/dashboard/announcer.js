/**
 * Tells a screen reader what a seeing reader notices from the corner of their eye. What comes at once is told at once.
 */
export class Announcer {
  element = document.createElement("p");
  /** @type {string[]} */
  #words = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    this.element.className = "unseen";
    this.element.setAttribute("role", "status");
  }

  /** @param {string} words */
  say(words) {
    this.#words.push(words);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // In a busy hour the last few are enough.
      this.element.textContent = this.#words.splice(0).slice(-3).join(". ");
    }, 400);
  }
}
