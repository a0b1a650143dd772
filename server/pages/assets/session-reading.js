// Keeps the eye where the voice is: marks, jumps, scrolls, and the keys for that.
// @ts-check

const STEP = 5; // seconds of an arrow key
const LATER = 0.01; // seconds into a word: players round, and the word before is not meant
const NEAR = 160; // pixels from the end of the page at which new captions scroll it
const OWN_KEYS = 'a, button, input, select, textarea, summary, dialog, [role="switch"]';

/** @type {Record<string, number>} */
const KEYS = { ArrowLeft: -STEP, ArrowRight: STEP };

export class Reading {
  /** @param {import('./session-transcript.js').Transcript} transcript
   * @param {import('./session-player.js').Player} player */
  constructor(transcript, player) {
    this.transcript = transcript;
    this.player = player;
    this.follows = true; // until its reader scrolls away
    for (const type of ['wheel', 'touchmove']) {
      addEventListener(type, () => { this.follows = false; }, { passive: true });
    }
    addEventListener('keydown', (event) => this.key(event));
    player.audio.addEventListener('play', () => { this.follows = true; });
  }

  /** @param {number} time seconds @param {boolean} playing */
  at(time, playing) {
    const segment = this.transcript.mark(time);
    if (!segment || !playing || !this.follows || inSight(segment)) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    segment.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
  }

  /** @param {number} time seconds */
  jump(time) {
    if (!this.player.there) return;
    this.follows = true;
    this.player.seek(time + LATER, true);
  }

  /** Something is added at the end, which stays in sight if it was. @param {() => void} adding */
  following(adding) {
    const { scrollHeight } = document.documentElement;
    const near = scrollY + innerHeight > scrollHeight - NEAR;
    adding();
    if (near) scrollTo({ top: document.documentElement.scrollHeight });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { target, key } = event;
    const own = target instanceof Element && target.closest(OWN_KEYS);
    if (own || !this.player.there || event.altKey || event.ctrlKey || event.metaKey) return;
    if (key === ' ') this.player.toggle();
    else if (KEYS[key]) this.player.seek(this.player.audio.currentTime + KEYS[key]);
    else return;
    event.preventDefault();
  }
}

/** @param {Element} element @returns {boolean} */
function inSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top > 120 && bottom < innerHeight - 40;
}
