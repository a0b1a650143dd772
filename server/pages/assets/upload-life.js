// The life of one file on the upload page, as values. Pure: told what happened, says what is so.
// @ts-check

import { over, said, share } from './job-words.js';
import { passing, reason, sentence } from './problems.js';
import { size } from './times.js';

/** @typedef {import('./job-words.js').Job} Job */
/** @typedef {{code?: string, message?: string, status?: number}} Problem */
/** @typedef {'waiting' | 'announcing' | 'sending' | 'checking' | 'hearing' | 'done' | 'failed'
 *   | 'cancelled'} Phase */
/** bytes: of the file; sent: of these. session: its id, once there is one.
 * @typedef {{phase: Phase, bytes: number, sent: number, session: string | null,
 *   job: Job | null, problem: Problem | null}} Life */
/** @typedef {{type: 'begun'} | {type: 'announced', session: string}
 *   | {type: 'sent', bytes: number} | {type: 'arrived'} | {type: 'job', job: Job}
 *   | {type: 'refused', problem: Problem} | {type: 'cancelled'} | {type: 'again'}} Happening */
/** share: 0..1; null: nobody can tell; undefined: there is nothing to wait for.
 * @typedef {{sentence: string, reason: string, share: number | null | undefined,
 *   kind: 'busy' | 'good' | 'bad' | 'quiet', cancel: boolean, again: boolean, open: boolean}} View
 */

/** @type {Phase[]} */
const ENDS = ['done', 'failed', 'cancelled'];

/** @param {number} bytes @returns {Life} */
export function chosen(bytes) {
  return { phase: 'waiting', bytes, sent: 0, session: null, job: null, problem: null };
}

/** What it is after something has happened; what comes too late changes nothing.
 * @param {Life} life @param {Happening} happening @returns {Life} */
export function after(life, happening) {
  if (happening.type === 'again') return ended(life) ? chosen(life.bytes) : life;
  if (ended(life)) return life;
  switch (happening.type) {
    case 'begun': return { ...life, phase: 'announcing' };
    case 'announced': return { ...life, phase: 'sending', session: happening.session };
    case 'sent': return { ...life, sent: Math.min(happening.bytes, life.bytes) };
    case 'arrived': return { ...life, phase: 'checking', sent: life.bytes };
    case 'job': return heard(life, happening.job);
    case 'refused': return { ...life, phase: 'failed', problem: happening.problem };
    case 'cancelled': return { ...life, phase: 'cancelled' };
  }
}

/** @param {Life} life @returns {boolean} */
export function ended({ phase }) {
  return ENDS.includes(phase);
}

/** @param {Life} life @param {Job} job @returns {Life} */
function heard(life, job) {
  if (!over(job)) return { ...life, phase: 'hearing', job };
  if (job.status === 'completed') return { ...life, phase: 'done', job };
  if (job.status === 'cancelled') return { ...life, phase: 'cancelled', job };
  return { ...life, phase: 'failed', job, problem: job.error ?? {} };
}

/** What is shown of it.
 * @param {Life} life @returns {View} */
export function view(life) {
  const { job, problem } = life;
  switch (life.phase) {
    case 'waiting': return busy('Waiting for the files before it', null);
    case 'announcing': return busy('Asking the server', null);
    case 'sending': return busy(sending(life), life.sent / life.bytes);
    case 'checking': return busy('Checking the file', null);
    case 'hearing': return busy(job ? said(job) : '', job ? share(job) : null);
    case 'done': return still('good', 'The transcript is ready.', { open: true });
    case 'cancelled': return still('quiet', 'Cancelled.', { again: true });
    case 'failed': return still('bad', sentence(problem ?? {}), {
      reason: reason(problem ?? {}), again: hopeful(life), open: job !== null,
    });
  }
}

/** The same file may go well another time: what the file itself is to blame for does not.
 * @param {Life} life @returns {boolean} */
function hopeful({ problem }) {
  const lasting = ['unreadable_audio', 'too_large', 'too_long', 'empty', 'invalid'];
  return passing(problem ?? {}) || !lasting.includes(problem?.code ?? '');
}

/** @param {Life} life @returns {string} */
function sending({ sent, bytes }) {
  return `Sending · ${Math.floor((sent / bytes) * 100)} % of ${size(bytes)}`;
}

/** @param {string} sentence @param {number | null} share @returns {View} */
function busy(sentence, share) {
  return { sentence, reason: '', share, kind: 'busy', cancel: true, again: false, open: false };
}

/** @param {View['kind']} kind @param {string} sentence @param {Partial<View>} more
 * @returns {View} */
function still(kind, sentence, more) {
  const none = { reason: '', share: undefined, cancel: false, again: false, open: false };
  return { ...none, sentence, kind, ...more };
}
