// What of the captions of a room is shown next, for who looks at them at a calm pace: of what is
// not final only the newest, of what is final all. Pure: told what came, says what to show.
// @ts-check

const KEPT = 2000; // events that are final, for a view that is made anew

/** @typedef {import('/browser/wire.js').Message} Message */

export class Flow {
  /** @type {Message[]} */
  #history = [];
  /** @type {Message[]} */
  #waiting = [];
  /** @type {Map<string, Message>} */
  #partials = new Map(); // by session

  /** Somebody speaks: true; nobody any more: false; nobody yet: null.
   * @type {boolean | null} */
  speaking = null;

  /** @param {Message} event */
  take(event) {
    const { type, session = '' } = event;
    this.speaking = type !== 'end';
    if (type === 'partial') {
      this.#partials.set(session, event);
      return;
    }
    const partial = this.#partials.get(session);
    if (type !== 'final' || (partial && partial.seg <= event.seg)) this.#partials.delete(session);
    this.#waiting.push(event);
  }

  /** Finals that are not shown yet. */
  get fresh() {
    return this.#waiting.filter(({ type, text }) => type === 'final' && text).length;
  }

  /** What is to be shown now. @returns {Message[]} */
  next() {
    const events = [...this.#waiting, ...this.#partials.values()];
    this.#history = [...this.#history, ...this.#waiting].slice(-KEPT);
    this.#waiting = [];
    this.#partials.clear();
    return events;
  }

  /** What was shown and is final, for a new view. @returns {Message[]} */
  get history() {
    return this.#history;
  }
}
