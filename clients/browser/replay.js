// @ts-check
/**
 * Audio that the server may ask for again, by its position. Bounded; pure: no socket, no clock.
 */

import { encodeAudio, encodeGap } from './wire.js';

/** @typedef {{pos: number, data: Uint8Array}} Piece */

export class Replay {
  /**
   * @param {number} limit bytes at most
   * @param {number} gap bytes that may be called lost at once
   */
  constructor(limit, gap) {
    this.limit = limit;
    this.gap = gap;
    this.start = 0; // position of the oldest byte
    this.end = 0; // position behind the newest
    /** @type {Piece[]} */
    this.pieces = [];
  }

  /** The next bytes. Where there is no room for all, the oldest go. @param {Uint8Array} data */
  add(data) {
    this.pieces.push({ pos: this.end, data });
    this.end += data.length;
    while (this.end - this.start > this.limit && this.pieces.length > 1) this.#drop();
  }

  /** Nobody will ask for what lies before this position. @param {number} upto */
  free(upto) {
    while (this.pieces.length && this.start + this.pieces[0].data.length <= upto) this.#drop();
  }

  /**
   * The message that brings what is at `pos` and behind it: audio, or the gap where it is kept no
   * more; and the position behind that. Null when there is nothing, or the server takes nothing.
   * @param {number} pos
   * @param {number} until position up to which the server takes audio
   * @param {number} most bytes of audio in a message
   */
  frame(pos, until, most) {
    if (pos < this.start) {
      const length = Math.min(this.start - pos, this.gap);
      return { message: encodeGap(pos, length), end: pos + length, lost: length };
    }
    const data = this.at(pos, Math.min(most, until - pos));
    if (!data.length) return null;
    return { message: encodeAudio(pos, data), end: pos + data.length, lost: 0 };
  }

  /** Kept bytes from a position on. @param {number} pos @param {number} most */
  at(pos, most) {
    const size = Math.max(0, Math.min(most, this.end - pos));
    const found = new Uint8Array(size);
    for (let filled = 0, index = this.#holding(pos); filled < size; index += 1) {
      const { pos: begin, data } = this.pieces[index];
      const part = data.subarray(pos + filled - begin, pos + size - begin);
      found.set(part, filled);
      filled += part.length;
    }
    return found;
  }

  /** Which piece has this position: nearly always one of the newest. @param {number} pos */
  #holding(pos) {
    let index = this.pieces.length - 1;
    while (index > 0 && this.pieces[index].pos > pos) index -= 1;
    return index;
  }

  #drop() {
    const piece = this.pieces.shift();
    if (piece) this.start = piece.pos + piece.data.length;
  }
}
