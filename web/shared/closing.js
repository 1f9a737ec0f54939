/**
 * @typedef {{then: "resume"} | {then: "authenticate"} | {then: "backoff"} | {then: "wait", ms: number} | {then: "stop"}} Verdict
 */

/** A server that asks for more than this is not taken at its word. */
const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * What a close code asks of us (docs/protocol.md, "The end").
 *
 * @param {number} code
 * @param {string} reason
 * @returns {Verdict}
 */
export function verdict(code, reason) {
  if (code >= 4000 && code <= 4099) return { then: "resume" };
  if (code >= 4100 && code <= 4199) return { then: "authenticate" };
  if (code >= 4200 && code <= 4299) {
    const ms = /^\d{1,9}$/.test(reason) ? Number(reason) : NaN;
    return Number.isNaN(ms) ? { then: "backoff" } : { then: "wait", ms: Math.min(ms, LONGEST_WAIT_MS) };
  }
  if (code >= 4300 && code <= 4399) return { then: "stop" };
  return { then: "backoff" };
}
