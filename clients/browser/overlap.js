// @ts-check
/**
 * What is new of that which is heard twice: by a server that is gone, then by the one after it.
 * Pure. The next server may divide the same speech otherwise, so its events are compared by their
 * times; times and segments are the server's own.
 */

/**
 * @typedef {import('./wire.js').Message} Message
 * @typedef {{word: string, start: number, end: number}} Word
 * @typedef {{had: number, started: number, stopped: number}} Told in seconds: the end of the last
 *   final that was told, and when speech last began and ended
 */

const SLACK = 0.25; // seconds by which the same end of speech may be heard earlier or later

export class Overlap {
  /**
   * @param {Told} told
   * @param {number} base the first segment that is new on this server
   * @param {number} last the highest number of a final that was told
   */
  constructor({ had, started, stopped }, base, last) {
    this.had = had;
    this.started = started;
    this.stopped = Math.max(stopped, had);
    this.base = base;
    this.last = last;
    this.done = base - 1; // up to this segment, all end in what was told
    /** @type {number | null} */
    this.shift = null; // what is added to the numbers of new segments
    /** @type {Set<number>} */
    this.cut = new Set(); // segments of which only a part was told, or nothing
  }

  /** What of an event was not told before; null when that is nothing. @param {Message} event */
  fresh(event) {
    switch (event.type) {
      case 'speech_start':
        return this.#start(event);
      case 'speech_end':
        this.#ends(event.seg, event.at);
        return event.at > this.stopped + SLACK ? this.#numbered(event) : null;
      case 'partial':
        return event.start >= this.had ? this.#numbered(event) : null;
      case 'final':
        return this.#final(event);
      case 'revise':
        return this.#revise(event);
      default:
        return event;
    }
  }

  /** @param {Message} event */
  #start(event) {
    this.#ends(event.seg - 1, event.at);
    const fresh = event.at >= this.had && event.at > this.started + SLACK;
    return fresh ? this.#numbered(event) : null;
  }

  /** @param {Message} final */
  #final(final) {
    this.#ends(final.seg, final.end);
    if (final.seg <= this.done) {
      this.cut.add(final.seg);
      return null;
    }
    if (final.start >= this.had) return this.#numbered(final);
    this.cut.add(final.seg);
    if (!final.words?.length) {
      return (final.start + final.end) / 2 > this.had ? this.#numbered(final) : null;
    }
    const words = this.#after(final.words);
    if (!words.length) return null;
    const start = Math.max(this.had, words[0].start);
    return this.#numbered({ ...final, start, text: textOf(words), words });
  }

  /** @param {Message} event */
  #revise(event) {
    if (event.seg < this.base) return null;
    if (!this.cut.has(event.seg)) return this.#numbered(event);
    const words = this.#after(event.words ?? []);
    if (event.seg <= this.done || !words.length) return null;
    return this.#numbered({ ...event, text: textOf(words), words });
  }

  /** @param {Word[]} words */
  #after(words) {
    return words.filter((word) => (word.start + word.end) / 2 > this.had);
  }

  /** @param {number} seg @param {number} at */
  #ends(seg, at) {
    if (at <= this.had + SLACK) this.done = Math.max(this.done, seg);
  }

  /**
   * With the same number, unless a final was told with it or may get one that was.
   * @param {Message} event
   */
  #numbered(event) {
    if (this.shift === null) {
      const lowest = Math.min(this.done + 1, event.seg);
      this.shift = Math.max(0, this.last + 1 - lowest);
    }
    return { ...event, seg: event.seg + this.shift };
  }
}

/** @param {Word[]} words */
function textOf(words) {
  return words.map((word) => word.word).join('').trim();
}
