// The name of a room and the addresses that go with it. Pure: chance is given.
// @ts-check

const LONGEST = 64;
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'; // none that are taken for another

/** A name that is safe in any address: " Hall 2 / Monday" -> "Hall-2-Monday".
 * @param {string} typed @returns {string} */
export function plain(typed) {
  const parts = typed.normalize('NFC').split(/[\s\p{C}\p{Z}./\\?#%]+/u).filter(Boolean);
  return [...parts.join('-')].slice(0, LONGEST).join('');
}

/** A room for somebody who named none, which nobody guesses.
 * @param {Uint8Array} chance @returns {string} */
export function made(chance) {
  return [...chance].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/**
 * @param {string} origin @param {string} room
 * @returns {{viewer: string, overlay: string, whip: string}}
 */
export function addresses(origin, room) {
  const name = encodeURIComponent(room);
  const viewer = `${origin}/captions/${name}`;
  return { viewer, overlay: `${viewer}?overlay`, whip: `${origin}/whip/${name}` };
}
