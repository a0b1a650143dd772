// What is wished for with a file, from the fields of the form to the words of the server. Pure.
// @ts-check

const MOST_WORDS = 100;
const LONGEST_WORD = 64;
const LONGEST_NAME = 255;

/** @typedef {{language: string, task: string, hotwords: string}} Fields */

/** @param {Fields} fields @returns {Record<string, unknown>} */
export function wishes({ language, task, hotwords }) {
  return { language: language || 'auto', task, hotwords: split(hotwords) };
}

/** What is wrong with the words that are to be listened for; empty: nothing.
 * @param {string} hotwords @returns {string} */
export function wrongWords(hotwords) {
  const words = split(hotwords);
  if (words.length > MOST_WORDS) return `These are ${words.length} words; 100 are the most.`;
  const long = words.find((word) => [...word].length > LONGEST_WORD);
  return long ? `“${[...long].slice(0, 20).join('')}…” is longer than 64 characters.` : '';
}

/** A file's name as the server takes it.
 * @param {string} name @returns {string} */
export function plainName(name) {
  const plain = name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim();
  return [...plain].slice(0, LONGEST_NAME).join('') || 'recording';
}

/** @param {string} hotwords @returns {string[]} */
export function split(hotwords) {
  return hotwords.split(/[,;\n]/u).map((word) => word.trim()).filter(Boolean);
}
