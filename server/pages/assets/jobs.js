// Follows a job until it has ended: by server-sent events, and by asking where those are refused.
// @ts-check

import { call } from './api.js';
import { over } from './job-words.js';

const EVERY = 3000; // ms between two questions

/** @typedef {import('./job-words.js').Job} Job */

/** Tells each change of a job, the present state first; the last one is its end.
 * @param {string} id @param {(job: Job) => void} tell @returns {() => void} stops */
export function follow(id, tell) {
  const path = `/v1/jobs/${encodeURIComponent(id)}`;
  const source = new EventSource(`${path}/events`);
  let timer = 0;
  let stopped = false;
  const stop = () => {
    stopped = true;
    source.close();
    clearInterval(timer);
  };
  const hear = (/** @type {Job} */ job) => {
    if (stopped) return;
    if (over(job)) stop();
    tell(job);
  };
  // no answer is no news
  const ask = () => call('GET', path).then(({ body }) => hear(body), () => {});
  source.addEventListener('message', ({ data }) => hear(JSON.parse(data)));
  source.addEventListener('error', () => {
    if (stopped || source.readyState !== EventSource.CLOSED) return;
    timer = setInterval(ask, EVERY);
    void ask();
  });
  return stop;
}
