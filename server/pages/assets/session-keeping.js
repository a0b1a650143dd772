// How long a session is kept, its deletion, and another try at its transcript.
// @ts-check

import { call } from './api.js';
import { byId, make, put } from './dom.js';
import { named } from './languages.js';
import { sentence } from './problems.js';
import { keeping } from './session-words.js';

/** @typedef {import('./session-state.js').Session} Session */
/** @typedef {import('./session-state.js').Outlook} Outlook */
/** @typedef {{changed: (session: Session) => void, begun: (job: any) => void,
 *   say: (sentence: string) => void}} Told */

export class Keeping {
  /** @param {string} path of the session @param {Told} told */
  constructor(path, told) {
    this.path = path;
    this.told = told;
    byId('hold').addEventListener('change', () => void this.hold());
    byId('delete').addEventListener('click', () => byId('delete-dialog').showModal());
    byId('again').addEventListener('click', () => void this.ask());
    onYes('delete-dialog', () => void this.erase());
    onYes('again-dialog', () => void this.again());
  }

  /** @param {Session} session @param {Outlook} view */
  show(session, view) {
    this.session = session;
    byId('until').replaceChildren(...keeping(session, view).flatMap(([name, time]) => [
      make('dt', {}, name), make('dd', {}, time),
    ]));
    byId('hold').checked = session.retention.hold;
    byId('hold').closest('label').hidden = view.phase === 'gone';
    byId('again').hidden = !view.again || view.phase === 'failed';
  }

  async hold() {
    const json = { retention: { hold: byId('hold').checked } };
    await this.attempt(async () => {
      this.told.changed((await call('PATCH', this.path, { json })).body);
    });
    byId('hold').checked = this.session?.retention.hold;
  }

  async erase() {
    await this.attempt(async () => {
      await call('DELETE', this.path);
      location.replace('/sessions');
    });
  }

  async ask() {
    await this.attempt(async () => {
      const { body } = await call('GET', '/v1/info');
      const languages = byId('again-language');
      languages.replaceChildren(languages.options[0], ...named(body.languages)
        .map(({ code, name }) => make('option', { value: code }, name)));
      languages.value = this.session?.language ?? 'auto';
      byId('again-model').value = this.session?.model ?? body.model;
      byId('again-dialog').showModal();
    });
  }

  async again() {
    const model = byId('again-model').value.trim();
    const json = { language: byId('again-language').value, ...(model && { model }) };
    await this.attempt(async () => this.retranscribe(json));
  }

  /** @param {object} json the same as before, where it is empty */
  async retranscribe(json) {
    this.told.begun((await call('POST', `${this.path}/retranscribe`, { json })).body);
  }

  /** @param {() => Promise<void>} deed */
  async attempt(deed) {
    await deed().catch((problem) => this.told.say(sentence(problem)));
  }
}

/** When a dialog is left with a yes. @param {string} id @param {() => void} deed */
function onYes(id, deed) {
  const dialog = byId(id);
  dialog.addEventListener('close', () => {
    const { returnValue } = dialog;
    dialog.returnValue = ''; // or Escape would be another yes
    if (returnValue === 'yes') deed();
  });
}
