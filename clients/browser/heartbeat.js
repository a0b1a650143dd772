// @ts-check
/** Whether a connection still lives, and how far away its server is. Pure: time is passed in. */

const EVERY = 2; // seconds between two questions
const DEAD = 5; // seconds without a word after which a connection is lost
const HURRY = 2; // the same, when the network is known to have changed
const FROZEN = 3; // seconds between two looks after which it was us who did not listen

export class Heartbeat {
  /** @param {number} now seconds */
  constructor(now) {
    this.heard = now;
    this.asked = now - EVERY;
    this.looked = now;
    this.limit = DEAD;
    /** @type {number | null} */
    this.roundTrip = null; // milliseconds
  }

  /**
   * What is to be done now.
   * @param {number} now @returns {'ask' | 'dead' | null}
   */
  look(now) {
    const frozen = now - this.looked > FROZEN;
    this.looked = now;
    if (frozen) return this.#ask(now); // what came in between is read after this
    if (now - this.heard >= this.limit) return 'dead';
    return now - this.asked >= EVERY ? this.#ask(now, false) : null;
  }

  /** The network has changed: is this connection still one? @param {number} now */
  doubt(now) {
    this.limit = HURRY;
    return this.#ask(now);
  }

  /** The server has said something. @param {number} now @param {number} [asked] when, if a pong */
  hear(now, asked) {
    this.heard = now;
    this.limit = DEAD;
    if (asked !== undefined) this.roundTrip = (now - asked) * 1000;
  }

  /** @param {number} now @returns {'ask'} */
  #ask(now, anew = true) {
    this.asked = now;
    if (anew) this.heard = now;
    return 'ask';
  }
}
