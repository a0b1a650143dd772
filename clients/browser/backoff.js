// @ts-check
/** When a lost connection is tried again, and when it is given up. Pure: time is passed in. */

/** @typedef {import('./failure.js').ConnectionFailed} ConnectionFailed */

const AT_FIRST = 0.25; // seconds before the second attempt; the first is made at once
const AT_MOST = 8;
const FOR_GOOD = new Set(['forbidden', 'not_a_server', 'taken_over', 'unauthorized']);
const STAYS = new Set([1000, 1009, 4400, 4401, 4403, 4409]); // closes after which nobody returns
const PASSES = new Set([408, 409, 429]); // refusals by HTTP that do not stay

/** Whether another connection may go on where this one ended. @param {ConnectionFailed} failure */
export function mayReturn({ code, close = 0 }) {
  const refused = close >= 400 && close < 500 && !PASSES.has(close);
  return !FOR_GOOD.has(code) && !STAYS.has(close) && !refused;
}

/**
 * Seconds before an attempt, the first being number 0.
 * @param {number} attempt @param {number} chance from 0 to 1, so that not all come at once
 */
export function pause(attempt, chance) {
  if (attempt === 0) return 0;
  return Math.min(AT_FIRST * 2 ** (attempt - 1), AT_MOST) * (0.5 + chance / 2);
}

export class Backoff {
  /**
   * @param {number} patience seconds without a server after which it is given up
   * @param {() => number} chance
   */
  constructor(patience, chance) {
    this.patience = patience;
    this.chance = chance;
    this.attempts = 0;
    this.since = 0;
    /** @type {ConnectionFailed | null} */
    this.cause = null; // what ended the last connection that was one
  }

  /**
   * A connection is gone, or was not to be had.
   * @param {ConnectionFailed} failure
   * @param {boolean} lively it had been one on which the server spoke
   * @param {number} now seconds
   * @returns {{retryIn: number} | {failed: ConnectionFailed}}
   */
  lost(failure, lively, now) {
    if (lively || !this.cause) {
      this.since = now;
      this.attempts = 0;
      this.cause = failure;
    }
    if (!mayReturn(failure)) return { failed: failure };
    const retryIn = Math.max(pause(this.attempts++, this.chance()), failure.retryAfter ?? 0);
    return now + retryIn > this.since + this.patience ? { failed: this.cause } : { retryIn };
  }

  /** There is a network again: the pauses begin anew. */
  hurry() {
    this.attempts = 1;
  }
}
