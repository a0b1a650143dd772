// The recording: played, wound, and told of as it goes. Knows no transcript.
// @ts-check

import { byId, put } from './dom.js';
import { clock } from './times.js';

const STEP = 5; // seconds of an arrow key
const LEAP = 30; // seconds of a page key

/** @type {Record<string, number>} */
const KEYS = { ArrowLeft: -STEP, ArrowRight: STEP, PageUp: LEAP, PageDown: -LEAP };

export class Player {
  /** @param {(time: number, playing: boolean) => void} told whenever the time has changed */
  constructor(told) {
    this.told = told;
    this.length = 0;
    /** @type {HTMLAudioElement} */
    this.audio = byId('audio');
    this.place = byId('place');
    this.listen();
  }

  get there() {
    return !byId('player').hidden;
  }

  /** @param {string | null} address null: there is no recording @param {number} length seconds */
  show(address, length) {
    byId('player').hidden = address === null;
    this.length = length;
    this.place.max = String(length);
    if (address && this.audio.getAttribute('src') !== address) this.audio.src = address;
    if (!address) this.audio.removeAttribute('src');
    this.draw();
  }

  /** @param {number} time seconds @param {boolean} [playing] */
  seek(time, playing = !this.audio.paused) {
    this.audio.currentTime = Math.min(Math.max(0, time), this.length);
    if (playing && this.audio.paused) void this.play();
  }

  async play() {
    await this.audio.play().catch((error) => {
      if (error.name !== 'AbortError') this.complain();
    });
  }

  toggle() {
    if (this.audio.paused) void this.play();
    else this.audio.pause();
  }

  listen() {
    const { audio, place } = this;
    byId('play').addEventListener('click', () => this.toggle());
    byId('speed').addEventListener('change', (/** @type {any} */ { target }) => {
      audio.playbackRate = Number(target.value);
    });
    place.addEventListener('input', () => this.seek(Number(place.value)));
    place.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.wind(event));
    for (const type of ['play', 'pause', 'seeking', 'ended']) {
      audio.addEventListener(type, () => this.draw());
    }
    audio.addEventListener('play', () => this.run());
    audio.addEventListener('error', () => this.complain());
    audio.addEventListener('loadedmetadata', () => { byId('player-problem').hidden = true; });
  }

  /** Arrow keys, in seconds and not in the steps of the field. @param {KeyboardEvent} event */
  wind(event) {
    const by = KEYS[event.key];
    if ((!by && event.key !== ' ') || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (by) this.seek(this.audio.currentTime + by);
    else this.toggle();
  }

  /** While it plays, with every picture of the screen. */
  run() {
    this.draw();
    if (!this.audio.paused) requestAnimationFrame(() => this.run());
  }

  draw() {
    const { audio, place, length } = this;
    const time = audio.currentTime;
    this.told(time, !audio.paused);
    place.value = String(time);
    byId('player').toggleAttribute('data-playing', !audio.paused);
    byId('play').setAttribute('aria-label', audio.paused ? 'Play' : 'Pause');
    const shown = `${clock(time)} / ${clock(length)}`;
    if (byId('clock').textContent === shown) return;
    put(byId('clock'), shown);
    place.setAttribute('aria-valuetext', `${clock(time)} of ${clock(length)}`);
  }

  complain() {
    if (!this.audio.getAttribute('src')) return;
    put(byId('player-problem'), 'The recording cannot be played.');
    byId('player-problem').hidden = false;
  }
}
