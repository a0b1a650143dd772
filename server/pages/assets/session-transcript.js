// The transcript: segments with their words, marked as they are said. Corrects none itself.
// @ts-check

import { icon, make, put } from './dom.js';
import { wordAt } from './highlight.js';
import { Editor } from './session-editor.js';
import { History } from './session-history.js';
import { clock } from './times.js';
import { pieces } from './words.js';

/** A segment as the server tells of it.
 * @typedef {import('./words.js').Timed & {
 *   number: number, speaker: string | null, language: string | null, revision: number,
 *   edited: boolean, original: string | null,
 * }} Segment */
/** What segments need of the page.
 * @typedef {{
 *   jump: (time: number) => void,
 *   correct: (number: number, revision: number, change: object) => Promise<Segment>,
 *   read: (number: number) => Promise<Segment>,
 *   past: (number: number) => Promise<import('./session-history.js').Before[]>,
 *   restore: () => Promise<void>,
 * }} Services */

export class Transcript {
  /** @param {HTMLElement} element @param {HTMLElement} speakers the names to choose from
   * @param {Services} services */
  constructor(element, speakers, services) {
    this.element = element;
    this.speakers = speakers;
    this.services = services;
    /** @type {Map<number, Said>} */
    this.said = new Map();
    /** @type {{element: HTMLElement, start: number, end: number}[]} */
    this.words = [];
    this.starts = new Float64Array();
    this.ends = new Float64Array();
    this.marked = -1;
    this.time = -1;
    element.addEventListener('click', (event) => this.clicked(event));
  }

  get size() {
    return this.said.size;
  }

  /** Whether something was written that is not saved. */
  get unsaved() {
    return [...this.said.values()].some(({ editor }) => editor?.changed);
  }

  /** All there are. Those under correction stay as they are. @param {Segment[]} segments */
  show(segments) {
    const there = new Set(segments.map(({ number }) => number));
    for (const [number, said] of this.said) {
      if (there.has(number) || said.editor) continue;
      said.element.remove();
      this.said.delete(number);
    }
    for (const segment of segments) this.put(segment);
    this.arrange();
  }

  /** Whether it is there, perhaps with more than is known of this one. @param {Segment} segment */
  has({ number, text }) {
    return this.said.get(number)?.segment.text === text;
  }

  /** One that is new, or changed. @param {Segment} segment */
  add(segment) {
    this.put(segment);
    this.arrange();
  }

  /** @param {Segment} segment */
  put(segment) {
    const said = this.said.get(segment.number);
    if (said) {
      said.draw(segment);
      return;
    }
    const fresh = new Said(segment, this.services, () => this.arrange());
    const after = [...this.said.values()].find((it) => it.segment.number > segment.number);
    this.said.set(segment.number, fresh);
    this.element.insertBefore(fresh.element, after?.element ?? null);
  }

  /** Order, names and the words by their times, after anything has changed. */
  arrange() {
    const all = [...this.said.values()].sort((a, b) => a.segment.number - b.segment.number);
    this.said = new Map(all.map((said) => [said.segment.number, said]));
    all.forEach((said, place) => said.head(all[place - 1]?.segment.speaker ?? null));
    this.words = all.flatMap(({ words }) => words).sort((a, b) => a.start - b.start);
    this.starts = Float64Array.from(this.words, ({ start }) => start);
    this.ends = Float64Array.from(this.words, ({ end }) => end);
    this.marked = -1;
    this.mark(this.time);
    const names = new Set(all.map(({ segment }) => segment.speaker).filter(Boolean));
    this.speakers.replaceChildren(...[...names].map((value) => make('option', { value })));
  }

  /** What is said at this time. @param {number} time seconds
   * @returns {HTMLElement | null} the segment, when another word has begun */
  mark(time) {
    this.time = time;
    const index = wordAt(this.starts, this.ends, time);
    if (index === this.marked) return null;
    this.element.querySelector('.word.now')?.classList.remove('now');
    this.element.querySelector('.segment.now')?.classList.remove('now');
    this.marked = index;
    if (index < 0) return null;
    const { element } = this.words[index];
    const segment = /** @type {HTMLElement} */ (element.closest('.segment'));
    element.classList.add('now');
    segment.classList.add('now');
    return segment;
  }

  /** @param {MouseEvent} event */
  clicked({ target }) {
    const word = /** @type {Element} */ (target).closest('.word');
    const found = this.words.find(({ element }) => element === word);
    const selecting = getSelection()?.type === 'Range';
    if (found && !selecting) this.services.jump(found.start);
  }
}

/** @param {string | Node} shown @param {string} label @param {() => void} onclick */
function tool(shown, label, onclick) {
  const attributes = { class: 'quiet little', type: 'button', 'aria-label': label, onclick };
  return make('button', attributes, shown);
}

/** One segment. */
class Said {
  /** @param {Segment} segment @param {Services} services @param {() => void} changed */
  constructor(segment, services, changed) {
    this.segment = segment;
    this.services = services;
    this.changed = changed;
    /** @type {Editor | null} */
    this.editor = null;
    /** @type {{element: HTMLElement, start: number, end: number}[]} */
    this.words = [];
    this.build();
    this.fill();
  }

  build() {
    const { start, number } = this.segment;
    const at = clock(start);
    this.time = tool(at, `Play from ${at}`, () => this.services.jump(this.segment.start));
    this.time.classList.add('time', 'numbers');
    this.speaker = make('p', { class: 'speaker small' });
    this.text = make('p', { class: 'text' });
    this.correct = tool(icon('pencil'), `Correct the segment at ${at}`, () => this.edit());
    this.correct.classList.add('correct');
    const past = `Corrected: what the segment at ${at} was before`;
    this.past = tool('Corrected', past, () => void this.history.toggle());
    this.past.classList.add('past');
    this.past.setAttribute('aria-expanded', 'false');
    this.history = new History(this.past, () => this.services.past(number));
    this.body = make('div', { class: 'body' }, this.speaker, this.text, this.past,
      this.history.element);
    this.element = make('li', { class: 'segment' }, this.time, this.body, this.correct);
  }

  /** @param {Segment} segment */
  draw(segment) {
    if (JSON.stringify(segment) === JSON.stringify(this.segment) || this.editor) return;
    this.segment = segment;
    this.fill();
  }

  fill() {
    const { segment } = this;
    const cut = pieces(segment).map((piece) => ({ ...piece, element: made(piece) }));
    this.words = cut.flatMap(({ element, start, end }) => (
      start === undefined || end === undefined ? []
        : [{ element: /** @type {HTMLElement} */ (element), start, end }]));
    this.text.replaceChildren(...cut.map(({ element }) => element));
    if (segment.language) this.text.lang = segment.language;
    put(this.time, clock(segment.start));
    this.past.hidden = !segment.edited;
    this.history.close();
  }

  /** A name where it is another than before. @param {string | null} before */
  head(before) {
    const { speaker } = this.segment;
    put(this.speaker, speaker ?? '');
    this.speaker.hidden = !speaker || speaker === before;
  }

  edit() {
    this.history.close();
    this.editor = new Editor(this.segment, this.services, (changed) => this.edited(changed));
    this.shown(false);
    this.body.append(this.editor.element);
    this.editor.begin();
  }

  /** @param {Segment | null} changed null: it stays as it was */
  edited(changed) {
    this.editor?.element.remove();
    this.editor = null;
    this.shown(true);
    if (changed) this.draw(changed);
    this.changed();
    this.correct.focus();
  }

  /** @param {boolean} shown */
  shown(shown) {
    this.text.hidden = !shown;
    this.past.hidden = !shown || !this.segment.edited;
    this.correct.hidden = !shown;
    this.element.toggleAttribute('data-editing', !shown);
  }
}

/** @param {import('./words.js').Piece} piece @returns {Node} */
function made({ text, start, doubt }) {
  if (start === undefined) return document.createTextNode(text);
  return make('span', { class: doubt ? 'word doubt' : 'word' }, text);
}
