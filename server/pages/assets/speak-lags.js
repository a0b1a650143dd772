// How long captions take, from what was measured of the last ones. Pure.
// @ts-check

const LAST = 20; // measurements that the usual delay is of

/** @typedef {{usual: number, newest: number}} Delay seconds */

export class Lags {
  /** @type {number[]} milliseconds, the newest last */
  #measured = [];

  /** @param {number} ms */
  add(ms) {
    this.#measured = [...this.#measured, ms].slice(-LAST);
  }

  /** The median, and the newest; null before there is any.
   * @returns {Delay | null} */
  get delay() {
    const newest = this.#measured.at(-1);
    if (newest === undefined) return null;
    const sorted = this.#measured.toSorted((a, b) => a - b);
    const usual = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
    return { usual: usual / 1000, newest: newest / 1000 };
  }
}
