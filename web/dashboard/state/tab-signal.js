/**
 * The tab's title and icon: how much calls, in numbers; on the icon a red dot while the tab is hidden.
 */
export class TabSignal {
  #icon;
  #plain;
  #shown = "";

  constructor() {
    this.#icon = /** @type {HTMLLinkElement} */ (document.querySelector('link[rel="icon"]'));
    this.#plain = this.#icon.href;
  }

  /**
   * @param {number} count
   * @param {string} place what is open
   */
  show(count, place) {
    const title = [count > 0 ? `(${count})` : "", place ? `${place} · Foyer` : "Foyer"].filter(Boolean).join(" ");
    if (document.title !== title) document.title = title;
    const badge = document.hidden && count > 0 ? (count > 9 ? "9+" : String(count)) : "";
    if (badge === this.#shown) return;
    this.#shown = badge;
    this.#icon.href = badge ? withBadge(badge) : this.#plain;
  }
}

/** @param {string} badge */
function withBadge(badge) {
  const svg = [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 44 44">',
    '<rect width="44" height="44" rx="12" fill="#0f5c58"/>',
    '<path d="M13 34V19a9 9 0 0 1 18 0v15M9 34h26" fill="none" stroke="#f3efe6" stroke-width="3" stroke-linecap="round"/>',
    '<circle cx="31" cy="13" r="13" fill="#c5281c"/>',
    `<text x="31" y="19.5" font-family="sans-serif" font-size="${badge.length > 1 ? 15 : 18}" font-weight="700" text-anchor="middle" fill="#fff">${badge}</text></svg>`,
  ].join("");
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
