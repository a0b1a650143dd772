// @ts-check
/**
 * What a program sees of a live session: its state, its events, its promises. Knows no wire and
 * no connection.
 */

import { ConnectionFailed } from './failure.js';

/**
 * @typedef {import('./wire.js').Message} Message
 * @typedef {'connecting'|'live'|'reconnecting'|'ending'|'ended'|'failed'} State
 */

const TOLD = new Set(['partial', 'final', 'revise', 'warning', 'speech_start', 'speech_end']);

/** A promise and its ends; nobody has to wait for it. @template T */
export class Later {
  constructor() {
    /** @type {Promise<T>} */
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => {});
  }
}

export class Front {
  /** @param {EventTarget} target what the program has */
  constructor(target) {
    this.target = target;
    /** @type {State} */
    this.state = 'connecting';
    /** @type {Later<Message>} */
    this.opening = new Later();
    /** @type {Later<{duration: number}> | null} */
    this.ending = null;
    /** @type {ConnectionFailed | null} */
    this.over = null; // why nothing goes on
  }

  /** A connection goes on with the session. @param {Message} welcome @param {object} how */
  welcome(welcome, how) {
    this.become(this.ending ? 'ending' : 'live', how);
    this.opening.resolve(welcome);
  }

  /**
   * A connection is gone, and there will be another.
   * @param {ConnectionFailed} failure @param {number} retryIn seconds
   */
  lost({ code, message }, retryIn) {
    this.become('reconnecting', { reason: code, message, retryIn });
  }

  /** The program has said that it wants the end. */
  end() {
    this.ending = new Later();
    if (this.state === 'live') this.become('ending');
  }

  /** Nothing can be asked for any more. @throws {ConnectionFailed} */
  check() {
    if (this.over) throw this.over;
    if (this.ending) throw new ConnectionFailed('ending', 'The session is about to end');
  }

  /** @param {Message} event @param {number | null} lag milliseconds */
  tell(event, lag) {
    const type = event.type === 'error' ? 'warning' : event.type;
    if (TOLD.has(type)) this.dispatch(type, event);
    if (lag !== null) this.dispatch('lag', { ms: lag });
  }

  /** All was heard. @param {Message} event */
  ended({ duration }) {
    this.ending ??= new Later();
    this.ending.resolve?.({ duration });
    this.finish('ended', new ConnectionFailed('ended', 'The session has ended'));
  }

  /** Only the first time counts. @param {'ended' | 'failed'} state @param {ConnectionFailed} why */
  finish(state, why) {
    if (this.over) return;
    this.over = why;
    this.become(state, { reason: why.code, message: why.message });
    this.opening.reject?.(why);
    this.ending?.reject?.(why);
  }

  /** @param {State} state @param {object} [more] */
  become(state, more) {
    this.state = state;
    this.dispatch('state', { state, ...more });
  }

  /** @param {string} type @param {object} detail */
  dispatch(type, detail) {
    this.target.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
