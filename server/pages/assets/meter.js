// A level meter: jumps up, falls slowly, and knows when nothing is heard at all.
// @ts-check

const FALL = 0.04; // of the whole width for each frame of the screen
const AUDIBLE = 0.02; // level below which a microphone is as good as switched off
const QUIET = 6; // seconds after which that is worth a word

/** What is shown of a level, and for how long there was none. Pure: time is told. */
export class Level {
  shown = 0;
  #loudest = 0;
  /** @type {number | null} */
  #since = null;

  /** @param {number} level 0..1 */
  hear(level) {
    this.#loudest = Math.max(this.#loudest, Math.min(1, level));
  }

  /** The next picture. @param {number} now seconds */
  draw(now) {
    this.shown = Math.max(this.#loudest, this.shown - FALL, 0);
    if (this.#loudest >= AUDIBLE || this.#since === null) this.#since = now;
    this.#loudest = 0;
    return this.shown;
  }

  /** @param {number} now seconds */
  silent(now) {
    return this.#since !== null && now - this.#since > QUIET;
  }
}

/** Draws it in an element whose child is the bar, while there is something to hear. */
export class Meter {
  #level = new Level();
  #frame = 0;

  /** @param {HTMLElement} element @param {(silent: boolean) => void} onsilent */
  constructor(element, onsilent) {
    this.element = element;
    this.bar = /** @type {HTMLElement} */ (element.firstElementChild);
    this.onsilent = onsilent;
  }

  /** @param {number} level 0..1 */
  hear(level) {
    this.#level.hear(level);
  }

  start() {
    this.stop();
    this.#level = new Level();
    this.#draw();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.bar.style.transform = '';
    this.element.setAttribute('aria-valuenow', '0');
  }

  #draw() {
    const now = performance.now() / 1000;
    const shown = this.#level.draw(now);
    this.bar.style.transform = `scaleX(${shown.toFixed(3)})`;
    this.element.setAttribute('aria-valuenow', String(Math.round(shown * 10) * 10));
    this.onsilent(this.#level.silent(now));
    this.#frame = requestAnimationFrame(() => this.#draw());
  }
}
