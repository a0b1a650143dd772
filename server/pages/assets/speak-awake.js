// Keeps the screen on while somebody speaks, in browsers that offer it. Never a reason to fail.
// @ts-check

export class Awake {
  /** @type {WakeLockSentinel | null} */
  #lock = null;
  #wanted = false;

  constructor() {
    // the lock is gone whenever the page was hidden
    document.addEventListener('visibilitychange', () => void this.#ask());
  }

  /** @param {boolean} wanted */
  keep(wanted) {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) void this.#ask();
    else void this.#release();
  }

  async #ask() {
    if (!this.#wanted || document.visibilityState !== 'visible') return;
    try {
      this.#lock = (await navigator.wakeLock?.request('screen')) ?? null;
    } catch {
      return; // a low battery, or no right to
    }
    if (!this.#wanted) await this.#release();
  }

  async #release() {
    const lock = this.#lock;
    this.#lock = null;
    await lock?.release();
  }
}
