// @ts-check
/** How long after its audio a word is shown. Pure: time is passed in. */

const KEPT = 120; // seconds of audio of which it is known when it was captured

export class Lag {
  /** @param {number} pace bytes a second */
  constructor(pace) {
    this.pace = pace;
    /** @type {{pos: number, at: number}[]} */
    this.marks = []; // audio up to a position was there at a time
    this.shown = 0; // seconds of the session up to which words were shown
  }

  /** @param {number} pos @param {number} now seconds */
  captured(pos, now) {
    this.marks.push({ pos, at: now });
    while (pos - this.marks[0].pos > KEPT * this.pace) this.marks.shift();
  }

  /**
   * Milliseconds from the capture of the last word of an event until now. Null when it was shown
   * before, and when it is no caption.
   * @param {import('./wire.js').Message} event @param {number} now
   */
  of({ type, end }, now) {
    if (type !== 'partial' && type !== 'final') return null;
    if (type === 'partial' && end <= this.shown) return null;
    this.shown = Math.max(this.shown, end);
    const pos = end * this.pace;
    const mark = this.#behind(pos);
    if (!mark) return null;
    const captured = mark.at - (mark.pos - pos) / this.pace;
    return Math.max(0, (now - captured) * 1000);
  }

  /** The first mark that is not before a position, or the last. @param {number} pos */
  #behind(pos) {
    let found = this.marks.at(-1);
    for (let index = this.marks.length - 1; this.marks[index]?.pos >= pos; index -= 1) {
      found = this.marks[index];
    }
    return found;
  }
}
