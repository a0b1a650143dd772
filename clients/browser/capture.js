// @ts-check
/**
 * Sound as frames of 16 bits, one channel, at the rate that the device has. What becomes of them
 * is not its.
 */

import { CaptureFailed, check, microphone, recording, tab } from './sources.js';

export { CaptureFailed };

/**
 * @typedef {object} Wishes
 * @property {'microphone' | 'tab' | 'file'} [source]
 * @property {Blob} [file] played once, in real time
 * @property {boolean} [audible] the file is heard too
 * @property {string} [deviceId]
 * @property {boolean} [echoCancellation] only with loudspeakers: it makes speech worse
 * @property {boolean} [noiseSuppression] the same
 * @property {boolean} [autoGainControl]
 * @property {number} [frameMs]
 */

const START = 5; // seconds that a browser may take to begin

/** @param {Wishes} [wishes] @returns {Promise<Capture>} @throws {CaptureFailed} */
export async function capture({ source = 'microphone', frameMs = 20, ...wishes } = {}) {
  check();
  const context = new AudioContext({ latencyHint: 'interactive' });
  /** @type {Input | null} */
  let input = null;
  try {
    const module = context.audioWorklet.addModule(new URL('capture-worklet.js', import.meta.url));
    module.catch(() => {}); // nobody waits for it when the source fails first
    input = await opened(context, source, wishes);
    await module;
    await running(context);
    return new Capture(context, input, Math.round((context.sampleRate * frameMs) / 1000));
  } catch (error) {
    stop(input?.stream);
    await context.close();
    throw error;
  }
}

/**
 * @typedef {{node: AudioNode, stream: MediaStream, label: string}} Input
 * @param {AudioContext} context @param {string} source @param {Wishes} wishes
 * @returns {Promise<Input>}
 */
async function opened(context, source, { file, audible = false, deviceId, ...wishes }) {
  if (source === 'file') {
    const node = await recording(context, /** @type {Blob} */ (file));
    const heard = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    node.connect(heard);
    if (audible) node.connect(context.destination);
    return { node, stream: heard.stream, label: file instanceof File ? file.name : '' };
  }
  const constraints = {
    deviceId,
    echoCancellation: wishes.echoCancellation ?? false,
    noiseSuppression: wishes.noiseSuppression ?? false,
    autoGainControl: wishes.autoGainControl ?? true,
  };
  const stream = await (source === 'tab' ? tab() : microphone(constraints));
  const node = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
  return { node, stream, label: stream.getAudioTracks()[0].label };
}

/** @param {AudioContext} context */
async function running(context) {
  context.resume().catch(() => {}); // it may have to wait for a click: that is looked at here
  const end = AbortSignal.timeout(START * 1000);
  while (context.state !== 'running' && !end.aborted) {
    await new Promise((on) => {
      context.addEventListener('statechange', on, { once: true });
      end.addEventListener('abort', on, { once: true });
    });
  }
  if (context.state === 'running') return;
  const how = 'The browser did not begin to listen. Click and try again.';
  throw new CaptureFailed('unsupported', how);
}

/** @param {MediaStream | undefined} stream */
function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

export class Capture {
  #context;
  #input;
  #collector;
  #stopped = false;

  /** @param {AudioContext} context @param {Input} input @param {number} frame samples */
  constructor(context, input, frame) {
    this.#context = context;
    this.#input = input;
    this.rate = context.sampleRate;
    this.stream = input.stream;
    this.label = input.label;
    this.onframe = (/** @type {Int16Array} */ _pcm) => {};
    this.onlevel = (/** @type {number} */ _level) => {};
    this.onended = () => {};
    this.#collector = new AudioWorkletNode(context, 'captionflow-collector', {
      processorOptions: { frame },
    });
    this.#collector.port.onmessage = ({ data }) => this.#heard(data);
    // Its output is silent; what leads nowhere is not run everywhere.
    input.node.connect(this.#collector).connect(context.destination);
    context.onstatechange = () => this.#wake();
    this.#begin();
  }

  #begin() {
    const { node, stream } = this.#input;
    const over = () => this.#collector.port.postMessage('rest');
    if (node instanceof AudioBufferSourceNode) {
      node.onended = over;
      node.start();
    } else {
      stream.getAudioTracks()[0].onended = over;
    }
  }

  /** @param {{pcm: Int16Array, level: number} | null} frame null: that was all */
  #heard(frame) {
    if (this.#stopped) return;
    if (!frame) return this.onended();
    this.onframe(frame.pcm);
    this.onlevel(frame.level);
  }

  /** After a phone call, for instance. */
  #wake() {
    if (!this.#stopped && this.#context.state !== 'running') this.#context.resume().catch(() => {});
  }

  /** The device is free, and no frame comes any more. */
  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    stop(this.stream);
    this.#collector.port.close();
    this.#context.close();
  }
}
