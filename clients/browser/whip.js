// @ts-check
/**
 * A live session over WebRTC: the browser sends the sound of a stream, captions come back over a
 * data channel. A lost call is made again while the room waits; what was said in between is
 * silence.
 */

import { Backoff } from './backoff.js';
import { Call } from './call.js';
import { ConnectionFailed } from './failure.js';
import { Front, Later } from './front.js';
import { Progress } from './progress.js';
import { whipUrl } from './trickle.js';

export { ConnectionFailed };

/**
 * @typedef {import('./wire.js').Message} Message
 * @typedef {object} Wishes
 * @property {MediaStream} stream
 * @property {string} [room] one of its own without
 * @property {string} [language]
 * @property {string[]} [hotwords]
 * @property {Record<string, any>} [options] as of the wire
 * @property {string} [token]
 * @property {number} [patience] seconds without a server after which it is given up
 */

const LOOK = 0.25; // seconds between two looks at clock and call
const ACK = 1; // seconds between acknowledgements of events
const RATE = 16_000; // samples a second of a session over WebRTC

const clock = () => performance.now() / 1000;

export class Whip extends EventTarget {
  #front = new Front(this);
  #url;
  #stream;
  #token;
  #backoff;
  /** @type {Call | null} */
  #call = null;
  #progress = new Progress(RATE);
  #since = 0; // when the first session's time was 0, as far as is known here
  #acked = 0;
  /** @type {number | null} */
  #retryAt = null;
  /** @type {number | undefined} */
  #timer = undefined;
  #online = () => this.#hurry();
  #offline = () => this.#doubt();
  #pagehide = () => this.close();

  /** @param {string | URL} base @param {Wishes} wishes */
  constructor(base, { stream, room, language, hotwords, options, token, patience = 60 }) {
    super();
    if (!stream.getAudioTracks().length) throw new TypeError('there is no sound in the stream');
    const wishes = { language, hotwords: hotwords?.join(',') || undefined, ...options };
    this.#url = whipUrl(base, room ?? crypto.randomUUID(), wishes);
    this.#stream = stream;
    this.#token = token;
    this.#backoff = new Backoff(patience, Math.random);
  }

  get state() {
    return this.#front.state;
  }

  get session() {
    return this.#progress.session;
  }

  /** Milliseconds, or null. */
  get roundTrip() {
    return this.#call?.heartbeat.roundTrip ?? null;
  }

  /** The first welcome. Rejects with ConnectionFailed. @returns {Promise<Message>} */
  open() {
    if (this.#timer === undefined && !this.#front.over) {
      this.#timer = setInterval(() => this.#look(), LOOK * 1000);
      addEventListener('online', this.#online);
      addEventListener('offline', this.#offline);
      addEventListener('pagehide', this.#pagehide);
      this.#dial();
    }
    return this.#front.opening.promise;
  }

  /** No more sound: the last finals follow. @returns {Promise<{duration: number}>} */
  async end() {
    if (!this.#front.ending) {
      this.#front.check();
      this.#front.end();
      if (this.#call?.welcomed) this.#call.send({ type: 'end' });
    }
    return /** @type {Later<{duration: number}>} */ (this.#front.ending).promise;
  }

  /** Give up at once. */
  close() {
    this.#finish('ended', new ConnectionFailed('closed', 'The session was left'));
  }

  #dial() {
    this.#retryAt = null;
    const owner = {
      welcome: (/** @type {Message} */ event) => this.#welcome(event),
      heard: (/** @type {Message} */ event) => this.#heard(event),
      lost: (/** @type {ConnectionFailed} */ failure, /** @type {boolean} */ lively) =>
        this.#lost(failure, lively),
    };
    this.#call = new Call(this.#url, this.#stream, this.#token, owner, clock);
  }

  /** @param {Message} event */
  #welcome(event) {
    const { session, pace } = this.#progress;
    const anew = session !== '' && session !== event.session;
    if (anew) this.#progress.beginAnew(Math.round((clock() - this.#since) * pace));
    if (session === '') this.#since = this.#call?.connected || clock();
    this.#progress.welcome(event);
    this.#front.welcome(event, { anew });
    if (this.#front.ending) this.#call?.send({ type: 'end' });
  }

  /** @param {Message} message */
  #heard(message) {
    const event = this.#progress.heard(message);
    if (!event) return;
    this.#front.tell(event, this.#lag(event));
    if (this.#progress.manyUnacked) this.#acknowledge();
    if (event.type !== 'ended') return;
    this.#acknowledge();
    this.#front.ended(event);
    this.#leave();
  }

  /** @param {Message} event */
  #lag({ type, end }) {
    if (type !== 'partial' && type !== 'final') return null;
    return Math.max(0, (clock() - this.#since - end) * 1000);
  }

  /** @param {ConnectionFailed} failure @param {boolean} lively */
  #lost(failure, lively) {
    this.#call = null;
    const next = this.session
      ? this.#backoff.lost(failure, lively, clock())
      : { failed: failure };
    if ('failed' in next) return this.#finish('failed', next.failed);
    this.#front.lost(failure, next.retryIn);
    this.#retryAt = clock() + next.retryIn;
    this.#look();
  }

  #look() {
    const now = clock();
    if (this.#retryAt !== null && now >= this.#retryAt) this.#dial();
    this.#call?.look();
    if (now - this.#acked >= ACK) this.#acknowledge();
  }

  /** There is a network again. */
  #hurry() {
    this.#backoff.hurry();
    if (this.#retryAt !== null) this.#dial();
    else this.#doubt();
  }

  #doubt() {
    if (this.session) this.#call?.doubt();
  }

  #acknowledge() {
    if (!this.#call?.welcomed) return;
    this.#acked = clock();
    const seq = this.#progress.ack();
    if (seq !== null) this.#call.send({ type: 'ack', seq });
  }

  /** @param {'ended' | 'failed'} state @param {ConnectionFailed} why */
  #finish(state, why) {
    this.#leave();
    this.#front.finish(state, why);
  }

  #leave() {
    clearInterval(this.#timer);
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
    removeEventListener('pagehide', this.#pagehide);
    this.#call?.hangUp();
    this.#call = null;
    this.#retryAt = null;
  }
}
