// What a segment was before each correction, opened and closed by a button. Changes nothing.
// @ts-check

import { make } from './dom.js';
import { sentence } from './problems.js';
import { moment } from './times.js';

/** @typedef {{revision: number, text: string, speaker: string | null, author: string, at: string}}
 *   Before */

export class History {
  /** @param {HTMLElement} button @param {() => Promise<Before[]>} read */
  constructor(button, read) {
    this.button = button;
    this.read = read;
    this.element = make('ol', { class: 'history small', hidden: true, 'aria-label': 'History' });
  }

  async toggle() {
    if (!this.element.hidden) {
      this.close();
      return;
    }
    const lines = await this.read().then(
      (found) => found.map((each, place) => entry(each, place)),
      (problem) => [make('li', { class: 'wrong' }, sentence(problem))],
    );
    this.element.replaceChildren(...lines);
    this.open(true);
  }

  close() {
    this.open(false);
  }

  /** @param {boolean} open */
  open(open) {
    this.element.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
  }
}

/** @param {Before} before @param {number} place @returns {HTMLElement} */
function entry({ text, speaker, author, at }, place) {
  const said = `${speaker ? `${speaker}: ` : ''}${text || 'nothing'}`;
  return make('li', {},
    make('span', { class: 'soft' }, place === 0 ? 'As it was heard: ' : 'Then: '),
    make('q', {}, said),
    make('span', { class: 'soft' }, ` Corrected ${moment(Date.parse(at))} by ${author}.`));
}
