// The text of a segment, cut into words with times and what stands between them. Pure.
// @ts-check

const DOUBT = 0.5; // confidence below which a word is marked

/** @typedef {{text: string, start: number, end: number, confidence: number}} Word */
/** @typedef {{start: number, end: number, text: string, words: Word[]}} Timed */
/** @typedef {{text: string, start?: number, end?: number, doubt?: boolean}} Piece */

/** All of the text, in order. What has a start is a word.
 * @param {Timed} segment @returns {Piece[]} */
export function pieces(segment) {
  const { text } = segment;
  /** @type {Piece[]} */
  const found = [];
  let at = 0;
  for (const word of timed(segment)) {
    const place = word.text ? text.indexOf(word.text, at) : -1;
    if (place < 0) continue;
    if (place > at) found.push({ text: text.slice(at, place) });
    const { start, end } = word;
    found.push({ text: word.text, start, end, doubt: word.confidence < DOUBT });
    at = place + word.text.length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}

/** Corrected text has no words of its own; its times are spread over the segment, as in exports.
 * @param {Timed} segment @returns {Word[]} */
function timed(segment) {
  if (segment.words.length) return segment.words;
  const said = segment.text.split(/\s+/u).filter(Boolean);
  const share = (segment.end - segment.start) / Math.max(1, said.join('').length);
  let start = segment.start;
  return said.map((text) => {
    const word = { text, start, end: start + text.length * share, confidence: 1 };
    start = word.end;
    return word;
  });
}
