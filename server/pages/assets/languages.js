// Languages by their English names. Pure; which ones a server knows, `/v1/info` says.
// @ts-check

const NAMES = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

/** @param {string | null | undefined} code @returns {string} */
export function nameOf(code) {
  if (!code) return '';
  try {
    return NAMES.of(code) ?? code;
  } catch {
    return code; // what is no code has no name but itself
  }
}

/** By their names, each with its code.
 * @param {string[]} codes @returns {{code: string, name: string}[]} */
export function named(codes) {
  return codes.map((code) => ({ code, name: nameOf(code) }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
