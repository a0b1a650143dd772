// @ts-check
/**
 * What a session says and what it makes of what it hears, over as many connections as it takes.
 * Pure: no socket, no clock; told what happened, it answers what is to be done.
 */

import { Backoff } from './backoff.js';
import { Progress } from './progress.js';
import { Uplink } from './uplink.js';

/** @typedef {import('./wire.js').Message} Message */

const PIECE = 1; // seconds of audio that are kept in one piece at most
const GAP = 600; // seconds of audio that the server lets be called lost at once
const FORGOTTEN = 'unknown_session';

export class Session {
  /**
   * @param {Message} hello the first one
   * @param {{patience: number, keep: number}} limits seconds
   * @param {() => number} chance from 0 to 1
   */
  constructor(hello, { patience, keep }, chance) {
    this.hello = hello;
    this.progress = new Progress(hello.audio.rate);
    this.pace = this.progress.pace;
    this.uplink = new Uplink(keep * this.pace, GAP * this.pace);
    this.backoff = new Backoff(patience, chance);
    this.greeted = false; // by any server
    this.forgotten = false; // the server has lost the session
  }

  /** Position behind all audio so far. */
  get end() {
    return this.uplink.kept.end;
  }

  /** @param {Int16Array} pcm */
  keep(pcm) {
    const bytes = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    for (let at = 0; at < bytes.length; at += PIECE * this.pace) {
      this.uplink.kept.add(bytes.slice(at, at + PIECE * this.pace));
    }
  }

  /** What the next connection begins with. @returns {Message} */
  greeting() {
    const { session, token, seq } = this.progress;
    if (!this.greeted) return this.hello;
    if (!this.forgotten) return { ...this.hello, resume: { session, token, seq } };
    const start = this.progress.beginAnew(this.uplink.kept.start);
    return { ...this.hello, start, options: this.uplink.optionsAt(this.hello.options, start) };
  }

  /**
   * A connection goes on with it. lost: seconds of audio that are kept no more, and that the
   * server does not have. anew: it is another session in the place of one that was lost.
   * @param {Message} event
   * @throws {import('./wire.js').BadMessage}
   */
  welcome(event) {
    const anew = this.forgotten;
    const back = this.progress.welcome(event);
    if (this.greeted) this.uplink.rewind(event.received, back || anew);
    this.greeted = true;
    this.forgotten = false;
    return { lost: Math.max(0, this.uplink.kept.start - event.received) / this.pace, anew };
  }

  /** What is to be told of an event; null for what was told before. @param {Message} message */
  heard(message) {
    const event = this.progress.heard(message);
    if (!event || !this.uplink.answered(event)) return null;
    this.uplink.kept.free(this.progress.settled);
    return event;
  }

  /** The next message that goes up; null when there is none now. */
  next() {
    return this.uplink.take(this.progress.until, this.progress.payload);
  }

  /**
   * A connection is gone, or was not to be had.
   * @param {import('./failure.js').ConnectionFailed} failure @param {boolean} lively
   * @param {number} now seconds
   */
  lost(failure, lively, now) {
    if (!this.greeted) return { failed: failure };
    if (failure.code === FORGOTTEN) this.forgotten = true;
    return this.backoff.lost(failure, lively, now);
  }
}
