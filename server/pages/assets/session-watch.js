// Follows all that may change of a session without its reader: state, job, captions. Draws nothing.
// @ts-check

import { call } from './api.js';
import { over } from './job-words.js';
import { follow as followJob } from './jobs.js';
import { follow as followCaptions } from './session-live.js';
import { moving, room } from './session-state.js';

const EVERY = 2000; // ms between two looks at a session that is not over

/** @typedef {import('./session-state.js').Session} Session */
/** @typedef {import('./job-words.js').Job} Job */
/** @typedef {import('./session-live.js').Told['final']} Final */
/** @typedef {import('./session-live.js').Told['tail']} TailTold */
/** ended: the job had been under way before.
 * @typedef {{session: (session: Session) => void, failed: (failure: any) => void,
 *   job: (job: Job, ended: boolean) => void, final: Final, tail: TailTold}} Told */

export class Watch {
  /** @param {string} path of the session @param {Told} told */
  constructor(path, told) {
    this.path = path;
    this.told = told;
    this.timer = 0;
    this.job = '';
    this.leaveJob = () => {};
    /** @type {(() => void) | null} */
    this.leaveCaptions = null;
  }

  /** Follows what there is to follow of a session as it is now. @param {Session} session */
  see(session) {
    clearTimeout(this.timer);
    if (moving(session)) this.timer = setTimeout(() => void this.look(), EVERY);
    this.seeCaptions(session);
    const job = session.jobs?.at(-1);
    if (job && job !== this.job) this.seeJob(job);
  }

  /** Also one that was followed to its end, and has been begun again. @param {string} id */
  seeJob(id) {
    this.leaveJob();
    this.job = id;
    let running = false;
    this.leaveJob = followJob(id, (job) => {
      this.told.job(job, running && over(job));
      running = !over(job);
    });
  }

  /** @param {Session} session */
  seeCaptions(session) {
    const live = session.kind === 'live' && ['open', 'draining'].includes(session.state);
    if (!live) {
      this.leaveCaptions?.();
      this.leaveCaptions = null;
      return;
    }
    const { final, tail } = this.told;
    this.leaveCaptions ??= followCaptions(room(session), session.id, {
      final, tail, over: () => void this.look(),
    });
  }

  /** The session as it is now; where there is no answer, there is another look. */
  async look() {
    clearTimeout(this.timer);
    try {
      this.told.session((await call('GET', this.path)).body);
    } catch (/** @type {any} */ failure) {
      this.told.failed(failure);
      if (failure.code !== 'not_found') this.timer = setTimeout(() => void this.look(), EVERY);
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.leaveJob();
    this.leaveCaptions?.();
  }
}
