// @ts-check
/**
 * Captions in an element: what is final in a log, what is being said below it. Knows no server.
 * Words that are committed keep their place: only what comes after them is written anew.
 */

import { CaptionModel } from './caption-model.js';
import { adopt } from './caption-style.js';

/** @typedef {import('./caption-model.js').Caption} Caption */

const FEW = 12; // finals that are kept where only some lines are to be seen
const NEAR = 4; // pixels from the end that count as the end

export class CaptionView {
  #element;
  #scrolls;
  #model;
  #log = document.createElement('div');
  #now = document.createElement('div');
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map(); // by the key of the caption
  /** @type {HTMLElement | null} */
  #held = null; // has more room than it needs, so that nothing moves
  #following = true;

  /**
   * @param {HTMLElement} element empty
   * @param {{lines?: number | 'scroll', partials?: boolean, live?: boolean}} [options]
   *   lines: how many are to be seen, or all. partials: also what is not final. live: screen
   *   readers say what is final; by default they do not, as that would be over the speaker.
   */
  constructor(element, { lines = 2, partials = true, live = false } = {}) {
    this.#element = element;
    this.#scrolls = lines === 'scroll';
    this.#model = new CaptionModel(this.#scrolls ? undefined : FEW);
    this.#log.role = 'log';
    this.#log.ariaLabel = 'Captions';
    this.#now.ariaHidden = 'true'; // changes too often to be read out
    this.live = live;
    this.partials = partials;
    element.classList.add('captions');
    element.dataset.lines = String(lines);
    if (this.#scrolls) element.tabIndex = 0;
    else element.style.setProperty('--captions-lines', String(lines));
    element.replaceChildren(this.#log, this.#now);
    element.addEventListener('scroll', () => this.#scrolled());
    adopt(/** @type {Document | ShadowRoot} */ (element.getRootNode()));
  }

  get live() {
    return this.#log.ariaLive === 'polite';
  }

  set live(on) {
    this.#log.ariaLive = on ? 'polite' : 'off';
  }

  get partials() {
    return !this.#now.hidden;
  }

  set partials(on) {
    this.#now.hidden = !on;
  }

  /** Whether what comes is scrolled into view; the element says `following` when that changes. */
  get following() {
    return this.#following;
  }

  /** Back to the newest. */
  follow() {
    this.#element.scrollTop = this.#element.scrollHeight;
  }

  /** Forget all that was said. */
  clear() {
    this.apply({ type: 'clear' });
  }

  /** @param {import('./wire.js').Message} event as it comes from a connection or of a room */
  apply(event) {
    const captions = this.#model.apply(event);
    const keys = new Set(captions.map((it) => it.key));
    for (const caption of captions) this.#show(caption);
    for (const [key, block] of this.#shown) {
      if (keys.has(key)) continue;
      block.remove();
      this.#shown.delete(key);
    }
    if (this.#following) this.follow();
  }

  /** @param {Caption} caption */
  #show(caption) {
    const block = this.#shown.get(caption.key) ?? this.#begun(caption);
    write(block, caption);
    if (caption.final && block.parentElement === this.#now) this.#log.append(block);
    if (!caption.final) this.#hold(block);
  }

  /** @param {Caption} caption */
  #begun({ key, final }) {
    const block = document.createElement('p');
    block.dir = 'auto';
    const [committed, tentative] = [document.createElement('span'), document.createElement('span')];
    tentative.className = 'tentative';
    block.append(committed, tentative);
    (final ? this.#log : this.#now).append(block);
    this.#shown.set(key, block);
    this.#held?.style.removeProperty('min-block-size'); // its room is this one's now
    this.#held = null;
    return block;
  }

  /** A line that was begun stays, though its words are taken back. @param {HTMLElement} block */
  #hold(block) {
    const height = block.clientHeight;
    if (height) block.style.minBlockSize = `${height}px`;
    this.#held = block;
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.#element;
    const following = !this.#scrolls || scrollTop + clientHeight >= scrollHeight - NEAR;
    if (following === this.#following) return;
    this.#following = following;
    this.#element.dispatchEvent(new CustomEvent('following', { detail: { following } }));
  }
}

/** @param {HTMLElement} block @param {Caption} caption */
function write(block, { committed, tentative, language }) {
  const [before, after] = /** @type {HTMLCollectionOf<HTMLElement>} */ (block.children);
  extend(before, committed);
  if (after.textContent !== tentative) after.textContent = tentative;
  if (language && block.lang !== language) block.lang = language;
}

/** Words that are there are not touched. @param {HTMLElement} element @param {string} text */
function extend(element, text) {
  const there = element.firstChild;
  if (there instanceof Text && text.startsWith(there.data)) {
    if (text.length > there.length) there.appendData(text.slice(there.length));
  } else if (element.textContent !== text) {
    element.textContent = text;
  }
}
