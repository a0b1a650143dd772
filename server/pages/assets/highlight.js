// Which word is being said at a time of the recording. Pure: knows numbers, and no page.
// @ts-check

const HANG = 0.3; // seconds that a word stays marked after its end, so that pauses do not flicker

/** The last of some rising numbers that is not above t.
 * @param {ArrayLike<number>} starts @param {number} t @returns {number} -1: all are above it */
export function lastAt(starts, t) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The word that is being said, or was until a moment ago.
 * @param {ArrayLike<number>} starts of all words, rising @param {ArrayLike<number>} ends
 * @param {number} t @returns {number} its index; -1: none */
export function wordAt(starts, ends, t) {
  const index = lastAt(starts, t);
  return index >= 0 && t < ends[index] + HANG ? index : -1;
}
