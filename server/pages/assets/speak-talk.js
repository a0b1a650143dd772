// One talk: the sound, and the connection that carries it. Does what it is told and tells what
// happens; what follows from that is decided in speak-state.js.
// @ts-check

import { capture } from '/browser/capture.js';
import { Connection, ConnectionFailed } from '/browser/connection.js';
import { Whip } from '/browser/whip.js';
import { call } from './api.js';
import { made } from './speak-rooms.js';
import { sound, wishes } from './speak-settings.js';
import { troubleOf } from './speak-words.js';

const PATIENCE = 300; // seconds without a server after which it is given up
const KEEP = 300; // seconds of sound that are kept for it: 30 MB
const BYTES = 2; // of a sample
const EVENTS = ['partial', 'final', 'revise', 'lag'];

/** @typedef {import('./speak-settings.js').Settings} Settings */
/**
 * @typedef {object} Given
 * @property {File | undefined} file
 * @property {string | undefined} token
 */
/**
 * @typedef {object} Listener
 * @property {(event: import('./speak-state.js').Event) => void} happened
 * @property {(type: string, detail: any) => void} said captions and their delay
 * @property {(level: number) => void} heard
 */

export class Talk {
  /** @type {any} */
  #sound = null;
  /** @type {any} */
  #line = null;
  #bytes = 0; // of sound so far
  #left = false;
  #greeted = false;

  /** @param {Settings} settings @param {Given} given @param {Listener} listener */
  constructor(settings, given, listener) {
    this.settings = settings;
    this.given = given;
    this.listener = listener;
    this.room = settings.room;
  }

  /** The name of what is heard. */
  get label() {
    return this.#sound?.label ?? '';
  }

  /** Seconds of sound so far, and of it those that the server does not have. */
  get progress() {
    if (!this.#sound) return {};
    const pace = this.#sound.rate * BYTES;
    const kept = this.#line instanceof Connection ? this.#bytes - this.#line.received : 0;
    return { heard: this.#bytes / pace, kept: Math.max(0, kept) / pace };
  }

  async capture() {
    const { source } = this.settings;
    if (source === 'file' && !this.given.file) {
      return this.#tell({ type: 'failed', trouble: 'file_missing' });
    }
    try {
      const found = await capture(sound(this.settings, this.given.file));
      if (this.#left) return found.stop();
      this.#sound = found;
    } catch (error) {
      return this.#fail(error);
    }
    this.#sound.onlevel = this.listener.heard;
    this.#sound.onended = () => this.#tell({ type: 'dry', note: NOTES[source] });
    this.#tell({ type: 'captured' });
  }

  async connect() {
    try {
      this.#line = this.settings.transport === 'webrtc' ? this.#whip() : this.#stream();
      this.#sound.onframe = (/** @type {Int16Array} */ pcm) => this.#frame(pcm);
      for (const type of EVENTS) {
        this.#line.addEventListener(type, (/** @type {CustomEvent} */ { detail }) => {
          this.listener.said(type, detail);
        });
      }
      await this.#line.open();
    } catch (error) {
      return this.#fail(await this.#why(error));
    }
    this.#greeted = true;
    this.#line.addEventListener('state', (/** @type {CustomEvent} */ { detail }) => {
      this.#turn(detail);
    });
    this.#tell({ type: 'opened', session: this.#line.session });
  }

  /** No more sound; the last words are waited for. */
  async end() {
    try {
      const { duration } = await this.#line.end();
      this.#tell({ type: 'ended', heard: duration, leave: this.settings.leave });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The microphone is free again. */
  release() {
    this.#sound?.stop();
  }

  /** All of it is over, whatever was still to come. */
  close() {
    this.#left = true;
    this.#line?.close();
  }

  #stream() {
    const { rate } = this.#sound;
    return new Connection(location.origin, { ...this.#wishes(), rate, keep: KEEP });
  }

  #whip() {
    if (!globalThis.RTCPeerConnection) throw new ConnectionFailed('no_webrtc', '');
    const { stream } = this.#sound;
    this.room ||= made(crypto.getRandomValues(new Uint8Array(10)));
    return new Whip(location.origin, { ...this.#wishes(), room: this.room, stream });
  }

  #wishes() {
    return { ...wishes(this.settings), token: this.given.token, patience: PATIENCE };
  }

  /** @param {Int16Array} pcm */
  #frame(pcm) {
    this.#bytes += pcm.byteLength;
    if (this.#line instanceof Connection) this.#line.send(pcm);
  }

  /** @param {{state: string, reason?: string, message?: string, lost?: number}} turn */
  #turn({ state, reason, message, lost = 0 }) {
    if (state === 'reconnecting') this.#tell({ type: 'lost' });
    if (state === 'live') this.#tell({ type: 'back', session: this.#line.session, lost });
    if (state === 'failed') this.#fail({ code: reason, message });
    if (state === 'ended' && reason === 'ended') void this.end();
  }

  /** A browser does not say why a WebSocket was refused; the routes do.
   * @param {any} error */
  async #why(error) {
    if (error.code !== 'unreachable') return error;
    const answer = await call('GET', '/v1/info').catch((/** @type {any} */ refused) => refused);
    if (answer.body) return { code: 'no_websocket' };
    if (answer.status === 401) return { code: 'unauthorized' };
    return answer.status === 403 ? { code: 'forbidden' } : error;
  }

  /** @param {any} failure */
  #fail(failure) {
    const { source, transport } = this.settings;
    const why = troubleOf(failure, { source, transport, greeted: this.#greeted });
    this.#tell({ type: 'failed', message: failure.message, ...why });
  }

  /** @param {import('./speak-state.js').Event} event */
  #tell(event) {
    if (!this.#left) this.listener.happened(event);
  }
}

/** What is to be said when a source ends by itself; a file is simply over.
 * @type {Record<string, string>} */
const NOTES = { microphone: 'unplugged', tab: 'unshared' };
