import { views } from "./inbox.js";

/**
 * What the page shows, as its address names it: `#/mine`, `#/all/CASE`, `#/all/CASE/timeline?team=TEAM`, and for
 * administrators `#/settings/PLACE`.
 *
 * @typedef {import("./inbox.js").View} View
 * @typedef {"" | "guest" | "timeline"} Pane
 * @typedef {{view: View, caseID: string | null, pane: Pane, team: string | null, settings?: string[]}} Address
 *
 * @param {string} hash
 * @returns {Address}
 */
export function parseAddress(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/u, "").split("?");
  const [view, caseID, pane, ...rest] = path.split("/").map(decode);
  if (view === "settings") {
    const settings = [caseID, pane, ...rest].filter((part) => part !== undefined && part !== "");
    return { view: "mine", caseID: null, pane: "", team: null, settings };
  }
  return {
    view: views.find((known) => known === view) ?? "mine",
    caseID: caseID || null,
    pane: pane === "guest" || pane === "timeline" ? pane : "",
    team: new URLSearchParams(query).get("team") || null,
  };
}

/** @param {Partial<Address>} address */
export function formatAddress({ view = "mine", caseID = null, pane = "", team = null, settings }) {
  if (settings) return `#/${["settings", ...settings].map(encodeURIComponent).join("/")}`;
  const parts = caseID ? [view, encodeURIComponent(caseID), pane] : [view];
  const query = team ? `?${new URLSearchParams({ team })}` : "";
  return `#/${parts.filter(Boolean).join("/")}${query}`;
}

/**
 * Somebody may have typed it.
 *
 * @param {string} part
 */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
