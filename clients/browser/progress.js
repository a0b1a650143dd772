// @ts-check
/** Where a session stands: what the server has, what was heard of it. Pure: no socket, no clock. */

import { Overlap } from './overlap.js';
import { BadMessage, HEADER, UNIT } from './wire.js';

/** @typedef {import('./wire.js').Message} Message */

const ACK_EVERY = 20; // events handled here before the server is told at once
const FINALS = 1000; // the last ones, of which it is known which number the server gave them
const NEVER = -1; // seconds
/** @type {import('./overlap.js').Told} */
const UNTOLD = { had: NEVER, started: NEVER, stopped: NEVER };

/** The two counters of a session, positions of audio and numbers of events, and what follows. */
export class Progress {
  /** @param {number} rate samples a second */
  constructor(rate) {
    this.pace = rate * UNIT; // bytes a second
    this.session = '';
    this.token = '';
    this.received = 0; // what the server said of our audio
    this.settled = 0;
    this.toldTo = 0; // position of the end of the last final
    this.seq = 0; // the last event seen
    this.acked = 0;
    this.ahead = 0; // bytes allowed beyond `received`
    this.payload = 0; // bytes of audio in one message, at most
    this.start = 0; // position at which the session began: its time 0
    this.first = 0; // number of its first segment, as it is told here
    this.segments = 0; // told so far
    this.shift = 0; // from the server's number of an event to the one that is told here
    this.last = -1; // number of the last final, as it was told here
    this.told = UNTOLD; // times are the server's
    /** @type {{seq: number, seg: number}[]} */
    this.finals = []; // as the server numbered them
    /** @type {Overlap | null} */
    this.overlap = null;
  }

  /**
   * Take the session's name and its limits. True when the server has gone back behind what was
   * told here: it has lost that with another server, and hears it again.
   * @param {Message} event
   * @throws {BadMessage} when nothing fits in its limits
   */
  welcome(event) {
    this.session = event.session;
    this.token = event.token;
    this.received = event.received;
    if (!event.resumed) this.seq = event.after;
    const back = Boolean(event.resumed) && event.after < this.seq;
    if (back) this.#goBack(event.after);
    this.acked = this.seq;
    this.ahead = whole(event.max_ahead_s * this.pace);
    this.payload = whole(Math.min(event.max_frame - HEADER, this.ahead));
    if (this.payload <= 0) throw new BadMessage('the server allows no audio');
    return back;
  }

  /** The server knows of no event after this one. @param {number} after */
  #goBack(after) {
    this.shift += this.seq - after;
    this.seq = after;
    this.finals = this.finals.filter((it) => it.seq <= after);
    this.first += this.overlap?.shift ?? 0;
    const base = (this.finals.at(-1)?.seg ?? -1) + 1;
    this.overlap = new Overlap(this.told, base, this.last - this.first);
  }

  /**
   * The server has lost the session: where another one goes on.
   * @param {number} kept position from which on audio is kept
   */
  beginAnew(kept) {
    this.start = this.received = Math.max(this.settled, this.toldTo, kept);
    this.shift += this.seq;
    this.seq = this.acked = 0;
    this.first = this.segments;
    this.told = UNTOLD;
    this.finals = [];
    this.overlap = null;
    return this.start;
  }

  /**
   * Count an event; as it is told here, or null when it has been seen before.
   * @param {Message} event @returns {Message | null}
   */
  heard(event) {
    if (event.type === 'audio_ack') {
      this.received = Math.max(this.received, event.received);
      this.settled = Math.max(this.settled, event.settled);
    }
    if (event.seq !== undefined) {
      if (event.seq <= this.seq) return null;
      this.seq = event.seq;
    }
    if (event.type === 'final') {
      this.finals = [...this.finals, { seq: event.seq, seg: event.seg }].slice(-FINALS);
    }
    const fresh = this.overlap ? this.overlap.fresh(event) : event;
    if (!fresh) {
      this.shift -= Number(event.seq !== undefined);
      return null;
    }
    this.#note(fresh);
    return this.#placed(fresh);
  }

  /** What would be heard again if the server went back now. @param {Message} event */
  #note({ type, seg, at, end }) {
    const { had, started, stopped } = this.told;
    if (type === 'speech_start') this.told = { had, stopped, started: Math.max(started, at) };
    if (type === 'speech_end') this.told = { had, started, stopped: Math.max(stopped, at) };
    if (type === 'final') {
      this.told = { started, stopped, had: Math.max(had, end) };
      this.last = Math.max(this.last, seg + this.first);
    }
  }

  /** Position up to which the server takes audio now. */
  get until() {
    return this.received + this.ahead;
  }

  get manyUnacked() {
    return this.seq - this.acked >= ACK_EVERY;
  }

  /** The number to acknowledge now; null when the server knows it already. */
  ack() {
    if (this.seq === this.acked) return null;
    this.acked = this.seq;
    return this.seq;
  }

  /** Numbers and times go on over servers that went back or began anew. @param {Message} event */
  #placed(event) {
    const placed = { ...event };
    if (event.seq !== undefined) placed.seq = event.seq + this.shift;
    if (event.seg !== undefined) {
      placed.seg = event.seg + this.first;
      this.segments = Math.max(this.segments, placed.seg + 1);
    }
    if (event.type === 'final') {
      const end = this.start + Math.round((event.end * this.pace) / UNIT) * UNIT;
      this.toldTo = Math.max(this.toldTo, Math.min(end, this.received));
    }
    return later(placed, this.start / this.pace);
  }
}

/** Bytes of whole samples. @param {number} bytes */
function whole(bytes) {
  return Math.floor(bytes / UNIT) * UNIT;
}

/** @param {Message} event @param {number} seconds @returns {Message} */
function later(event, seconds) {
  if (!seconds) return event;
  for (const field of ['start', 'end', 'at', 'duration']) {
    if (field in event) event[field] += seconds;
  }
  if (event.words) {
    event.words = event.words.map((/** @type {import('./overlap.js').Word} */ word) => ({
      ...word,
      start: word.start + seconds,
      end: word.end + seconds,
    }));
  }
  return event;
}
