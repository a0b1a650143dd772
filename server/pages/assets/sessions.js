// The page with all sessions: searched, narrowed, paged, kept up to date. Draws no row itself.
// @ts-check

import { call, now } from './api.js';
import { byId, put } from './dom.js';
import { sentence } from './problems.js';
import { List } from './sessions-list.js';
import { filtersOf, joined, narrowed, renewed, searchOf, wanted } from './sessions-query.js';

const EVERY = 4000; // ms between two looks at what has changed
const TYPING = 250; // ms of rest after which a search begins

/** @typedef {import('./sessions-query.js').Page} Page */

const list = new List(byId('list'));
const form = byId('filters');
/** @type {Page} */
let shown = { sessions: [], cursor: null };
let filters = filtersOf(location.search);
let asking = new AbortController();
let typing = 0;

/** @param {Record<string, string>} more @returns {Promise<Page>} */
async function ask(more) {
  const { signal } = asking;
  return (await call('GET', `/v1/sessions${searchOf(filters, more)}`, { signal })).body;
}

/** @param {() => Promise<Page>} next */
async function show(next) {
  try {
    shown = await next();
    complain('');
    draw();
  } catch (/** @type {any} */ error) {
    if (error.name !== 'AbortError') complain(sentence(error));
  }
}

function draw() {
  const { sessions, cursor } = shown;
  list.draw(sessions, now());
  const some = sessions.length > 0;
  byId('waiting').hidden = true;
  byId('main').removeAttribute('aria-busy');
  byId('empty').hidden = some || narrowed(filters);
  byId('nothing').hidden = some || !narrowed(filters);
  byId('more').hidden = cursor === null;
  const count = sessions.length === 1 ? '1 session' : `${sessions.length} sessions`;
  put(byId('count'), some ? `${count}${cursor ? ' and more' : ''}` : '');
}

/** @param {string} wrong */
function complain(wrong) {
  put(byId('problem'), wrong);
  byId('problem').hidden = !wrong;
}

const renew = () => show(async () => {
  const fresh = await ask({ limit: String(wanted(shown)) });
  return renewed(shown, fresh);
});

const more = () => show(async () => {
  const next = await ask({ cursor: shown.cursor ?? '' });
  return joined(shown, next);
});

/** Another question: what was asked before is of no interest any more. */
function search() {
  clearTimeout(typing);
  const { q, state, kind } = form.elements;
  filters = { q: q.value, state: state.value, kind: kind.value };
  history.replaceState(null, '', location.pathname + searchOf(filters));
  asking.abort();
  asking = new AbortController();
  void show(() => ask({}));
}

function clear() {
  form.reset();
  search();
  form.elements.q.focus();
}

/** The fields as the address has them: also after somebody went back to the page. */
function begin() {
  const { q, state, kind } = form.elements;
  Object.assign(q, { value: filters.q });
  Object.assign(state, { value: filters.state });
  Object.assign(kind, { value: filters.kind });
  search();
}

form.addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  search();
});
form.elements.q.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(search, TYPING);
});
form.elements.state.addEventListener('change', search);
form.elements.kind.addEventListener('change', search);
byId('clear').addEventListener('click', clear);
byId('more').addEventListener('click', () => void more());
setInterval(() => {
  if (document.visibilityState === 'visible') void renew();
}, EVERY);
begin();
