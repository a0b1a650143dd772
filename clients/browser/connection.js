// @ts-check
/**
 * A live session: audio in, events out, over as many connections as it takes. What is not known to
 * be safe with the server is kept, so a lost connection costs a pause and no word.
 * What is said, told and tried again is decided in `session.js`; here it meets sockets and clock.
 */

import { ConnectionFailed } from './failure.js';
import { Front, Later } from './front.js';
import { Lag } from './lag.js';
import { Link } from './link.js';
import { Session } from './session.js';
import { streamUrl, subprotocols } from './wire.js';

export { ConnectionFailed };

/**
 * @typedef {import('./wire.js').Message} Message
 * @typedef {object} Wishes
 * @property {number} rate samples a second
 * @property {string} [language] a code, or 'auto'
 * @property {string} [model]
 * @property {string[]} [hotwords]
 * @property {string} [room]
 * @property {Record<string, any>} [options] as of the wire
 * @property {string} [token]
 * @property {number} [patience] seconds without a server after which it is given up
 * @property {number} [keep] seconds of audio that are kept at most
 */

const LOOK = 0.25; // seconds between two looks at clock and connection
const ACK = 1; // seconds between acknowledgements of events

const clock = () => performance.now() / 1000;

export class Connection extends EventTarget {
  #front = new Front(this);
  #url;
  #token;
  #session;
  #lag;
  /** @type {Link | null} */
  #link = null;
  /** @type {number | null} */
  #roundTrip = null;
  /** @type {number | null} */
  #retryAt = null;
  /** @type {number | undefined} */
  #timer = undefined;
  #looked = 0;
  #acked = 0;
  /** @type {Map<string, Later<void>>} */
  #flushing = new Map();
  #flushes = 0;
  #online = () => this.#hurry();
  #offline = () => this.#doubt();

  /** @param {string | URL} url @param {Wishes} wishes */
  constructor(url, { patience = 60, keep = 120, token, ...wishes }) {
    super();
    const { rate, language, model, room, hotwords, options } = wishes;
    if (!Number.isInteger(rate)) throw new TypeError('`rate` is a whole number of samples');
    if (!(keep >= 1)) throw new RangeError('less than a second of audio cannot be kept');
    subprotocols(token);
    this.#url = streamUrl(url);
    this.#token = token;
    const audio = { encoding: 'pcm_s16le', rate, channels: 1 };
    const wanted = { ...(hotwords && { hotwords }), ...options };
    const hello = { type: 'hello', audio, language, model, room, options: wanted };
    this.#session = new Session(hello, { patience, keep }, Math.random);
    this.#lag = new Lag(this.#session.pace);
  }

  get state() {
    return this.#front.state;
  }

  get session() {
    return this.#session.progress.session;
  }

  /** Bytes of audio that are under way to the server, or there. */
  get sent() {
    return this.#session.uplink.sent;
  }

  /** Bytes of audio that the server has. */
  get received() {
    return this.#session.progress.received;
  }

  /** Bytes of audio that it will never ask for again. */
  get settled() {
    return this.#session.progress.settled;
  }

  /** Milliseconds, or null. */
  get roundTrip() {
    return this.#link?.heartbeat.roundTrip ?? this.#roundTrip;
  }

  /** The first welcome. Rejects with ConnectionFailed. @returns {Promise<Message>} */
  open() {
    if (this.#timer === undefined && !this.#front.over) {
      this.#timer = setInterval(() => this.#look(), LOOK * 1000);
      addEventListener('online', this.#online);
      addEventListener('offline', this.#offline);
      this.#dial();
    }
    return this.#front.opening.promise;
  }

  /**
   * Audio, mono; never waits. It is kept until the server has it safe, and when there is no room
   * for all, the oldest becomes silence. Nothing happens after `end()`.
   * @param {Int16Array} pcm
   */
  send(pcm) {
    if (this.#front.ending || this.#front.over) return;
    this.#session.keep(pcm);
    this.#lag.captured(this.#session.end, clock());
    if (this.#timer !== undefined && clock() - this.#looked > LOOK) this.#look();
    else this.#pump();
  }

  /** Other options from here on. @param {Record<string, any>} options */
  update(options) {
    this.#order({ type: 'update', options });
  }

  /** Resolves when all audio so far is final. @returns {Promise<void>} */
  async flush() {
    const id = `flush-${(this.#flushes += 1)}`;
    const flushing = /** @type {Later<void>} */ (new Later());
    this.#order({ type: 'flush', id });
    this.#flushing.set(id, flushing);
    return flushing.promise;
  }

  /** No more audio: the last finals follow. @returns {Promise<{duration: number}>} */
  async end() {
    if (!this.#front.ending) {
      this.#order({ type: 'end', pos: this.#session.end });
      this.#front.end();
    }
    return /** @type {Later<{duration: number}>} */ (this.#front.ending).promise;
  }

  /** Give up at once. */
  close() {
    this.#finish('ended', new ConnectionFailed('closed', 'The session was left'));
  }

  /** @param {Message} order */
  #order(order) {
    this.#front.check();
    this.#session.uplink.order(order);
    this.#pump();
  }

  #dial() {
    this.#retryAt = null;
    const owner = {
      welcome: (/** @type {Message} */ event) => this.#welcome(event),
      heard: (/** @type {Message} */ event) => this.#heard(event),
      lost: (/** @type {ConnectionFailed} */ failure, /** @type {boolean} */ lively) =>
        this.#lost(failure, lively),
    };
    try {
      this.#link = new Link(this.#url, this.#token, this.#session.greeting(), owner, clock);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.#finish('failed', new ConnectionFailed('blocked', error.message));
    }
  }

  /** @param {Message} event */
  #welcome(event) {
    this.#front.welcome(event, this.#session.welcome(event));
    this.#pump();
  }

  /** @param {Message} message */
  #heard(message) {
    const event = this.#session.heard(message);
    if (event) this.#tell(event);
    if (this.#session.progress.manyUnacked) this.#acknowledge();
    this.#pump();
  }

  /** @param {Message} event */
  #tell(event) {
    this.#front.tell(event, this.#lag.of(event, clock()));
    if (event.type === 'flushed') {
      this.#flushing.get(event.id)?.resolve?.();
      this.#flushing.delete(event.id);
    }
    if (event.type === 'ended') {
      this.#acknowledge();
      this.#front.ended(event);
      this.#leave();
    }
  }

  /** @param {ConnectionFailed} failure @param {boolean} lively */
  #lost(failure, lively) {
    this.#roundTrip = this.roundTrip;
    this.#link = null;
    const next = this.#session.lost(failure, lively, clock());
    if ('failed' in next) return this.#finish('failed', next.failed);
    this.#front.lost(failure, next.retryIn);
    this.#retryAt = clock() + next.retryIn;
    this.#look();
  }

  /** Time has passed. Told by a timer and by audio, since timers of a hidden page are late. */
  #look() {
    const now = clock();
    this.#looked = now;
    if (this.#retryAt !== null && now >= this.#retryAt) this.#dial();
    this.#link?.look();
    if (now - this.#acked >= ACK) this.#acknowledge();
    this.#pump();
  }

  /** There is a network again. */
  #hurry() {
    this.#session.backoff.hurry();
    if (this.#retryAt !== null) this.#dial();
    else this.#doubt();
  }

  /** The network has changed. An attempt to open is not disturbed by that. */
  #doubt() {
    if (this.#session.greeted) this.#link?.doubt();
  }

  #pump() {
    while (this.#link?.ready) {
      const message = this.#session.next();
      if (!message) return;
      this.#link.send(message);
    }
  }

  #acknowledge() {
    if (!this.#link?.ready) return;
    this.#acked = clock();
    const seq = this.#session.progress.ack();
    if (seq !== null) this.#link.send(JSON.stringify({ type: 'ack', seq }));
  }

  /** @param {'ended' | 'failed'} state @param {ConnectionFailed} why */
  #finish(state, why) {
    this.#leave();
    this.#front.finish(state, why);
    for (const flushing of this.#flushing.values()) flushing.reject?.(why);
  }

  #leave() {
    clearInterval(this.#timer);
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
    this.#roundTrip = this.roundTrip;
    this.#link?.leave();
    this.#link = null;
    this.#retryAt = null;
  }
}
