// The microphones that a browser is ready to name, now and whenever one comes or goes.
// @ts-check

/** @typedef {{id: string, name: string}} Microphone */

/** Browsers name them only to pages that may use them.
 * @param {MediaDeviceInfo[]} devices @returns {Microphone[]} */
export function microphones(devices) {
  return devices
    .filter(({ kind, deviceId, label }) => kind === 'audioinput' && label && deviceId !== 'default')
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/** @returns {Promise<Microphone[]>} */
export async function present() {
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []);
  return microphones(devices ?? []);
}

/** @param {() => void} changed */
export function watch(changed) {
  navigator.mediaDevices?.addEventListener('devicechange', changed);
}
