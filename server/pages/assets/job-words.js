// A job in words: what is being done, how much of it, and how it ended. Pure.
// @ts-check

import { sentence } from './problems.js';
import { about } from './times.js';

/** A job as the server tells of it.
 * @typedef {{
 *   id: string, session_id: string, version: number, stage: string, progress: number,
 *   status: 'queued' | 'processing' | 'completed' | 'failed' | 'dead' | 'cancelled',
 *   attempts: number, error: {code: string, message: string} | null,
 *   position: number | null, eta: number | null,
 * }} Job */

/** @type {Record<string, string>} */
const STAGES = {
  starting: 'Starting',
  fetching: 'Reading the file',
  transcribing: 'Transcribing',
  storing: 'Storing the transcript',
};

/** Whether nothing more will happen to it by itself.
 * @param {Job} job @returns {boolean} */
export function over({ status }) {
  return status !== 'queued' && status !== 'processing';
}

/** @param {Job} job @returns {string} */
export function said(job) {
  switch (job.status) {
    case 'queued': return waiting(job);
    case 'processing': return joined(STAGES[job.stage] ?? 'Working', percent(job), about(job.eta));
    case 'completed': return 'Done.';
    case 'cancelled': return 'Cancelled.';
    default: return job.error ? sentence(job.error) : 'This did not work.';
  }
}

/** How much is done, 0..1; null: nobody can tell.
 * @param {Job} job @returns {number | null} */
export function share({ status, progress }) {
  if (status === 'queued') return null;
  return status === 'completed' ? 1 : progress;
}

/** @param {Job} job @returns {string} */
function waiting({ attempts, position, eta, error }) {
  if (attempts > 0 && error) return `${sentence(error)} It will be tried again soon.`;
  if (!position) return joined('Waiting for its turn', about(eta));
  const before = position === 1 ? 'one recording before it' : `${position} recordings before it`;
  return joined('Waiting for its turn', before, about(eta));
}

/** @param {Job} job @returns {string} */
function percent({ stage, progress }) {
  return stage === 'transcribing' ? `${Math.floor(progress * 100)} %` : '';
}

/** @param {...string} parts @returns {string} */
function joined(...parts) {
  return parts.filter(Boolean).join(' · ');
}
