// @ts-check
/**
 * One connection of a session, from its greeting until it is lost. Thin: what is said and what
 * follows from it is not its. Its owner looks after it (`look`), since a hidden page has no timers.
 */

import { ConnectionFailed, fromClose, told } from './failure.js';
import { Heartbeat } from './heartbeat.js';
import { BadMessage, SUBPROTOCOL, decode, subprotocols } from './wire.js';

/**
 * @typedef {import('./wire.js').Message} Message
 * @typedef {object} Owner
 * @property {(event: Message) => void} welcome
 * @property {(event: Message) => void} heard every event after it
 * @property {(failure: ConnectionFailed, lively: boolean) => void} lost called once; lively: the
 *   server has said something since its welcome
 */

const GREETING = 8; // seconds from the first attempt to the welcome
const FULL = 1 << 18; // bytes that may wait in the browser to be sent

export class Link {
  /**
   * @param {string} url @param {string | undefined} token @param {Message} hello
   * @param {Owner} owner @param {() => number} clock seconds
   */
  constructor(url, token, hello, owner, clock) {
    this.owner = owner;
    this.clock = clock;
    this.begun = clock();
    this.heartbeat = new Heartbeat(this.begun);
    this.welcomed = false;
    this.lively = false;
    /** @type {Message | null} */
    this.said = null; // a fatal error: its close follows
    this.socket = new WebSocket(url, subprotocols(token));
    this.socket.onopen = () => this.#opened(hello);
    this.socket.onmessage = ({ data }) => this.#message(data);
    this.socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.open = false;
  }

  /** More may be sent now. */
  get ready() {
    const { readyState, bufferedAmount } = this.socket;
    return this.welcomed && readyState === WebSocket.OPEN && bufferedAmount < FULL;
  }

  /** @param {string | Uint8Array<ArrayBuffer>} message */
  send(message) {
    this.socket.send(message);
  }

  /** Time has passed: is the server still there? */
  look() {
    const now = this.clock();
    if (!this.welcomed) {
      if (now - this.begun > GREETING) this.#lose('timeout', 'The server did not answer');
      return;
    }
    const next = this.heartbeat.look(now);
    if (next === 'ask') this.#ping(now);
    if (next === 'dead') this.#lose('lost', 'The server does not answer');
  }

  /** The network has changed: an attempt is begun anew, a connection has to prove itself. */
  doubt() {
    if (!this.welcomed) return this.#lose('lost', 'The network has changed');
    this.heartbeat.doubt(this.clock());
    this.#ping(this.clock());
  }

  /** Nothing more is heard or said. */
  leave() {
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
  }

  /** @param {Message} hello */
  #opened(hello) {
    this.open = true;
    if (this.socket.protocol !== SUBPROTOCOL) {
      return this.#lose('not_a_server', `The server does not speak ${SUBPROTOCOL}`);
    }
    this.send(JSON.stringify(hello));
  }

  /** @param {unknown} data */
  #message(data) {
    try {
      const event = decode(data);
      if (event) this.#event(event);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      this.#lose('not_a_server', error.message);
    }
  }

  /** @param {Message} event */
  #event(event) {
    this.heartbeat.hear(this.clock(), event.type === 'pong' ? event.t : undefined);
    if (event.type === 'error' && event.fatal) {
      this.said = event;
    } else if (event.type === 'welcome') {
      this.welcomed = true;
      this.owner.welcome(event);
    } else if (this.welcomed) {
      this.lively = true;
      this.owner.heard(event);
    }
  }

  /** @param {number} code @param {string} reason */
  #closed(code, reason) {
    const failure = this.open
      ? fromClose(code, reason, this.said)
      : new ConnectionFailed('unreachable', `Cannot reach ${new URL(this.socket.url).host}`);
    this.#over(failure);
  }

  /** @param {string} code @param {string} message */
  #lose(code, message) {
    this.#over(this.said ? told(this.said) : new ConnectionFailed(code, message));
  }

  /** @param {ConnectionFailed} failure */
  #over(failure) {
    this.leave();
    this.owner.lost(failure, this.lively);
  }

  /** @param {number} now */
  #ping(now) {
    if (this.socket.readyState === WebSocket.OPEN) {
      this.send(JSON.stringify({ type: 'ping', t: now }));
    }
  }
}
