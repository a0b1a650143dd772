// What a viewer may choose of how captions look: values, limits, and the CSS they are. Pure.
// @ts-check

/**
 * @typedef {object} Options
 * @property {number} size percent of the page's own
 * @property {string} font a key of FONTS
 * @property {string} color of the words, #rrggbb
 * @property {string} background behind the words
 * @property {number} opacity of the background, percent
 * @property {number} lines that are seen; 0: the whole talk
 * @property {'top' | 'bottom'} position of these lines
 * @property {string} spacing a key of SPACINGS
 * @property {boolean} tentative words are seen before they are certain
 * @property {boolean} live a screen reader reads new captions out
 * @property {boolean} braille whole sentences only, and nothing scrolls by itself
 * @property {boolean} shortcuts single keys do something
 */

/** @type {Readonly<Options>} */
export const DEFAULTS = Object.freeze({
  size: 100,
  font: 'sans',
  color: '#ffffff',
  background: '#000000',
  opacity: 100,
  lines: 0,
  position: 'bottom',
  spacing: 'normal',
  tentative: true,
  live: false,
  braille: false,
  shortcuts: true,
});

/** @type {Readonly<Options>} */
export const OVERLAY = Object.freeze({ ...DEFAULTS, opacity: 80, lines: 2 });

export const SIZES = [50, 75, 100, 125, 150, 175, 200, 250, 300, 400];
export const LINES = [0, 2, 3, 4, 6, 8];
const MOST_LINES = 12;

/** Contrast that WCAG asks for. */
export const READABLE = 4.5;

/** Fonts that are on the reader's own device; nothing is fetched.
 * @type {Record<string, [string, string]>} */
export const FONTS = {
  sans: ['Plain', 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'],
  serif: ['With serifs', 'ui-serif, Georgia, "Noto Serif", "Liberation Serif", serif'],
  mono: ['Typewriter', 'ui-monospace, "Noto Sans Mono", "Liberation Mono", monospace'],
  clear: ['Easy letters',
    '"Atkinson Hyperlegible", "Atkinson Hyperlegible Next", Verdana, "DejaVu Sans", sans-serif'],
  dyslexic: ['OpenDyslexic, if installed',
    'OpenDyslexic, "Comic Sans MS", "Comic Neue", Verdana, "DejaVu Sans", sans-serif'],
};

/** Line height, space between letters, space between words.
 * @type {Record<string, [string, number, string, string]>} */
export const SPACINGS = {
  normal: ['Normal', 1.4, 'normal', 'normal'],
  wide: ['Wide', 1.6, '0.06em', '0.1em'],
  widest: ['Widest', 1.9, '0.12em', '0.16em'],
};

/** Words and what is behind them; all of them with a contrast of 7 and more.
 * @type {Record<string, [string, string, string]>} */
export const COLOURS = {
  'white-on-black': ['White on black', '#ffffff', '#000000'],
  'yellow-on-black': ['Yellow on black', '#ffe600', '#000000'],
  'black-on-white': ['Black on white', '#000000', '#ffffff'],
  'cream': ['Black on cream', '#1c1a16', '#fbf3df'],
  'yellow-on-blue': ['Yellow on blue', '#ffea3d', '#00216b'],
};

/** Of anything that may once have been options, what can be used of it; the rest is `base`'s.
 * @param {unknown} given @param {Readonly<Options>} [base] @returns {Options} */
export function checked(given, base = DEFAULTS) {
  const source = /** @type {Record<string, unknown>} */ (
    given && typeof given === 'object' ? given : {});
  /** @type {Record<string, unknown>} */
  const found = { ...base };
  for (const [name, good] of Object.entries(CHECKS)) {
    const value = source[name];
    if (value !== undefined && good(value)) found[name] = value;
  }
  return /** @type {Options} */ (/** @type {unknown} */ (found));
}

/** @type {Record<string, (value: any) => boolean>} */
const CHECKS = {
  size: (value) => within(value, 25, 600),
  font: (value) => typeof value === 'string' && Object.hasOwn(FONTS, value),
  color: isColour,
  background: isColour,
  opacity: (value) => within(value, 0, 100),
  lines: (value) => Number.isInteger(value) && within(value, 0, MOST_LINES),
  position: (value) => value === 'top' || value === 'bottom',
  spacing: (value) => typeof value === 'string' && Object.hasOwn(SPACINGS, value),
  tentative: isSwitch,
  live: isSwitch,
  braille: isSwitch,
  shortcuts: isSwitch,
};

/** @param {unknown} value @param {number} least @param {number} most */
function within(value, least, most) {
  return typeof value === 'number' && value >= least && value <= most;
}

/** @param {unknown} value */
function isColour(value) {
  return typeof value === 'string' && /^#[0-9a-f]{6}$/u.test(value);
}

/** @param {unknown} value */
function isSwitch(value) {
  return typeof value === 'boolean';
}

/** What an address says: `?overlay&size=150&color=ffe600&lines=3&position=top&fade=5`.
 * @param {URLSearchParams} query @param {Readonly<Options>} base @returns {Options} */
export function fromQuery(query, base) {
  /** @type {Record<string, unknown>} */
  const given = {};
  for (const name of ['size', 'opacity', 'lines']) {
    const text = query.get(name);
    if (text) given[name] = Number(text);
  }
  for (const name of ['color', 'background']) {
    const text = query.get(name);
    if (text) given[name] = `#${text.replace(/^#/u, '').toLowerCase()}`;
  }
  for (const name of ['font', 'position', 'spacing']) given[name] = query.get(name) ?? undefined;
  if (query.has('tentative')) given.tentative = query.get('tentative') !== '0';
  return checked(given, base);
}

/** Seconds of silence after which an overlay is empty; 0: never.
 * @param {URLSearchParams} query @returns {number} */
export function fadeOf(query) {
  const seconds = Number(query.get('fade') ?? 6);
  return within(seconds, 0, 3600) ? seconds : 6;
}

/** Custom properties of CSS for the element that captions are in.
 * @param {Options} options @returns {Record<string, string>} */
export function css(options) {
  const [, height, letters, words] = SPACINGS[options.spacing];
  const [red, green, blue] = channels(options.background);
  return {
    '--caption-scale': String(options.size / 100),
    '--caption-font': FONTS[options.font][1],
    '--caption-ink': options.color,
    '--caption-paper': `rgb(${red} ${green} ${blue} / ${options.opacity}%)`,
    '--caption-soft': softer(options.color, behind(options)),
    '--caption-height': String(height),
    '--caption-letters': letters,
    '--caption-words': words,
    '--caption-lines': String(options.lines),
  };
}

/** The colour of words in doubt: as near to what is behind them as stays easy to read.
 * @param {string} color @param {string[]} backgrounds any of which it may be
 * @returns {string} */
export function softer(color, backgrounds) {
  for (const share of [0.35, 0.25, 0.15]) {
    const mixed = mix(color, backgrounds[0], share);
    if (backgrounds.every((background) => contrast(mixed, background) >= READABLE)) return mixed;
  }
  return color;
}

/** What may be behind the words, where the background lets something of a video through.
 * @param {Options} options @returns {string[]} */
export function behind({ background, opacity }) {
  const through = 1 - opacity / 100;
  return [background, mix(background, '#ffffff', through), mix(background, '#000000', through)];
}

/** As WCAG counts it, from 1 to 21.
 * @param {string} one @param {string} other @returns {number} */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** @param {string} colour @returns {number[]} */
function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** @param {string} from @param {string} to @param {number} share */
function mix(from, to, share) {
  const [a, b] = [channels(from), channels(to)];
  const mixed = a.map((value, n) => Math.round(value + (b[n] - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {string} colour */
function luminance(colour) {
  const [red, green, blue] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** What an address has to say for captions that look so; `fromQuery` reads it.
 * @param {Options} options @returns {string} */
export function toQuery({ size, font, color, background, opacity, lines, position, spacing }) {
  const query = new URLSearchParams({
    size: String(size),
    font,
    color: color.slice(1),
    background: background.slice(1),
    opacity: String(Math.min(opacity, OVERLAY.opacity)),
    lines: String(lines || OVERLAY.lines),
    position,
    spacing,
  });
  return query.toString();
}
