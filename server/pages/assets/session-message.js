// The line above a session: what it waits for, what went wrong, and what can be done about that.
// @ts-check

import { call } from './api.js';
import { byId, fill, put } from './dom.js';
import { over, said, share } from './job-words.js';
import { message } from './session-words.js';

/** @typedef {import('./session-state.js').Session} Session */
/** @typedef {import('./session-state.js').Outlook} Outlook */
/** @typedef {import('./job-words.js').Job} Job */
/** @typedef {{attempt: (deed: () => Promise<void>) => Promise<void>,
 *   retranscribe: (json: object) => Promise<void>, begun: (job: Job) => void}} Services */

export class MessageLine {
  /** @param {Services} services */
  constructor(services) {
    this.services = services;
    /** @type {Job | null} */
    this.job = null;
    byId('retry').addEventListener('click', () => void services.attempt(() => this.retry()
      .catch((refusal) => {
        if (this.job) services.begun(this.job); // somebody else may have been quicker
        throw refusal;
      })));
    byId('cancel').addEventListener('click', () => void services.attempt(() => this.cancel()));
  }

  /** @param {Session} session @param {Outlook} view @param {Job | null} job its last one */
  show(session, view, job) {
    this.job = job;
    const running = job !== null && !over(job);
    const again = running && (view.phase === 'ready' || view.phase === 'locked');
    const shown = running ? { text: (again ? 'Again: ' : '') + said(job), kind: '', busy: true }
      : message(session, view);
    byId('message').hidden = !shown;
    if (!shown) return;
    byId('message').dataset.kind = shown.kind;
    put(byId('message-text'), shown.text);
    byId('progress').hidden = !shown.busy;
    fill(byId('progress'), running ? share(job) : null);
    const failed = view.phase === 'failed' && !running;
    const known = job !== null || !session.jobs?.length;
    byId('cancel').hidden = !running;
    byId('retry').hidden = !failed || !known || !(view.again || job?.status === 'dead');
    byId('another').hidden = !failed || session.kind !== 'upload';
  }

  /** A dead job goes on as it was; otherwise there is a new one. */
  async retry() {
    if (this.job?.status !== 'dead') {
      await this.services.retranscribe({});
      return;
    }
    const path = `/v1/jobs/${encodeURIComponent(this.job.id)}/replay`;
    this.services.begun((await call('POST', path)).body);
  }

  async cancel() {
    if (this.job) await call('DELETE', `/v1/jobs/${encodeURIComponent(this.job.id)}`);
  }
}
