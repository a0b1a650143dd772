// Asks the server and tells apart what it may answer. Knows its clock; draws nothing.
// @ts-check

const PATIENCE = 30_000; // ms that an answer is waited for
const APART = 5_000; // ms that the two clocks may differ: the server tells whole seconds

let skew = 0;

/** What did not work. code: a word of the server's, or "network" when it did not answer. */
export class Failure extends Error {
  /** @param {number} status @param {string} code @param {string} message
   * @param {Record<string, any>} [details] @param {number} [retryAfter] seconds */
  constructor(status, code, message, details = {}, retryAfter = 0) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.retryAfter = retryAfter;
  }
}

/** Now, by the server's clock.
 * @returns {number} milliseconds */
export function now() {
  return Date.now() + skew;
}

/** @typedef {{body: any, tag: string | null}} Answer */
/** @typedef {{json?: unknown, headers?: Record<string, string>, signal?: AbortSignal}} Asked */

/** One request; `signal` ends it before its time.
 * @param {string} method @param {string} path @param {Asked} [asked]
 * @returns {Promise<Answer>} throws Failure; AbortError when it was ended */
export async function call(method, path, { json, headers = {}, signal } = {}) {
  const patience = AbortSignal.timeout(PATIENCE);
  const response = await fetch(path, {
    method,
    cache: 'no-store',
    headers: json === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: json === undefined ? undefined : JSON.stringify(json),
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
  }).catch(lost(signal));
  keepTime(response.headers.get('date'));
  const text = await response.text().catch(lost(signal));
  if (!response.ok) throw refused(response.status, text, response.headers.get('retry-after'));
  return { body: text ? JSON.parse(text) : null, tag: response.headers.get('etag') };
}

/** The server said no.
 * @param {number} status @param {string} text @param {string | null} [after] seconds
 * @returns {Failure} */
export function refused(status, text, after = null) {
  /** @type {any} */
  let details = {};
  try {
    details = JSON.parse(text);
  } catch {
    // a proxy's words, not the server's
  }
  const { code = `status_${status}`, detail = '' } = details;
  return new Failure(status, code, detail, details, Number(after) || 0);
}

/** @returns {Failure} */
export function away() {
  return new Failure(0, 'network', 'the server does not answer');
}

/** What to throw when no answer came, or only a part of one.
 * @param {AbortSignal} [signal] @returns {(error: unknown) => never} */
function lost(signal) {
  return (error) => {
    throw signal?.aborted ? error : away();
  };
}

/** @param {string | null} date */
function keepTime(date) {
  const told = Date.parse(date ?? '');
  if (Number.isNaN(told)) return;
  const apart = told - Date.now();
  skew = Math.abs(apart) > APART ? apart : 0;
}
