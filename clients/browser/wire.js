// @ts-check
/**
 * The wire of `stt.v1`: values to messages and back. Pure: no socket, no clock, no state.
 * What the messages mean is in server/protocols/README.md.
 */

export const SUBPROTOCOL = 'stt.v1';
export const HEADER = 9; // bytes before the audio of a binary message
export const UNIT = 2; // bytes of a sample: 16 bits, one channel
const PATH = '/v1/stream';
const AUDIO = 1;
const GAP = 2;

/** @typedef {{type: string, [field: string]: any}} Message what the server says, as it said it */

/** The server sent something that is not `stt.v1`. */
export class BadMessage extends Error {}

/**
 * A binary message: audio from position `pos` on.
 * @param {number} pos @param {Uint8Array} data
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodeAudio(pos, data) {
  const message = header(AUDIO, pos, data.length);
  message.set(data, HEADER);
  return message;
}

/**
 * A binary message: `length` bytes from `pos` on will never come.
 * @param {number} pos @param {number} length
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function encodeGap(pos, length) {
  const message = header(GAP, pos, 8);
  new DataView(message.buffer).setBigUint64(HEADER, BigInt(length));
  return message;
}

/** @param {number} kind @param {number} pos @param {number} size */
function header(kind, pos, size) {
  const message = new Uint8Array(HEADER + size);
  message[0] = kind;
  new DataView(message.buffer).setBigUint64(1, BigInt(pos));
  return message;
}

/** Fields without which an event cannot be used; below, those that may be left out. */
const NUMBER = 'number';
const TEXT = 'string';
/** @type {Record<string, Record<string, string>>} */
const NEEDED = {
  welcome: { session: TEXT, token: TEXT, received: NUMBER, seq: NUMBER, after: NUMBER },
  audio_ack: { received: NUMBER, settled: NUMBER },
  partial: { seg: NUMBER, text: TEXT, stable: NUMBER, start: NUMBER, end: NUMBER },
  final: { seq: NUMBER, seg: NUMBER, start: NUMBER, end: NUMBER, text: TEXT },
  revise: { seq: NUMBER, seg: NUMBER, text: TEXT },
  speech_start: { seq: NUMBER, seg: NUMBER, at: NUMBER },
  speech_end: { seq: NUMBER, seg: NUMBER, at: NUMBER },
  flushed: { seq: NUMBER, id: TEXT, pos: NUMBER },
  updated: { seq: NUMBER },
  warning: { code: TEXT, message: TEXT },
  error: { code: TEXT, message: TEXT },
  pong: {},
  ended: { seq: NUMBER, pos: NUMBER, duration: NUMBER },
};
const USUAL = { resumed: false, max_ahead_s: 30, max_frame: 65_536 };

/**
 * The event of a text message; null when a newer server says something unknown here.
 * @param {unknown} data @returns {Message | null}
 * @throws {BadMessage} for anything that is no event at all
 */
export function decode(data) {
  const message = parsed(data);
  if (!Object.hasOwn(NEEDED, message.type)) return null;
  for (const [field, kind] of Object.entries(NEEDED[message.type])) {
    if (typeof message[field] !== kind) {
      throw new BadMessage(`the server sent a ${message.type} without a ${kind} \`${field}\``);
    }
  }
  return message.type === 'welcome' ? { ...USUAL, ...message } : message;
}

/** @param {unknown} data @returns {Message} */
function parsed(data) {
  try {
    const message = typeof data === 'string' ? JSON.parse(data) : null;
    if (typeof message?.type === 'string') return message;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new BadMessage(`the server sent a message that is not ${SUBPROTOCOL}`);
}

/**
 * The address of the WebSocket for what a user may give: http or ws, with or without the path.
 * @param {string | URL} url @returns {string}
 * @throws {TypeError} when it is no such address
 */
export function streamUrl(url) {
  const address = new URL(url);
  const secure = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' };
  const scheme = secure[/** @type {keyof typeof secure} */ (address.protocol)];
  if (!scheme) throw new TypeError(`not a server address: ${url}`);
  address.protocol = scheme;
  address.hash = '';
  if (address.pathname === '/') address.pathname = PATH;
  return address.href;
}

/**
 * What a browser, which can send no header, asks for with its WebSocket.
 * @param {string | undefined} token @returns {string[]}
 * @throws {TypeError} when the token has characters that a header cannot carry
 */
export function subprotocols(token) {
  if (token === undefined) return [SUBPROTOCOL];
  if (!/^[\w!#$%&'*+\-.^`|~]+$/.test(token)) {
    throw new TypeError('the token has characters that a header cannot carry');
  }
  return [SUBPROTOCOL, `bearer.${token}`];
}
