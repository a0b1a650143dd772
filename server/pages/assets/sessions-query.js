// The list of sessions as values: what is asked for, and how answers join what is shown. Pure.
// @ts-check

/** @typedef {import('./session-state.js').Session} Session */
/** @typedef {{q: string, state: string, kind: string}} Filters */
/** @typedef {{sessions: Session[], cursor: string | null}} Page */

const NAMES = /** @type {const} */ (['q', 'state', 'kind']);
const MOST = 200; // sessions of one answer
const USUAL = 50;

/** From the address of the page.
 * @param {string} search @returns {Filters} */
export function filtersOf(search) {
  const given = new URLSearchParams(search);
  const [q, state, kind] = NAMES.map((name) => given.get(name) ?? '');
  return { q, state, kind };
}

/** For an address: what is not asked for is not in it.
 * @param {Filters} filters @param {Record<string, string>} [more]
 * @returns {string} empty, or with its question mark */
export function searchOf(filters, more = {}) {
  const asked = NAMES.map((name) => [name, filters[name].trim()]).filter(([, value]) => value);
  const text = new URLSearchParams([...asked, ...Object.entries(more)]).toString();
  return text && `?${text}`;
}

/** @param {Filters} filters @returns {boolean} */
export function narrowed(filters) {
  return NAMES.some((name) => filters[name].trim());
}

/** How many to ask for, so that what is shown stays.
 * @param {Page} shown @returns {number} */
export function wanted(shown) {
  return Math.min(MOST, Math.max(USUAL, shown.sessions.length));
}

/** What is shown, and the page that comes after it.
 * @param {Page} shown @param {Page} next @returns {Page} */
export function joined(shown, next) {
  const there = new Set(shown.sessions.map(({ id }) => id));
  const fresh = next.sessions.filter(({ id }) => !there.has(id));
  return { sessions: [...shown.sessions, ...fresh], cursor: next.cursor };
}

/** What is shown, with its newest part as it is now; what is older stays as it was.
 * @param {Page} shown @param {Page} fresh @returns {Page} */
export function renewed(shown, fresh) {
  const last = fresh.sessions.at(-1);
  if (!last || fresh.cursor === null) return fresh;
  const there = new Set(fresh.sessions.map(({ id }) => id));
  const older = shown.sessions.filter(
    ({ id, created_at: at }) => !there.has(id) && Date.parse(at) <= Date.parse(last.created_at),
  );
  return {
    sessions: [...fresh.sessions, ...older],
    cursor: older.length ? shown.cursor : fresh.cursor,
  };
}
