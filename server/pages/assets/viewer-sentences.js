// Finals as whole sentences, one each, for who reads by touch: a sentence that was given is not
// touched again. Pure.
// @ts-check

const END = /[.!?…]["'”’»)\]]*(?=\s|$)|[。！？]["'”’»)\]」』）]*/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。！？]$/u;

/** @typedef {import('/browser/wire.js').Message} Message */

export class Sentences {
  /** @type {Map<string, {text: string, language?: string}>} */
  #begun = new Map(); // by session, what waits for the rest of its sentence
  /** @type {Map<string, number>} */
  #count = new Map();

  /** The events to show in the place of one. @param {Message} event @returns {Message[]} */
  take(event) {
    const { type, session = '', text, language } = event;
    if (type === 'end') return [...this.#rest(session), event];
    if (type === 'clear') this.#begun.clear();
    if (type === 'clear') return [event];
    if (type !== 'final') return [];
    const begun = this.#begun.get(session)?.text ?? '';
    const { whole, rest } = cut(joined(begun, text.trim()));
    if (rest) this.#begun.set(session, { text: rest, language });
    else this.#begun.delete(session);
    return whole.map((one) => this.#final(session, one, language));
  }

  /** What waits, when nothing has come for long. @returns {Message[]} */
  late() {
    return [...this.#begun.keys()].flatMap((session) => this.#rest(session));
  }

  /** @param {string} session @returns {Message[]} */
  #rest(session) {
    const begun = this.#begun.get(session);
    this.#begun.delete(session);
    return begun ? [this.#final(session, begun.text, begun.language)] : [];
  }

  /** @param {string} session @param {string} text @param {string} [language] @returns {Message} */
  #final(session, text, language) {
    const seg = (this.#count.get(session) ?? 0) + 1;
    this.#count.set(session, seg);
    return { type: 'final', session, seg, text, language };
  }
}

/** @param {string} text @returns {{whole: string[], rest: string}} */
function cut(text) {
  const whole = [];
  let at = 0;
  for (const { 0: end, index } of text.matchAll(END)) {
    whole.push(text.slice(at, index + end.length).trim());
    at = index + end.length;
  }
  return { whole, rest: text.slice(at).trim() };
}

/** @param {string} before @param {string} after */
function joined(before, after) {
  return before && !UNSPACED.test(before) ? `${before} ${after}` : before + after;
}
