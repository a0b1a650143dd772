// @ts-check
/**
 * One call of a publisher, from its offer until it is lost (RFC 9725). Thin: what is heard over it
 * and what follows from its end is not its.
 */

import { ConnectionFailed, told } from './failure.js';
import { Heartbeat } from './heartbeat.js';
import { fragment, iceServers } from './trickle.js';
import { BadMessage, decode } from './wire.js';

/** @typedef {import('./link.js').Owner} Owner */

const GREETING = 15; // seconds to the welcome
const ANSWER = 10_000; // milliseconds for the answer to a request
/** @type {RTCConfiguration} */
const BUNDLED = { bundlePolicy: 'max-bundle' }; // one way for all sections

export class Call {
  /** @type {URL | null} */
  #location = null;
  #tag = '';
  #offer = '';
  /** @type {string[]} */
  #candidates = [];
  #last = false;
  #patches = Promise.resolve();
  #over = false;
  #ends = false; // the session, not only this call

  /**
   * @param {string} url @param {MediaStream} stream @param {string | undefined} token
   * @param {Owner} owner @param {() => number} clock seconds
   */
  constructor(url, stream, token, owner, clock) {
    this.url = url;
    this.owner = owner;
    this.clock = clock;
    /** @type {Record<string, string>} */
    this.headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.begun = clock();
    this.heartbeat = new Heartbeat(this.begun);
    this.welcomed = false;
    this.lively = false;
    this.connected = 0; // when
    this.peer = new RTCPeerConnection(BUNDLED);
    this.channel = this.#prepared(stream);
    this.#dial();
  }

  /** @param {object} message */
  send(message) {
    if (this.channel.readyState === 'open') this.channel.send(JSON.stringify(message));
  }

  /** Time has passed: is the server still there? */
  look() {
    const now = this.clock();
    if (!this.welcomed) {
      if (now - this.begun > GREETING) this.#lose('timeout', 'The server could not be reached');
      return;
    }
    const next = this.heartbeat.look(now);
    if (next === 'ask') this.send({ type: 'ping', t: now });
    if (next === 'dead') this.#lose('lost', 'The server does not answer');
  }

  /** The network has changed. */
  doubt() {
    if (!this.welcomed) return this.#lose('lost', 'The network has changed');
    this.heartbeat.doubt(this.clock());
    this.send({ type: 'ping', t: this.clock() });
  }

  /** Nothing more is heard or said; the session waits for another call. */
  leave() {
    this.#over = true;
    this.peer.close();
  }

  /** The session ends too. */
  hangUp() {
    this.leave();
    this.#ends = true;
    if (!this.#location) return;
    // Kept alive, since the page may be about to go.
    const request = { method: 'DELETE', headers: this.headers, keepalive: true };
    fetch(this.#location, request).catch(() => {});
  }

  /** @param {MediaStream} stream */
  #prepared(stream) {
    const { peer } = this;
    peer.addTransceiver(stream.getAudioTracks()[0], { direction: 'sendonly', streams: [stream] });
    const channel = peer.createDataChannel('captions');
    channel.onmessage = ({ data }) => this.#message(data);
    channel.onclose = () => this.#lose('lost', 'The connection was lost');
    peer.onicecandidate = ({ candidate }) => this.#found(candidate);
    peer.onconnectionstatechange = () => this.#changed();
    return channel;
  }

  async #dial() {
    try {
      const offer = await this.peer.createOffer();
      this.#offer = offer.sdp ?? '';
      const answer = await this.#published();
      if (this.#ends) return this.hangUp();
      if (this.#over) return;
      // Only now are the servers known that addresses are to be asked of.
      await this.peer.setLocalDescription(offer);
      await this.peer.setRemoteDescription({ type: 'answer', sdp: answer });
    } catch (error) {
      const failure = error instanceof ConnectionFailed ? error : unreachable(this.url);
      this.#end(failure);
    }
  }

  async #published() {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/sdp' },
      body: this.#offer,
      signal: AbortSignal.timeout(ANSWER),
    });
    if (answer.status !== 201) throw await refusal(answer);
    this.#location = new URL(answer.headers.get('location') ?? '', answer.url);
    this.#tag = answer.headers.get('etag') ?? '*';
    const servers = iceServers(answer.headers.get('link'));
    if (servers.length) this.peer.setConfiguration({ ...BUNDLED, iceServers: servers });
    return answer.text();
  }

  /** @param {RTCIceCandidate | null} candidate null: there are no more */
  #found(candidate) {
    if (candidate?.candidate) this.#candidates.push(candidate.candidate);
    this.#last ||= !candidate;
    this.#patches = this.#patches.then(() => this.#patch());
  }

  async #patch() {
    if (this.#over || !this.#location || !(this.#candidates.length || this.#last)) return;
    const body = fragment(this.#offer, this.#candidates.splice(0), this.#last);
    this.#last = false;
    const type = 'application/trickle-ice-sdpfrag';
    const headers = { ...this.headers, 'content-type': type, 'if-match': this.#tag };
    const signal = AbortSignal.timeout(ANSWER);
    // Without them there may be a way all the same; if there is none, that is noticed.
    await fetch(this.#location, { method: 'PATCH', headers, body, signal }).catch(() => {});
  }

  #changed() {
    if (this.peer.connectionState === 'connected') this.connected ||= this.clock();
    if (this.peer.connectionState === 'failed') this.#lose('lost', 'The connection was lost');
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

  /** @param {import('./wire.js').Message} event */
  #event(event) {
    this.heartbeat.hear(this.clock(), event.type === 'pong' ? event.t : undefined);
    if (event.type === 'error' && event.fatal) return this.#end(told(event));
    this.lively ||= this.welcomed;
    if (event.type === 'welcome') {
      this.welcomed = true;
      this.owner.welcome(event);
    } else {
      this.owner.heard(event);
    }
  }

  /** @param {string} code @param {string} message */
  #lose(code, message) {
    this.#end(new ConnectionFailed(code, message));
  }

  /** @param {ConnectionFailed} failure */
  #end(failure) {
    if (this.#over) return;
    this.leave();
    this.owner.lost(failure, this.lively);
  }
}

/** @param {string} url */
function unreachable(url) {
  return new ConnectionFailed('unreachable', `Cannot reach ${new URL(url).host}`);
}

/** What the server says of a refusal (RFC 9457). @param {Response} answer */
async function refusal(answer) {
  const problem = await answer.json().catch(() => ({}));
  const message = problem.detail ?? `The server refused (${answer.status})`;
  const retryAfter = Number(answer.headers.get('retry-after')) || undefined;
  return new ConnectionFailed(problem.code ?? 'refused', message, {
    retryAfter,
    close: answer.status,
  });
}
