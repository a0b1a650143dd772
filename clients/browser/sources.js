// @ts-check
/** Where sound comes from: a microphone, another tab, a file. Frames are not made here. */

/** Why there is no sound, for people and for programs. */
export class CaptureFailed extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = 'CaptureFailed';
    this.code = code;
  }
}

/** @type {Record<string, [string, string]>} */
const REFUSALS = {
  NotAllowedError: ['denied', 'The browser was not allowed to listen.'],
  SecurityError: ['denied', 'The browser was not allowed to listen.'],
  NotFoundError: ['no_device', 'There is no microphone.'],
  OverconstrainedError: ['no_device', 'The chosen microphone is not there.'],
  NotReadableError: ['in_use', 'The microphone cannot be used now; another program may have it.'],
  AbortError: ['in_use', 'The microphone cannot be used now; another program may have it.'],
};

/** What the error of a browser means. @param {unknown} error */
export function refused(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (!(name in REFUSALS)) {
    return new CaptureFailed('unsupported', `This browser cannot capture sound: ${error}.`);
  }
  return new CaptureFailed(...REFUSALS[name]);
}

/** Whether this page can listen at all. @throws {CaptureFailed} */
export function check() {
  if (!globalThis.isSecureContext) {
    const how = 'Browsers let only pages from https:// or this machine itself listen.';
    throw new CaptureFailed('insecure', how);
  }
  if (!navigator.mediaDevices || !globalThis.AudioWorkletNode) {
    throw new CaptureFailed('unsupported', 'This browser cannot capture sound.');
  }
}

/**
 * @param {MediaTrackConstraints & {deviceId?: string}} wishes
 * @returns {Promise<MediaStream>}
 */
export async function microphone({ deviceId, ...wishes }) {
  const device = deviceId ? { deviceId: { exact: deviceId } } : {};
  try {
    const audio = { channelCount: 1, ...device, ...wishes };
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw refused(error);
  }
}

/** The sound of a tab that the user chooses. @returns {Promise<MediaStream>} */
export async function tab() {
  const stream = await shared();
  for (const picture of stream.getVideoTracks()) {
    picture.stop();
    stream.removeTrack(picture);
  }
  if (stream.getAudioTracks().length) return stream;
  throw new CaptureFailed('no_tab_audio', 'What was chosen is shared without its sound.');
}

async function shared() {
  try {
    // Browsers share sound only together with a picture.
    return await navigator.mediaDevices.getDisplayMedia({ video: true, audio: true });
  } catch (error) {
    throw refused(error);
  }
}

/**
 * @param {AudioContext} context @param {Blob} file
 * @returns {Promise<AudioBufferSourceNode>} not started
 */
export async function recording(context, file) {
  try {
    const buffer = await context.decodeAudioData(await file.arrayBuffer());
    return new AudioBufferSourceNode(context, { buffer });
  } catch {
    throw new CaptureFailed('not_audio', 'There is no sound in this file that can be played.');
  }
}
