// Draws the state of a talk: nothing is decided here, and nothing is drawn twice.
// @ts-check

import { byId, make, put } from './dom.js';
import { BUSY, QUIET } from './speak-state.js';
import { addresses } from './speak-rooms.js';
import { button, hint, keeping, note, saved, status, trouble } from './speak-words.js';
import { clock } from './times.js';

/** @typedef {import('./speak-state.js').State} State */
/** @typedef {import('./speak-words.js').Way} Way */

const title = /** @type {Element} */ (document.querySelector('title'));

/** @type {Record<Way, string>} */
const LABELS = {
  again: 'Try again',
  websocket: 'Use WebSocket',
  microphone: 'Use the microphone',
  file: 'Use a file',
  room: 'Choose another name',
  token: '',
  upload: 'Upload it',
  session: 'Open what was saved',
};

export class View {
  #ways = '';

  /** @param {(way: Way) => void} onway */
  constructor(onway) {
    this.onway = onway;
  }

  /** @param {State} state */
  draw(state) {
    const { phase, heard } = state;
    byId('main').dataset.phase = phase;
    byId('state').dataset.state = phase === 'over' ? 'ready' : phase;
    put(byId('state'), status(state));
    put(byId('hint'), hint(state));
    put(byId('go-text'), button(state));
    byId('settings').hidden = !QUIET.has(phase);
    byId('clock').hidden = !BUSY.has(phase);
    put(byId('clock'), clock(heard));
    put(title, `${BUSY.has(phase) ? `● ${status(state)}` : 'Speak'} · CaptionFlow`);
    this.#keeping(state);
    this.#over(state);
    this.#trouble(state);
  }

  /** @param {import('./speak-lags.js').Delay | null} delay */
  delay(delay) {
    byId('delay').hidden = !delay;
    if (!delay) return;
    const [usual, newest] = [delay.usual, delay.newest].map((it) => it.toFixed(1));
    put(byId('delay'), `Delay ${usual} s, now ${newest} s`);
  }

  /** Words take the place of the hint. @param {boolean} some */
  words(some) {
    byId('hint').hidden = some;
    byId('main').toggleAttribute('data-words', some);
  }

  /** @param {string} label of the sound that is heard; empty: none */
  source(label) {
    put(byId('source-name'), label || 'Input level');
  }

  /** The room and its addresses. @param {string} room @param {boolean} busy it is in use here */
  sharing(room, busy) {
    byId('sharing').hidden = busy && !room;
    byId('room-field').hidden = busy;
    byId('links').hidden = !room;
    byId('whip-row').hidden = busy;
    for (const [name, address] of Object.entries(addresses(location.origin, room))) {
      put(byId(name), address);
      if (name !== 'whip') byId(name).href = address;
    }
  }

  /** @param {State} state */
  #keeping(state) {
    const said = BUSY.has(state.phase) ? note(state) : '';
    const text = `${keeping(state)} ${said}`.trim();
    byId('keeping').hidden = !text;
    put(byId('keeping'), text);
  }

  /** @param {State} state */
  #over(state) {
    const { phase, session, leaveIn } = state;
    byId('over').hidden = phase !== 'over';
    byId('stay').hidden = leaveIn === null;
    if (phase !== 'over') return;
    put(byId('over-text'), `${note(state)} ${saved(state)}`.trim());
    byId('open').href = `/sessions/${session}`;
  }

  /** @param {State} state */
  #trouble(state) {
    byId('trouble').hidden = state.phase !== 'failed';
    if (state.phase !== 'failed') {
      this.#ways = '';
      return;
    }
    const { title, text, ways } = trouble(state);
    const { retryIn } = state;
    put(byId('trouble-title'), title);
    put(byId('trouble-text'), text);
    put(byId('retry-in'), retryIn === null ? '' : `Trying again in ${retryIn} s`);
    byId('do-not').hidden = retryIn === null;
    if (this.#ways === ways.join()) return;
    this.#ways = ways.join();
    this.#offer(ways, state);
  }

  /** @param {Way[]} ways @param {State} state */
  #offer(ways, state) {
    const pressed = ways.filter((way) => way !== 'token').map((way) => this.#way(way, state));
    byId('ways').replaceChildren(...pressed);
    byId('token-form').hidden = !ways.includes('token');
    if (ways.includes('token')) byId('token').focus();
  }

  /** @param {Way} way @param {State} state */
  #way(way, { session }) {
    if (way === 'upload') return make('a', { class: 'button', href: '/upload' }, LABELS[way]);
    const saved = `/sessions/${session}`;
    if (way === 'session') return make('a', { class: 'button', href: saved }, LABELS[way]);
    return make('button', { type: 'button', onclick: () => this.onway(way) }, LABELS[way]);
  }
}
