// One file on the upload page: its life is drawn, and its buttons do what they say.
// @ts-check

import { call } from './api.js';
import { fill, make, put } from './dom.js';
import { follow } from './jobs.js';
import { after, chosen, ended, view } from './upload-life.js';
import { bring } from './upload-send.js';

/** @typedef {import('./upload-life.js').Happening} Happening */

export class Item {
  /** @param {File} file @param {Record<string, unknown>} options
   * @param {{changed: () => void, again: (item: Item) => void, removed: (item: Item) => void}} told
   */
  constructor(file, options, told) {
    this.file = file;
    this.options = options;
    this.told = told;
    this.life = chosen(file.size);
    this.control = new AbortController();
    this.unfollow = () => {};
    this.build();
    this.draw();
  }

  get waiting() {
    return this.life.phase === 'waiting';
  }

  get ended() {
    return ended(this.life);
  }

  /** On its way from this machine: to leave the page would end it. */
  get leaving() {
    return ['waiting', 'announcing', 'sending', 'checking'].includes(this.life.phase);
  }

  /** Until it is with the server, whose job is then followed. Throws nothing. */
  async run() {
    const { signal } = this.control;
    try {
      const job = await bring(this.file, this.options, (it) => this.happened(it), signal);
      this.happened({ type: 'job', job });
      if (this.ended) return;
      this.unfollow = follow(job.id, (it) => this.happened({ type: 'job', job: it }));
    } catch (/** @type {any} */ error) {
      this.happened({ type: 'refused', problem: error });
    }
  }

  /** @param {Happening} happening */
  happened(happening) {
    this.life = after(this.life, happening);
    this.draw();
    this.told.changed();
  }

  /** A job is ended by the server, which tells us; anything before it by us. */
  async cancel() {
    const { job } = this.life;
    if (!job) {
      this.happened({ type: 'cancelled' });
      this.control.abort();
      return;
    }
    const path = `/v1/jobs/${encodeURIComponent(job.id)}`;
    await call('DELETE', path).then(
      ({ body }) => this.happened({ type: 'job', job: body }),
      () => call('GET', path).then(({ body }) => this.happened({ type: 'job', job: body })),
    ).catch((problem) => this.happened({ type: 'refused', problem }));
    if (this.ended) this.unfollow();
  }

  again() {
    this.control = new AbortController();
    this.happened({ type: 'again' });
    this.told.again(this);
  }

  build() {
    const { name } = this.file;
    const button = (/** @type {string} */ text, /** @type {() => void} */ onclick) => (
      make('button', {
        class: 'quiet little', type: 'button', 'aria-label': `${text}: ${name}`, onclick,
      }, text));
    this.bar = /** @type {HTMLProgressElement} */ (make('progress', { 'aria-label': name }));
    this.state = make('p', { class: 'small numbers said' });
    this.reason = make('p', { class: 'small soft' });
    this.cancelButton = button('Cancel', () => void this.cancel());
    this.againButton = button('Try again', () => this.again());
    this.removeButton = button('Remove', () => this.told.removed(this));
    this.link = make('a', { class: 'button little' }, 'Open');
    this.element = make('li', { class: 'item card' },
      make('div', { class: 'row' },
        make('p', { class: 'grow cut name', title: name }, name),
        this.link, this.againButton, this.cancelButton, this.removeButton),
      this.bar, this.state, this.reason);
  }

  draw() {
    const shown = view(this.life);
    this.element.dataset.kind = shown.kind;
    this.bar.hidden = shown.share === undefined;
    fill(this.bar, shown.share ?? null);
    put(this.state, shown.sentence);
    put(this.reason, shown.reason);
    this.reason.hidden = !shown.reason;
    this.link.hidden = !shown.open;
    this.link.setAttribute('href', `/sessions/${this.life.session}`);
    this.link.setAttribute('aria-label', `Open the session of ${this.file.name}`);
    this.cancelButton.hidden = !shown.cancel;
    this.againButton.hidden = !shown.again;
    this.removeButton.hidden = shown.cancel;
  }
}
