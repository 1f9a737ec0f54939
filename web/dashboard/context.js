import { formatAddress, parseAddress } from "./model/address.js";

/**
 * What every part of the page shares: the desk, the reader's preferences, and what is shown. Emits `address`.
 *
 * @typedef {import("./model/address.js").Address} Address
 */
export class Context extends EventTarget {
  desk;
  preferences;
  bell;
  announce;
  /** @type {Address} */
  address = parseAddress(location.hash);
  /** @type {import("./state/open-case.js").OpenCase | null} */
  openCase = null;

  /**
   * @param {object} with_
   * @param {import("./state/desk.js").Desk} with_.desk
   * @param {import("./state/preferences.js").Preferences} with_.preferences
   * @param {import("./state/bell.js").Bell} with_.bell
   * @param {(words: string) => void} with_.announce
   */
  constructor({ desk, preferences, bell, announce }) {
    super();
    this.desk = desk;
    this.preferences = preferences;
    this.bell = bell;
    this.announce = announce;
    addEventListener("hashchange", () => {
      this.address = parseAddress(location.hash);
      this.dispatchEvent(new Event("address"));
    });
  }

  /** @param {Partial<Address>} address */
  go(address) {
    location.hash = formatAddress(address);
  }

  /** @returns {number} the server's time */
  now() {
    return this.desk.client.now();
  }
}
