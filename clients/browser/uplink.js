// @ts-check
/**
 * What goes up next: audio, and what is asked for in between. Pure: no socket, no clock.
 * After a new connection it goes back to what the server does not have, and asks again for what
 * was not answered.
 */

import { Replay } from './replay.js';

/**
 * @typedef {import('./wire.js').Message} Message
 * @typedef {{pos: number, order: Message, quiet: boolean}} Asked pos: of the audio after which it
 *   is to be done. quiet: the answer was told before.
 */

const ANSWERED = 1000; // orders that may have to be given again although they were answered
const ASKED = 400; // orders that may wait for an answer: fewer than a server calls a flood

export class Uplink {
  /** @param {number} limit bytes of audio that are kept @param {number} gap as of `Replay` */
  constructor(limit, gap) {
    this.kept = new Replay(limit, gap);
    this.sent = 0; // position up to which this connection has the audio, or a gap for it
    this.lost = 0; // bytes that the server will never have
    this.again = false; // the server may have some of the orders already
    /** @type {Asked[]} */
    this.orders = []; // not answered yet
    /** @type {Asked[]} */
    this.answers = []; // orders that were answered: a server that is lost may have them
    this.next = 0; // the first order that this connection does not have
  }

  /**
   * To be done when all audio so far is there.
   * @param {Message} order
   * @throws {RangeError} when too much was asked for that has no answer yet
   */
  order(order) {
    if (this.orders.length >= ASKED) throw new RangeError('too many orders without an answer');
    this.orders.push({ pos: this.kept.end, order, quiet: false });
  }

  /**
   * The next message; null when all was sent, or more must wait.
   * @param {number} until position up to which the server takes audio
   * @param {number} most bytes of audio in a message
   */
  take(until, most) {
    const asked = this.orders[this.next];
    if (asked && asked.pos <= this.sent) {
      this.next += 1;
      return JSON.stringify(asked.order);
    }
    const frame = this.kept.frame(this.sent, until, most);
    if (!frame) return null;
    this.sent = frame.end;
    this.lost += frame.lost;
    return frame.message;
  }

  /** The server will never ask again for what lies before this position. @param {number} pos */
  free(pos) {
    this.kept.free(pos);
  }

  /**
   * Another connection: the server has all audio below this position.
   * @param {number} received
   * @param {boolean} back it knows nothing of what it was told and said after that
   */
  rewind(received, back) {
    if (back) {
      const again = this.answers.filter((it) => it.pos >= received);
      this.answers = this.answers.filter((it) => it.pos < received);
      this.orders = [...again.map((it) => ({ ...it, quiet: true })), ...this.orders];
      this.orders.sort((a, b) => a.pos - b.pos);
    }
    this.sent = received;
    this.next = 0;
    this.again = true;
  }

  /** False for an answer to something that was asked for twice. @param {Message} event */
  answered(event) {
    if (event.type === 'flushed') {
      return this.#done(({ type, id }) => type === 'flush' && id === event.id);
    }
    if (event.type === 'updated') return this.#done(({ type }) => type === 'update');
    if (event.type === 'ended') this.orders = [];
    return true;
  }

  /**
   * The options in force at a position: those of the hello, and what was changed since.
   * @param {Message} options @param {number} pos
   */
  optionsAt(options, pos) {
    const changes = this.answers.filter((it) => it.order.type === 'update' && it.pos < pos);
    return Object.assign({}, options, ...changes.map((it) => it.order.options));
  }

  /** @param {(order: Message) => boolean} asked */
  #done(asked) {
    const index = this.orders.findIndex((it) => asked(it.order));
    if (index < 0) return !this.again;
    const [found] = this.orders.splice(index, 1);
    this.next -= Number(index < this.next);
    this.answers = [...this.answers, found].slice(-ANSWERED);
    return !found.quiet;
  }
}
