// The settings as fields of a form: filled from what was remembered, read whenever one changes.
// @ts-check

import { byId, make, put } from './dom.js';
import { named } from './languages.js';
import { plain } from './speak-rooms.js';
import { cleaned } from './speak-settings.js';
import { wrongWords } from './upload-options.js';

/** @typedef {import('./speak-settings.js').Settings} Settings */

const LISTS = ['language', 'device']; // that may not be filled yet
const SWITCHES = /** @type {const} */ (['echo', 'noise', 'aloud', 'leave']);

export class Form {
  /** @type {File | undefined} */
  file = undefined;
  #form = byId('settings');
  #whole = byId('whole');

  /** @param {Settings} settings @param {() => void} onchange */
  constructor(settings, onchange) {
    this.settings = settings;
    this.onchange = onchange;
    this.#fill();
    this.#form.addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
    for (const area of [this.#form, this.#whole, byId('room')]) {
      area.addEventListener('input', (/** @type {Event} */ event) => this.#changed(event));
    }
    byId('room').addEventListener('change', () => this.#tidy());
    byId('file').addEventListener('change', () => this.take(byId('file').files[0]));
    addEventListener('dragenter', (event) => this.#over(event));
    addEventListener('dragover', (event) => this.#over(event));
    addEventListener('dragleave', (event) => {
      if (!(/** @type {DragEvent} */ (event).relatedTarget)) this.#left();
    });
    addEventListener('drop', (event) => this.#dropped(event));
  }

  /** What counts now: of lists what they show, not what they may show one day. */
  get chosen() {
    const microphones = byId('device').options.length;
    const device = microphones ? byId('device').value : this.settings.device;
    return { ...this.settings, language: byId('language').value, device };
  }

  /** What keeps it from starting; the field says so too. */
  get wrong() {
    const wrong = wrongWords(this.settings.hotwords);
    put(byId('hotwords-wrong'), wrong);
    byId('hotwords').setAttribute('aria-invalid', String(Boolean(wrong)));
    if (wrong) byId('hotwords').focus();
    return wrong;
  }

  /** A file is what is to be heard. @param {File | undefined} file */
  take(file) {
    this.file = file;
    put(byId('file-label'), file ? file.name : 'Drop a file here, or choose one');
    if (file) this.choose({ source: 'file' });
  }

  /** Other settings, as if they had been chosen in the fields. @param {Partial<Settings>} some */
  choose(some) {
    this.settings = { ...this.settings, ...some };
    this.#fill();
    this.onchange();
  }

  /** @param {string[]} codes */
  offerLanguages(codes) {
    const offered = named(codes).map(({ code, name }) => make('option', { value: code }, name));
    byId('language').append(...offered);
    this.#select('language');
  }

  /** Microphones by name; none while the browser does not tell them.
   * @param {{id: string, name: string}[]} microphones */
  offerMicrophones(microphones) {
    const offered = microphones.map(({ id, name }) => make('option', { value: id }, name));
    byId('device').replaceChildren(make('option', { value: '' }, 'The usual one'), ...offered);
    byId('device-field').hidden = !microphones.length;
    this.#select('device');
  }

  #fill() {
    const { settings } = this;
    const fields = this.#form.elements;
    for (const name of ['source', 'task', 'transport', 'hotwords', 'room']) {
      fields[name].value = settings[/** @type {keyof Settings} */ (name)];
    }
    for (const name of SWITCHES) fields[name].checked = settings[name];
    this.#whole.checked = settings.whole;
    this.#select('language');
    this.#select('device');
    this.#unfold();
  }

  /** What is not offered (yet) is not chosen, but not forgotten either.
   * @param {'language' | 'device'} list */
  #select(list) {
    const { options } = byId(list);
    const index = [...options].findIndex(({ value }) => value === this.settings[list]);
    byId(list).selectedIndex = Math.max(0, index);
  }

  /** @param {Event} event */
  #changed({ target }) {
    const fields = this.#form.elements;
    const read = Object.fromEntries(new FormData(this.#form));
    const switches = Object.fromEntries(SWITCHES.map((name) => [name, fields[name].checked]));
    for (const list of LISTS) if (target !== byId(list)) delete read[list];
    const room = plain(fields.room.value);
    const whole = this.#whole.checked;
    this.settings = cleaned({ ...this.settings, ...read, ...switches, room, whole });
    this.#unfold();
    this.onchange();
  }

  /** The name as it is in addresses, once it was typed. */
  #tidy() {
    byId('room').value = this.settings.room;
  }

  #unfold() {
    for (const part of this.#form.querySelectorAll('[data-for]')) {
      part.hidden = part.dataset.for !== this.settings.source;
    }
  }

  /** @param {Event} event */
  #over(event) {
    if (!(/** @type {DragEvent} */ (event).dataTransfer?.types.includes('Files'))) return;
    event.preventDefault();
    document.body.dataset.over = '';
  }

  #left() {
    delete document.body.dataset.over;
  }

  /** @param {Event} event */
  #dropped(event) {
    event.preventDefault();
    this.#left();
    const file = /** @type {DragEvent} */ (event).dataTransfer?.files[0];
    if (file && !this.#form.hidden) this.take(file);
  }
}
