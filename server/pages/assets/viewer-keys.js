// What keys do on the viewer's page. Pure.
// @ts-check

import { COLOURS, FONTS, LINES, SIZES } from './viewer-options.js';

/** @typedef {import('./viewer-options.js').Options} Options */

/** Keys, and what each does, as the page tells it.
 * @type {[string[], string][]} */
export const SHORTCUTS = [
  [['Space', 'P'], 'Pause, or go on with what is said now'],
  [['+'], 'Larger text'],
  [['−'], 'Smaller text'],
  [['0'], 'Size as it was'],
  [['C'], 'Other colours'],
  [['F'], 'Another font'],
  [['L'], 'More lines, or the whole talk'],
  [['T'], 'Lines at the top, or at the bottom'],
  [['R'], 'Read new captions out: on or off'],
  [['B'], 'Whole sentences, for braille: on or off'],
  [['S', '?'], 'Settings'],
  [['Esc'], 'Close the settings'],
];

/** @typedef {'pause' | 'settings' | {change: Partial<Options>}} Act */

/** What a key does; null: nothing of ours. Keys that leave the page's own use alone are single.
 * @param {{key: string, ctrlKey: boolean, altKey: boolean, metaKey: boolean}} press
 * @param {Options} options @returns {Act | null} */
export function act({ key, ctrlKey, altKey, metaKey }, options) {
  if (!options.shortcuts || ctrlKey || altKey || metaKey) return null;
  const change = changed(key.toLowerCase(), options);
  if (change) return { change };
  if (key === ' ' || key.toLowerCase() === 'p') return 'pause';
  return key === '?' || key.toLowerCase() === 's' ? 'settings' : null;
}

/** @param {string} key @param {Options} options @returns {Partial<Options> | null} */
function changed(key, options) {
  switch (key) {
    case '+':
    case '=': return { size: SIZES.find((size) => size > options.size) ?? options.size };
    case '-':
    case '−': return { size: SIZES.findLast((size) => size < options.size) ?? options.size };
    case '0': return { size: 100 };
    case 'c': return colours(after(Object.keys(COLOURS), coloursOf(options)));
    case 'f': return { font: after(Object.keys(FONTS), options.font) };
    case 'l': return { lines: after(LINES, options.lines) };
    case 't': return { position: options.position === 'top' ? 'bottom' : 'top' };
    case 'r': return { live: !options.live };
    case 'b': return { braille: !options.braille };
    default: return null;
  }
}

/** The name of the colours that are chosen; empty: of nobody's choice but the reader's.
 * @param {Options} options @returns {string} */
export function coloursOf({ color, background }) {
  const found = Object.entries(COLOURS).find(([, [, a, b]]) => a === color && b === background);
  return found?.[0] ?? '';
}

/** @param {string} name of COLOURS @returns {Partial<Options>} */
export function colours(name) {
  const [, color, background] = COLOURS[name];
  return { color, background };
}

/** The next of them, and after the last the first. @template T @param {T[]} all @param {T} one */
function after(all, one) {
  return all[(all.indexOf(one) + 1) % all.length];
}
