// The captions on the screen: a view that is as the options say, made anew when they need another.
// @ts-check

import { CaptionView } from '/browser/captions.js';
import { byId, make } from './dom.js';
import { css } from './viewer-options.js';
import { Sentences } from './viewer-sentences.js';

/** @typedef {import('/browser/wire.js').Message} Message */
/** @typedef {import('./viewer-options.js').Options} Options */

export class Screen {
  #stage = byId('stage');
  #sentences = new Sentences();
  /** @type {CaptionView} */
  #view;
  #kind = '';

  /**
   * @param {Options} options
   * @param {() => void} changed somebody left the newest, or came back to it
   */
  constructor(options, changed) {
    this.changed = changed;
    this.#view = this.#fresh(options);
    this.look(options, []);
  }

  /** @param {Options} options @param {Message[]} history what a new view has to show */
  look(options, history) {
    for (const [property, value] of Object.entries(css(options)))
      this.#stage.style.setProperty(property, value);
    const lines = linesOf(options);
    this.#stage.toggleAttribute('data-lines', lines !== 'scroll');
    this.#stage.toggleAttribute('data-still', options.braille);
    this.#stage.dataset.position = options.position;
    if (this.#kind !== kindOf(options)) {
      this.#view = this.#fresh(options);
      this.show(history, options);
    }
    this.#view.live = options.live;
    this.#view.partials = options.tentative && !options.braille;
  }

  /** @param {Message[]} events @param {Options} options */
  show(events, { braille }) {
    const shown = braille ? events.flatMap((event) => this.#sentences.take(event)) : events;
    for (const event of shown) this.#view.apply(event);
    if (events.length) byId('nothing').hidden = true;
  }

  /** Half a sentence, when nothing has come for long. */
  late() {
    for (const event of this.#sentences.late()) this.#view.apply(event);
  }

  get following() {
    return this.#view.following;
  }

  follow() {
    this.#view.follow();
  }

  /** @param {Options} options */
  #fresh(options) {
    const box = make('div', { class: 'window', role: 'region', 'aria-label': 'Captions' });
    box.addEventListener('following', () => this.changed());
    new ResizeObserver(() => this.#view.following && this.#view.follow()).observe(box);
    byId('place').replaceChildren(box);
    this.#kind = kindOf(options);
    this.#sentences = new Sentences();
    return new CaptionView(box, { lines: linesOf(options), live: options.live });
  }
}

/** @param {Options} options @returns {number | 'scroll'} */
function linesOf({ braille, lines }) {
  return braille || !lines ? 'scroll' : lines;
}

/** @param {Options} options what a view cannot change @returns {string} */
function kindOf(options) {
  return `${options.braille} ${linesOf(options)}`;
}
