// What the speaker's page says of its state and of each trouble, with the ways on. Pure.
// @ts-check

import { length } from './times.js';

/** @typedef {import('./speak-state.js').State} State */
/** @typedef {'again'|'websocket'|'microphone'|'file'|'room'|'token'|'upload'|'session'} Way */
/**
 * @typedef {object} Words
 * @property {string} title
 * @property {string} text what somebody can do about it
 * @property {Way[]} ways the best one first
 */

/** Causes that end by themselves, so that it is tried again without being asked. */
const PASSING = new Set(['overloaded', 'storage_unavailable']);

/** @type {Record<string, [string, string, ...Way[]]>} */
const TROUBLES = {
  microphone_denied: ['The microphone is blocked',
    'Allow it for this page, by the icon beside the address, and start again.', 'again', 'file'],
  microphone_no_device: ['There is no microphone',
    'Connect one and start again, or take the sound of a tab or of a file.', 'again', 'file'],
  microphone_in_use: ['The microphone is in use',
    'Another program has it to itself. Close that program, or choose another microphone.', 'again'],
  tab_denied: ['Nothing is shared',
    'Start again, choose a tab, and let its sound be shared too.', 'again', 'microphone'],
  tab_no_tab_audio: ['The tab came without its sound',
    'Start again, choose a tab and not a window, and switch on “Also share tab audio”.',
    'again', 'microphone'],
  tab_unsupported: ['This browser does not share the sound of tabs',
    'Chrome and Edge on a computer do. Or use the microphone.', 'microphone', 'file'],
  file_not_audio: ['This file has no sound that can be played here',
    'Choose another one. The server reads more kinds than a browser: upload it for a transcript.',
    'file', 'upload'],
  file_missing: ['No file is chosen', 'Choose one, or drop it on this page.', 'file'],
  insecure: ['The page is not secure enough for a microphone',
    'Browsers give it to https pages only, and to this machine’s own. Open the page by https.'],
  unsupported: ['This browser cannot record sound',
    'A present version of Firefox, Chrome, Edge or Safari can.', 'upload'],

  unauthorized: ['The server wants a token', 'Enter the one that you were given.', 'token'],
  forbidden: ['The token does not allow this', 'Enter another one.', 'token'],
  taken_over: ['The session goes on elsewhere',
    'Another window or device has taken it over. Nothing is lost.', 'session', 'again'],
  unknown_session: ['The session is over',
    'It waited for this page too long. What the server had until then is safe.',
    'session', 'again'],
  overloaded: ['All places are taken', 'The server has as many speakers as it can hear.', 'again'],
  storage_unavailable: ['The server cannot reach its storage',
    'It begins nothing new until it can.', 'again'],
  storage_full: ['The server’s disk is full', 'Nothing more could be kept safe.',
    'again', 'session'],
  unreachable: ['The server does not answer', 'Look at your network, and start again.', 'again'],
  gone: ['The server was away for too long',
    'It did not come back while this page could wait. What it had until then is safe.',
    'again', 'session'],
  no_websocket: ['Live connections do not get through',
    'Something between here and the server, a proxy perhaps, lets no WebSocket pass.', 'again'],
  bad_message: ['The server refused the settings', 'It says:', 'again'],
  internal: ['The server failed', 'What it had until then is safe. Its log has the story.',
    'again', 'session'],

  room_busy: ['Somebody speaks in this room already',
    'Choose another name, or wait until it is free.', 'room', 'again'],
  no_webrtc: ['This browser has no WebRTC', 'WebSocket works too, and loses no word.', 'websocket'],
  webrtc_off: ['This server takes no WebRTC', 'WebSocket works too, and loses no word.',
    'websocket'],
  webrtc_blocked: ['WebRTC does not get through',
    'The network lets none of it pass. WebSocket works almost everywhere.', 'websocket', 'again'],
  webrtc_lost: ['The connection was lost',
    'WebRTC could not be had again. WebSocket keeps what is said until the server is back.',
    'again', 'websocket', 'session'],
};

/** @type {[string, string, ...Way[]]} */
const OTHER = ['Something went wrong', 'It says:', 'again'];

/** What else is to be said, of something that did not end it or ended it well. */
const NOTES = /** @type {Record<string, string>} */ ({
  unplugged: 'The microphone was disconnected.',
  unshared: 'The tab is not shared any more.',
  anew: 'The server had lost the session; it goes on in a new one, and no word is lost.',
  gap: 'The server was away for so long that some of the sound could not be kept.',
  left: 'The last words were not waited for. What the server has is safe.',
});

/** @type {Record<string, string>} */
const STATES = {
  idle: 'Ready',
  asking: 'Waiting for the sound',
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  ending: 'Finishing',
  over: 'Saved',
  failed: 'Stopped',
};

/** @type {Record<string, string>} */
const BUTTONS = { idle: 'Start', over: 'Start again', failed: 'Start', ending: 'Do not wait' };

/** @type {Record<string, string>} */
const HINTS = {
  idle: 'Press Start and speak. Your words appear here.',
  asking: 'Your browser may ask whether this page may listen.',
  connecting: 'A moment, please.',
  ending: '',
  over: 'Nothing was said.',
  failed: '',
};

/** @param {State} state @returns {string} */
export const status = ({ phase }) => STATES[phase];

/** What stands where the words will be.
 * @param {State} state @returns {string} */
export const hint = ({ phase }) => HINTS[phase] ?? 'Speak. Your words appear here.';

/** What the big button does now.
 * @param {State} state @returns {string} */
export const button = ({ phase }) => BUTTONS[phase] ?? 'Stop';

/**
 * @param {State} state
 * @returns {Words} with the link to what was saved only where something was
 */
export function trouble({ trouble: key, message, session }) {
  const [title, text, ...ways] = TROUBLES[key ?? ''] ?? OTHER;
  const told = text.endsWith(':') ? `${text} ${sentence(message)}` : text;
  return { title, text: told, ways: ways.filter((way) => way !== 'session' || session) };
}

/** @param {State} state @returns {string} empty: nothing to say */
export function note({ note: key }) {
  return NOTES[key ?? ''] ?? '';
}

/** What is kept here while the server is away; empty: nothing worth a word.
 * @param {State} state @returns {string} */
export function keeping({ phase, kept }) {
  if (phase === 'reconnecting') {
    const so = `what you say is kept here until it does (${length(kept)} so far).`;
    return `The server does not answer. Go on speaking: ${so}`;
  }
  if (phase !== 'ending' || kept < 3) return '';
  return `Leave this page open: ${length(kept)} of sound are still on their way.`;
}

/** @param {State} state @returns {string} */
export function saved({ heard, leaveIn }) {
  const all = `${length(heard)} were recorded.`;
  return `${all} ${leaveIn === null ? 'The transcript is being made.' : 'Opening the transcript…'}`;
}

/** What a talk goes on with, in a line.
 * @param {import('./speak-settings.js').Settings} settings @param {string} name of the language
 * @param {string} model @returns {string} */
export function summary({ language, task, transport }, name, model) {
  const said = language === 'auto' ? 'Language detected' : name;
  const parts = [said, task === 'translate' && 'in English', model && `model “${model}”`,
    transport === 'webrtc' ? 'WebRTC' : 'WebSocket'];
  return parts.filter(Boolean).join(' · ');
}

/** A model that is a folder goes by the folder's name.
 * @param {string} model @returns {string} */
export const modelName = (model) => model.split(/[\\/]/u).filter(Boolean).at(-1) ?? model;

/** The trouble that a failure is, for `speak-state.js`.
 * @param {{name?: string, code?: string, retryAfter?: number}} failure
 * @param {{source: string, transport: string, greeted: boolean}} talk greeted: there is a session
 * @returns {{trouble: string, retryIn: number | null}} */
export function troubleOf(failure, { source, transport, greeted }) {
  const key = keyOf(failure, source, transport, greeted);
  const waits = PASSING.has(key) && source !== 'tab'; // a tab cannot be shared without a click
  return { trouble: key, retryIn: waits ? Math.ceil(failure.retryAfter || 5) : null };
}

const GONE = ['lost', 'timeout', 'unreachable', 'going_away', 'restarting', 'elsewhere', 'idle'];
const REFUSED = ['bad_message', 'unsupported', 'not_found'];

/** @param {{name?: string, code?: string}} failure @param {string} source
 * @param {string} transport @param {boolean} greeted @returns {string} */
function keyOf({ name, code = '' }, source, transport, greeted) {
  if (name === 'CaptureFailed') return TROUBLES[`${source}_${code}`] ? `${source}_${code}` : code;
  const called = transport === 'webrtc';
  if (called && code === 'not_found') return 'webrtc_off';
  if (REFUSED.includes(code)) return 'bad_message';
  if (!GONE.includes(code)) return code;
  if (greeted) return called ? 'webrtc_lost' : 'gone';
  return called && code !== 'unreachable' ? 'webrtc_blocked' : 'unreachable';
}

/** @param {string} text @returns {string} */
function sentence(text) {
  if (!text) return 'nothing more.';
  return /[.!?]$/u.test(text) ? text : `${text}.`;
}
