import { FoyerError } from "../error.js";

/**
 * Sends a file to our own origin and tells how far it is. `fetch` cannot say that of what it sends.
 *
 * @param {object} options
 * @param {"guests" | "members"} options.side
 * @param {string} options.caseId
 * @param {File} options.file
 * @param {(share: number) => void} options.progress from 0 to 1
 * @param {AbortSignal} options.signal
 * @returns {Promise<any>} the file as the server has it (docs/http.md)
 */
export function upload({ side, caseId, file, progress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ case: caseId, name: file.name });
    request.open("POST", `/api/v1/${side}/files?${query}`);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const answer = request.response;
      if (request.status === 201 && answer?.file) resolve(answer.file);
      else reject(new FoyerError({ code: `http_${request.status}`, ...answer?.error }));
    };
    request.onerror = () => {
      const message = "The connection broke off. Check it, and try again.";
      reject(new FoyerError({ code: "network", message, retry: true }));
    };
    request.onabort = () => reject(new FoyerError({ code: "cancelled", message: "Cancelled." }));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

const units = ["bytes", "KB", "MB", "GB"];

/** @param {number} bytes */
export function inWords(bytes) {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < 3) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
