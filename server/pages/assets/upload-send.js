// Brings one file to the server in three steps, and tells how it goes. Draws nothing.
// @ts-check

import { Failure, away, call, refused } from './api.js';
import { passing } from './problems.js';
import { plainName } from './upload-options.js';

const CHEAP = 32 * 2 ** 20; // bytes up to which a file is read whole for its digest
const PAUSES = [1000, 2000, 4000]; // ms before a step is tried again that failed in passing

/** @typedef {import('./upload-life.js').Happening} Happening */
/** @typedef {{method: string, url: string, headers: Record<string, string>}} Put */

/** Until its job is queued. What was announced in vain is taken back.
 * @param {File} file @param {Record<string, unknown>} options
 * @param {(happening: Happening) => void} tell @param {AbortSignal} signal
 * @returns {Promise<import('./job-words.js').Job>} throws Failure; AbortError */
export async function bring(file, options, tell, signal) {
  tell({ type: 'begun' });
  const session = await announce(file, options, signal);
  tell({ type: 'announced', session: session.id });
  try {
    await send(session.upload, file, (bytes) => tell({ type: 'sent', bytes }), signal);
    tell({ type: 'arrived' });
    return await patiently(() => complete(session.id, signal), signal);
  } catch (error) {
    void call('DELETE', `/v1/sessions/${session.id}`).catch(() => {}); // or it runs out by itself
    throw error;
  }
}

/** @param {File} file @param {Record<string, unknown>} options @param {AbortSignal} signal */
async function announce(file, options, signal) {
  if (!file.size) throw new Failure(0, 'empty', 'the file is empty');
  const sha256 = await digest(file);
  const json = {
    kind: 'upload',
    filename: plainName(file.name),
    content_type: file.type || 'application/octet-stream',
    bytes: file.size,
    ...(sha256 && { sha256 }),
    options,
  };
  const ask = () => call('POST', '/v1/sessions', { json, signal });
  return (await patiently(ask, signal)).body;
}

/** @param {string} id @param {AbortSignal} signal */
async function complete(id, signal) {
  return (await call('POST', `/v1/sessions/${id}/complete`, { signal })).body;
}

/** Of a small file, where the browser can; empty otherwise.
 * @param {File} file @returns {Promise<string>} */
async function digest(file) {
  if (file.size > CHEAP || !globalThis.crypto?.subtle) return '';
  const bytes = await file.arrayBuffer().catch(() => { throw unreadable(); });
  const found = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** By XMLHttpRequest, since fetch does not say how much of a body has gone.
 * @param {Put} put @param {File} file @param {(bytes: number) => void} told
 * @param {AbortSignal} signal @returns {Promise<void>} */
function send({ method, url, headers }, file, told, signal) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const { upload } = request;
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    upload.addEventListener('progress', ({ loaded }) => told(loaded));
    request.addEventListener('load', () => (request.status < 300 ? done() : failed(
      refused(request.status, request.responseText, request.getResponseHeader('retry-after')))));
    request.addEventListener('error', () => void lost(file).then(failed));
    request.addEventListener('abort', () => failed(signal.reason));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    signal.throwIfAborted();
    request.send(file);
  });
}

/** Why nothing came of sending it: a browser says the same of a file that was moved.
 * @param {File} file @returns {Promise<Failure>} */
function lost(file) {
  return file.slice(0, 1).arrayBuffer().then(away, unreadable);
}

/** @returns {Failure} */
function unreadable() {
  return new Failure(0, 'unreachable_file', 'the file cannot be read');
}

/** @template T @param {() => Promise<T>} step @param {AbortSignal} signal @returns {Promise<T>} */
async function patiently(step, signal) {
  for (const pause of PAUSES) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Failure) || !passing(error)) throw error;
      await slept(Math.max(pause, error.retryAfter * 1000), signal);
    }
  }
  return step();
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function slept(ms, signal) {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      failed(signal.reason);
    }, { once: true });
  });
}
