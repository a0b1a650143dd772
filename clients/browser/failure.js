// @ts-check
/** Why there are no captions, for people and for programs. Pure: throws nothing itself. */

/** @type {Record<number, [string, string]>} */
const CLOSES = {
  1001: ['going_away', 'The server is going away'],
  1006: ['lost', 'The connection was lost'],
  1011: ['internal', 'The server failed'],
  1012: ['restarting', 'The server is restarting'],
  1013: ['overloaded', 'The server has no capacity now'],
  4400: ['bad_message', 'The server did not understand a message'],
  4401: ['unauthorized', 'The server wants a valid token'],
  4403: ['forbidden', 'The token does not allow this'],
  4404: ['unknown_session', 'The session is unknown or over'],
  4408: ['idle', 'The server closed an idle session'],
  4409: ['taken_over', 'The session goes on over another connection'],
  4410: ['gap', 'The audio had a gap, or ended elsewhere than announced'],
  4429: ['too_far_ahead', 'Audio came faster than allowed, or a quota is used up'],
};

/** The server refused, failed, ended early, or could not be reached. */
export class ConnectionFailed extends Error {
  /**
   * @param {string} code a short name, stable enough to branch on
   * @param {string} message a sentence for people
   * @param {{retryAfter?: number, close?: number}} [more] retryAfter: seconds to wait before
   *   another attempt. close: the code of the close, or the status of the refusal.
   */
  constructor(code, message, { retryAfter, close } = {}) {
    super(message);
    this.name = 'ConnectionFailed';
    this.code = code;
    this.retryAfter = retryAfter;
    this.close = close;
  }
}

/**
 * What the end of a connection means, in the server's own words if it said any before.
 * @param {number} close @param {string} reason
 * @param {import('./wire.js').Message | null} [said] the fatal error before it
 */
export function fromClose(close, reason, said) {
  if (said) return told(said, close);
  const [code, meaning] = CLOSES[close] ?? [`closed_${close}`, `The server closed with ${close}`];
  return new ConnectionFailed(code, reason ? `${meaning}: ${reason}` : meaning, { close });
}

/** @param {import('./wire.js').Message} said @param {number} [close] */
export function told(said, close) {
  return new ConnectionFailed(said.code, said.message, {
    retryAfter: said.retry_after ?? undefined,
    close,
  });
}
