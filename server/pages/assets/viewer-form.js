// The settings of the viewer's page: shows what is chosen, tells what is changed, and remembers it.
// @ts-check

import { byId, make, put } from './dom.js';
import { SHORTCUTS, colours, coloursOf } from './viewer-keys.js';
import {
  COLOURS, DEFAULTS, FONTS, LINES, READABLE, SPACINGS, checked, contrast,
} from './viewer-options.js';

/** @typedef {import('./viewer-options.js').Options} Options */

const KEY = 'captionflow.viewer';
const SWITCHES = /** @type {const} */ (['tentative', 'live', 'braille', 'shortcuts']);
const NUMBERS = ['size', 'opacity', 'lines'];

/** @returns {Options} */
export function remembered() {
  try {
    return checked(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return checked({}); // no storage here, or nonsense in it
  }
}

/** @param {Options} options */
export function remember(options) {
  try {
    localStorage.setItem(KEY, JSON.stringify(options));
  } catch {
    // a browser that keeps nothing shows what is chosen all the same
  }
}

export class Form {
  #form = byId('form');
  #panel = byId('settings');
  #opener = byId('settings-open');

  /** @param {(change: Partial<Options>) => void} onchange */
  constructor(onchange) {
    this.onchange = onchange;
    this.#fill();
    this.#form.addEventListener('input', (/** @type {Event} */ event) => this.#changed(event));
    byId('colours').addEventListener('input', (/** @type {any} */ event) => {
      event.stopPropagation();
      if (event.target.value) onchange(colours(event.target.value));
    });
    byId('reset').addEventListener('click', () => onchange({ ...DEFAULTS }));
    this.#opener.addEventListener('click', () => this.toggle());
    byId('settings-close').addEventListener('click', () => this.close());
    this.#panel.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Escape') this.close();
    });
  }

  get open() {
    return !this.#panel.hidden;
  }

  toggle() {
    if (this.open) return this.close();
    this.#panel.hidden = false;
    this.#opener.setAttribute('aria-expanded', 'true');
    this.#panel.focus();
  }

  close() {
    this.#panel.hidden = true;
    this.#opener.setAttribute('aria-expanded', 'false');
    this.#opener.focus();
  }

  /** @param {Options} options */
  show(options) {
    const fields = this.#form.elements;
    for (const name of ['size', 'opacity', 'lines', 'font', 'spacing', 'color', 'background'])
      fields.namedItem(name).value = String(options[/** @type {keyof Options} */ (name)]);
    for (const name of SWITCHES) fields.namedItem(name).checked = options[name];
    fields.namedItem('position').value = options.position;
    for (const radio of this.#form.querySelectorAll('[name="position"]'))
      radio.disabled = options.lines === 0 || options.braille;
    fields.namedItem('lines').disabled = options.braille;
    byId('colours').value = coloursOf(options);
    put(byId('size-told'), `${options.size} %`);
    put(byId('opacity-told'), `${options.opacity} %`);
    put(byId('contrast'), warning(options));
  }

  #fill() {
    byId('font').append(...choices(Object.entries(FONTS).map(([key, [name]]) => [key, name])));
    const spacings = Object.entries(SPACINGS).map(([key, [name]]) => [key, name]);
    byId('spacing').append(...choices(spacings));
    byId('colours').append(...choices(Object.entries(COLOURS).map(([key, [name]]) => [key, name])));
    byId('colours').append(make('option', { value: '', disabled: true }, 'Your own'));
    byId('lines').append(...choices(LINES.map((count) => [String(count), told(count)])));
    for (const [keys, does] of SHORTCUTS) {
      const names = keys.flatMap((key, n) => [n ? ' or ' : '', make('kbd', {}, key)]);
      byId('keys').append(make('dt', {}, ...names), make('dd', {}, does));
    }
  }

  /** @param {Event} event */
  #changed({ target }) {
    const { name, value, checked: on, type } = /** @type {HTMLInputElement} */ (target);
    if (type === 'checkbox') this.onchange({ [name]: on });
    else this.onchange({ [name]: NUMBERS.includes(name) ? Number(value) : value });
  }
}

/** @param {string[][]} all */
function choices(all) {
  return all.map(([value, name]) => make('option', { value }, name));
}

/** @param {number} lines */
function told(lines) {
  return lines ? `${lines} lines` : 'The whole talk';
}

/** @param {Options} options */
function warning({ color, background }) {
  const found = contrast(color, background);
  if (found >= READABLE) return '';
  return `These colours are hard to tell apart: ${found.toFixed(1)} to 1, where 4.5 is needed.`;
}
