// What the page says of a session, by its state. Pure: a session in, sentences out.
// @ts-check

import { nameOf } from './languages.js';
import { sentence } from './problems.js';
import { length, moment, timeOfDay } from './times.js';

/** @typedef {import('./session-state.js').Session} Session */
/** @typedef {import('./session-state.js').Outlook} Outlook */
/** busy: something is under way of which nobody can tell how much is done.
 * @typedef {{text: string, kind: '' | 'warn' | 'bad', busy: boolean}} Message */

const GONE = 'This session was kept as long as it was to be, and is deleted.';
const GONE_TEXT = 'The transcript was kept as long as it was to be, and is deleted.';

/** Under the title.
 * @param {Session} session @returns {string} */
export function facts(session) {
  const { kind, created_at: at, duration, language, model } = session;
  const begun = kind === 'live' ? 'Spoken' : 'Uploaded';
  return [
    `${begun} ${moment(Date.parse(at))}`,
    duration ? length(duration) : '',
    nameOf(language),
    model,
  ].filter(Boolean).join(' · ');
}

/** Above the transcript, where there is something to say.
 * @param {Session} session @param {Outlook} view @returns {Message | null} */
export function message(session, { phase, readable }) {
  switch (phase) {
    case 'awaiting': return say(`The file has not arrived yet.${until(session.expires_at)}`);
    case 'queued': return say('This recording waits for its turn.', '', true);
    case 'working': return session.state === 'finalizing'
      ? say('Recording and transcript are being made.', '', true)
      : say('This recording is being transcribed.', '', true);
    case 'failed': return say(failure(session), 'bad');
    case 'gone': return say(GONE, 'warn');
    case 'live': return null;
    default: return readable ? null
      : say(GONE_TEXT, 'warn');
  }
}

/** In the place of the player, where there is none.
 * @param {Outlook} view @returns {string} */
export function unheard({ phase, recording }) {
  if (phase !== 'ready' && phase !== 'locked') return '';
  if (recording === 'gone') return 'The recording is not kept any more.';
  return recording === 'none' ? 'Nothing was recorded.' : '';
}

/** In the place of the segments, where there are none.
 * @param {Outlook} view @returns {string} */
export function unsaid({ phase }) {
  if (phase === 'live') return 'Captions appear here as soon as somebody speaks.';
  return phase === 'ready' || phase === 'locked' ? 'Nothing was said.' : '';
}

/** How long things are kept: name and time of each.
 * @param {Session} session @param {Outlook} view @returns {[string, string][]} */
export function keeping({ retention }, { phase, readable, recording }) {
  if (phase !== 'ready' && phase !== 'locked') return [];
  const time = (/** @type {string | null} */ at) => (at === null || retention.hold
    ? 'as long as you like' : `until ${moment(Date.parse(at))}`);
  return [
    ['Recording', recording === 'gone' ? 'deleted' : recording === 'none' ? 'none'
      : time(retention.recording_until)],
    ['Transcript', readable ? time(retention.transcript_until) : 'deleted'],
  ];
}

/** @param {Session} session @returns {string} */
function failure({ kind, error }) {
  if (error === 'cancelled') return 'This was cancelled. What there is of it goes soon.';
  const what = kind === 'live' ? 'This session could not be finished.'
    : 'This recording could not be transcribed.';
  return error ? `${what} ${sentence({ message: error })}` : what;
}

/** @param {string | null} at @returns {string} */
function until(at) {
  return at === null ? '' : ` It may come until ${timeOfDay(Date.parse(at))}.`;
}

/** @param {string} text @param {Message['kind']} [kind] @param {boolean} [busy]
 * @returns {Message} */
function say(text, kind = '', busy = false) {
  return { text, kind, busy };
}
