// The correction of one segment: its text and speaker, and what to do when it is refused.
// @ts-check

import { make, put } from './dom.js';
import { sentence } from './problems.js';

/** @typedef {import('./session-transcript.js').Segment} Segment */
/** @typedef {import('./session-transcript.js').Services} Services */

/** @param {string} name @param {string} kind @param {() => void} onclick */
function button(name, kind, onclick) {
  return make('button', { class: `little ${kind}`, type: 'button', onclick }, name);
}

export class Editor {
  /** @param {Segment} segment @param {Services} services
   * @param {(changed: Segment | null) => void} done null: nothing was changed */
  constructor(segment, services, done) {
    this.segment = segment;
    this.services = services;
    this.done = done;
    this.build();
  }

  build() {
    const { text, speaker, number } = this.segment;
    this.text = /** @type {HTMLTextAreaElement} */ (make('textarea', {
      rows: 2, maxlength: 10_000, 'aria-label': 'Text', spellcheck: 'true',
      oninput: () => this.grow(),
    }));
    this.text.value = text;
    this.speaker = /** @type {HTMLInputElement} */ (make('input', {
      id: `speaker-${number}`, list: 'speakers', maxlength: 100, autocomplete: 'off',
    }));
    this.speaker.value = speaker ?? '';
    this.saveButton = button('Save', 'primary', () => void this.save());
    this.notice = make('div', {
      class: 'notice', 'data-kind': 'warn', role: 'alert', hidden: true,
    });
    this.element = make('form', { class: 'editor stack tight', onkeydown: this.key.bind(this) },
      this.text, this.notice,
      make('div', { class: 'row' },
        make('label', { class: 'small', for: this.speaker.id }, 'Speaker'), this.speaker,
        make('span', { class: 'hint last keys' }, 'Ctrl + Enter saves, Esc leaves'),
        button('Leave', 'quiet', () => this.done(null)), this.saveButton));
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.save();
    });
  }

  begin() {
    this.grow();
    this.text.focus();
    this.text.setSelectionRange(this.text.value.length, this.text.value.length);
  }

  /** As high as its text. */
  grow() {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation(); // the page has keys of its own
    if (event.key === 'Escape') this.done(null);
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void this.save();
  }

  /** What is other than it was. @returns {{text?: string, speaker?: string}} */
  get change() {
    const { text, speaker } = this.segment;
    const [said, name] = [this.text.value.trim(), this.speaker.value.trim()];
    return {
      ...(said !== text && { text: said }),
      ...(name !== (speaker ?? '') && { speaker: name }),
    };
  }

  get changed() {
    return Object.keys(this.change).length > 0;
  }

  /** @param {number} [revision] that it is to replace */
  async save(revision = this.segment.revision) {
    const { change } = this;
    if (!this.changed) {
      this.done(null);
      return;
    }
    this.busy(true);
    try {
      this.done(await this.services.correct(this.segment.number, revision, change));
    } catch (/** @type {any} */ failure) {
      await this.refused(failure).catch((/** @type {any} */ worse) => this.tell(sentence(worse)));
    } finally {
      this.busy(false);
    }
  }

  /** @param {import('./api.js').Failure} failure */
  async refused(failure) {
    switch (failure.code) {
      case 'precondition_failed': {
        this.conflict(await this.services.read(this.segment.number));
        return;
      }
      case 'session_expired': {
        this.tell('The time for corrections is over. The session can be restored.',
          button('Restore and save', '', () => void this.restore()));
        return;
      }
      default: this.tell(sentence(failure));
    }
  }

  /** Somebody was quicker. @param {Segment} theirs */
  conflict(theirs) {
    const said = `${theirs.speaker ? `${theirs.speaker}: ` : ''}${theirs.text}`;
    this.tell('Somebody else has corrected this in the meantime. It now says:',
      make('blockquote', {}, said),
      button('Take theirs', '', () => this.done(theirs)),
      button('Save mine', '', () => void this.save(theirs.revision)));
  }

  async restore() {
    this.busy(true);
    try {
      await this.services.restore();
      await this.save();
    } catch (/** @type {any} */ failure) {
      this.tell(sentence(failure));
      this.busy(false);
    }
  }

  /** @param {string} text @param {...Node} more */
  tell(text, ...more) {
    const said = make('p', { class: 'told' });
    this.notice.hidden = false;
    this.notice.replaceChildren(said, ...more);
    this.saveButton.hidden = more.length > 0; // there is something better to do
    put(said, text);
  }

  /** @param {boolean} busy */
  busy(busy) {
    this.saveButton.toggleAttribute('disabled', busy);
    if (busy) this.notice.hidden = true;
  }
}
