// What went wrong, in plain sentences. Pure: codes in, words out.
// @ts-check

/** @type {Record<string, string>} */
const SENTENCES = {
  network: 'The server does not answer. Check your connection and try again.',
  unavailable: 'The server cannot reach its storage right now. Try again in a moment.',
  overloaded: 'The server is busy. Try again in a moment.',
  stopping: 'The server is being stopped. Try again in a moment.',
  busy: 'Too many files are arriving at the moment. Try again in a moment.',
  queue_full: 'Too many files are waiting already. Try again when some are done.',
  internal: 'Something went wrong on the server. Its log has the details.',
  not_found: 'This does not exist, or not any more.',
  gone: 'This was kept as long as it was to be, and is gone.',
  wrong_state: 'This cannot be done with the session as it is now.',
  session_expired: 'The time for corrections is over.',
  precondition_failed: 'Somebody else has changed this in the meantime.',
  job_running: 'This session is being transcribed already.',
  no_recording: 'There is no recording to listen to.',
  cancelled: 'Cancelled.',
  too_large: 'This file is too large for this server.',
  too_long: 'This recording is too long for this server.',
  unreadable_audio: 'No audio could be read from this file.',
  upload_mismatch: 'The file changed while it was on its way. Try again.',
  upload_expired: 'The time in which the file could come is over. Try again.',
  bad_signature: 'The address for the file is not valid any more. Try again.',
  not_uploaded: 'The file has not arrived. Try again.',
  too_slow: 'The file came too slowly. Try again with a better connection.',
  cut_off: 'The connection was lost while the file was on its way.',
  empty: 'This file is empty.',
  unreachable_file: 'The file cannot be read any more. It may have been moved or deleted.',
  no_model: 'The model for this is not on the server.',
  decoder_lost: 'The server gave up reading this file.',
  timeout: 'The model took too long to answer.',
  disk: 'The server could not write to its disk.',
};

const TELLING = ['unreadable_audio', 'too_long', 'too_large', 'invalid', 'unknown_parameter'];

/** @typedef {{code?: string, message?: string, status?: number}} Told */

/** @param {Told} problem @returns {string} */
export function sentence({ code = '', message = '' }) {
  return SENTENCES[code] ?? (message ? upper(message) : 'Something went wrong.');
}

/** What the server adds to that, where it is of use: what was found, or the name of a field.
 * @param {Told} problem @returns {string} */
export function reason({ code = '', message = '' }) {
  return TELLING.includes(code) && SENTENCES[code] && message ? upper(message) : '';
}

/** Whether the same may go well a little later.
 * @param {Told} problem @returns {boolean} */
export function passing({ code = '', status = 0 }) {
  return code === 'network' || status === 429 || status >= 500;
}

/** A sentence, from the lower-case words of the server.
 * @param {string} text @returns {string} */
function upper(text) {
  const ended = /[.!?]$/u.test(text) ? text : `${text}.`;
  return ended[0].toUpperCase() + ended.slice(1);
}
