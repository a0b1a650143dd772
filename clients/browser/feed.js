// @ts-check
/** What is said in a room, for who only reads: server-sent events that go on after a loss. */

import { pause } from './backoff.js';

const KINDS = ['partial', 'final', 'revise', 'clear', 'end'];

export class Feed {
  #url;
  #told;
  #changed;
  #last = ''; // number of the last event
  #attempts = 0;
  /** @type {EventSource | undefined} */
  #source;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {string | URL} src the address of the room: `https://host/captions/ROOM`
   * @param {(event: import('./wire.js').Message) => void} told
   * @param {(state: 'live' | 'reconnecting') => void} changed
   */
  constructor(src, told, changed) {
    this.#url = new URL(src, document.baseURI);
    this.#url.pathname = `${this.#url.pathname.replace(/\/$/, '')}/events`;
    this.#told = told;
    this.#changed = changed;
    this.#open();
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  #open() {
    if (this.#last) this.#url.searchParams.set('last_event_id', this.#last);
    const source = new EventSource(this.#url);
    this.#source = source;
    source.onopen = () => {
      this.#attempts = 0;
      this.#changed('live');
    };
    source.onerror = () => this.#lost(source);
    for (const kind of KINDS) source.addEventListener(kind, (event) => this.#heard(kind, event));
  }

  /** @param {string} type @param {MessageEvent} event */
  #heard(type, { data, lastEventId }) {
    if (lastEventId) this.#last = lastEventId; // a new source knows none before its first
    this.#told({ ...JSON.parse(data), type });
  }

  /** A browser comes back by itself unless it was refused. @param {EventSource} source */
  #lost(source) {
    this.#changed('reconnecting');
    if (source.readyState !== EventSource.CLOSED) return;
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#open(), 1000 * pause(this.#attempts, Math.random()));
  }
}
