import { FoyerError } from "./error.js";

const PATIENCE_MS = 15_000;

/**
 * Asks our own origin. Rejects with a FoyerError: the server's, or `network` when there was no answer.
 *
 * @param {"GET" | "POST" | "PUT"} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} the answer's JSON, null where it has none
 */
export async function request(method, path, body) {
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    text = await response.text();
  } catch {
    throw new FoyerError({
      code: "network",
      message: "There is no answer. Check your connection and try again.",
      retry: true,
    });
  }
  const json = parsed(text);
  if (response.ok) return json;
  const { status } = response;
  throw new FoyerError({ code: `http_${status}`, ...json?.error, retryAfterSeconds: retryAfter(json), status });
}

/** The number of seconds stands in the error, or beside it. @param {any} json */
const retryAfter = (json) => json?.error?.retryAfterSeconds ?? json?.retryAfterSeconds;

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
