// What a speaker chose, kept for the next time. Pure but for the storage it is given; no secrets.
// @ts-check

import { split } from './upload-options.js';

const KEY = 'captionflow.speak';

/**
 * @typedef {object} Settings
 * @property {'microphone'|'tab'|'file'} source
 * @property {string} device id of a microphone; empty: the browser's choice
 * @property {boolean} echo
 * @property {boolean} noise
 * @property {string} language a code, or 'auto'
 * @property {'transcribe'|'translate'} task
 * @property {string} hotwords as they were typed
 * @property {string} room empty: none
 * @property {'websocket'|'webrtc'} transport
 * @property {boolean} whole all that was said, not only two lines
 * @property {boolean} aloud screen readers say finished sentences
 * @property {boolean} leave for the session's page when it is over
 */

/** @type {Settings} */
export const DEFAULTS = Object.freeze({
  source: 'microphone',
  device: '',
  echo: false,
  noise: false,
  language: 'auto',
  task: 'transcribe',
  hotwords: '',
  room: '',
  transport: 'websocket',
  whole: false,
  aloud: false,
  leave: true,
});

/** @type {Record<string, string[]>} */
const CHOICES = {
  source: ['microphone', 'tab', 'file'],
  task: ['transcribe', 'translate'],
  transport: ['websocket', 'webrtc'],
};

/** Settings from anything, each as it was if it may be so.
 * @param {any} found @returns {Settings} */
export function cleaned(found) {
  const kept = Object.entries(DEFAULTS).map(([name, usual]) => {
    const value = found?.[name];
    const fits = typeof value === typeof usual && (CHOICES[name]?.includes(value) ?? true);
    return [name, fits ? value : usual];
  });
  return Object.fromEntries(kept);
}

/** @param {() => Storage} storage that may be forbidden @returns {Settings} */
export function remembered(storage) {
  try {
    return cleaned(JSON.parse(storage().getItem(KEY) ?? 'null'));
  } catch {
    return DEFAULTS;
  }
}

/** @param {() => Storage} storage @param {Settings} settings */
export function remember(storage, settings) {
  try {
    storage().setItem(KEY, JSON.stringify(settings));
  } catch {
    // forbidden or full: then it is chosen again the next time
  }
}

/** What both connections are asked for.
 * @param {Settings} settings */
export function wishes({ language, task, hotwords, room }) {
  const words = split(hotwords);
  return {
    language,
    ...(words.length && { hotwords: words }),
    ...(room && { room }),
    ...(task === 'translate' && { options: { translate_to: 'en' } }),
  };
}

/** How the sound is taken.
 * @param {Settings} settings @param {File | undefined} file */
export function sound({ source, device, echo, noise }, file) {
  if (source === 'file') return { source, file };
  if (source === 'tab') return { source };
  const deviceId = device || undefined;
  return { source, deviceId, echoCancellation: echo, noiseSuppression: noise };
}
