// @ts-check
/**
 * What is to be read now, from what was heard. Pure: no page, no clock. Committed words stay where
 * they are; speech that begins before the text of the last is settled waits for it.
 */

/**
 * @typedef {import('./wire.js').Message} Message
 * @typedef {object} Caption one utterance
 * @property {string} key
 * @property {string} committed words that will not change
 * @property {string} tentative words that may
 * @property {boolean} final
 * @property {string} [language]
 */

/**
 * The first characters as people count them: JavaScript counts some as two.
 * @param {string} text @param {number} count
 */
function start(text, count) {
  let length = 0;
  for (const character of text) {
    if (count === 0) break;
    length += character.length;
    count -= 1;
  }
  return text.slice(0, length);
}

export class CaptionModel {
  /** @type {Caption[]} */
  #finals = [];
  /** @type {Map<string, Map<number, Caption>>} */
  #open = new Map(); // by session, in the order of their segments
  /** @type {Map<string, number>} */
  #closed = new Map(); // by session: up to this segment all is final
  #most;

  /** @param {number} [most] finals that are kept */
  constructor(most = 2000) {
    this.#most = most;
  }

  /** What to show after an event: all that is final, then what is being said. */
  apply(/** @type {Message} */ event) {
    const { type, session = '' } = event;
    if (type === 'partial') this.#partial(session, event);
    if (type === 'final') this.#final(session, event);
    if (type === 'revise') this.#revise(session, event);
    if (type === 'end' || type === 'ended') this.#open.delete(session);
    if (type === 'clear') this.#finals = [];
    if (type === 'clear') this.#open.clear();
    return this.captions;
  }

  /** @returns {Caption[]} */
  get captions() {
    const first = [...this.#open.values()].map((segments) => [...segments.values()][0]);
    return [...this.#finals, ...first];
  }

  /** @param {string} session @param {Message} event */
  #partial(session, { seg, text, stable }) {
    if (seg <= (this.#closed.get(session) ?? -1)) return;
    const committed = start(text, stable);
    const tentative = text.slice(committed.length);
    const segments = this.#open.get(session) ?? new Map();
    segments.set(seg, { key: `${session}/${seg}`, committed, tentative, final: false });
    this.#open.set(session, new Map([...segments].sort(([a], [b]) => a - b)));
  }

  /** @param {string} session @param {Message} event */
  #final(session, { seg, text, language }) {
    if (seg <= (this.#closed.get(session) ?? -1)) return;
    this.#closed.set(session, seg);
    const later = [...(this.#open.get(session) ?? [])].filter(([number]) => number > seg);
    if (later.length) this.#open.set(session, new Map(later));
    else this.#open.delete(session);
    if (!text) return; // what was shown was no speech
    const caption = { key: `${session}/${seg}`, committed: text, tentative: '', final: true };
    this.#finals = [...this.#finals, { ...caption, language }].slice(-this.#most);
  }

  /** @param {string} session @param {Message} event */
  #revise(session, { seg, text }) {
    const key = `${session}/${seg}`;
    this.#finals = this.#finals.map((it) => (it.key === key ? { ...it, committed: text } : it));
  }
}
