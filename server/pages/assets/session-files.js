// What can be taken away: the transcript in several formats, and the files as they were made.
// @ts-check

import { call } from './api.js';
import { byId, make, put } from './dom.js';
import { sentence } from './problems.js';
import { title } from './session-state.js';
import { size, timeOfDay } from './times.js';

const FORMATS = [
  ['txt', 'Text'],
  ['srt', 'SubRip'],
  ['vtt', 'WebVTT'],
  ['json', 'JSON with times'],
];

/** @typedef {import('./session-state.js').Session} Session */

/** @param {Session} session @param {boolean} readable */
export function showExports(session, readable) {
  byId('exports').hidden = !readable;
  const name = title(session).replace(/\.[a-z0-9]{1,5}$/iu, '');
  byId('formats').replaceChildren(...FORMATS.map(([kind, what]) => make('a', {
    class: 'button',
    href: `/v1/sessions/${encodeURIComponent(session.id)}/exports/${kind}`,
    download: `${name}.${kind}`,
    title: what,
  }, kind.toUpperCase())));
}

/** @param {Session} session @param {(sentence: string) => void} say */
export function showFiles(session, say) {
  const artifacts = session.artifacts ?? [];
  byId('files').hidden = !artifacts.length;
  byId('artifacts').replaceChildren(...artifacts.map(({ name, bytes }) => make('li', {
    class: 'row',
  },
    make('button', {
      class: 'quiet little', type: 'button', 'aria-label': `Download ${name}`,
      onclick: () => void give(session.id, name, say, fetched),
    }, name === 'recording' ? 'recording.flac' : name),
    make('span', { class: 'soft last numbers' }, size(bytes)),
    make('button', {
      class: 'quiet little', type: 'button', 'aria-label': `Link to ${name}`,
      onclick: () => void give(session.id, name, say, linked),
    }, 'Link'))));
}

/** @typedef {{url: string, artifact: string, expires_at: string}} Address */

/** @param {string} id @param {string} artifact @param {(sentence: string) => void} say
 * @param {(address: Address) => void} use */
async function give(id, artifact, say, use) {
  try {
    const path = `/v1/sessions/${encodeURIComponent(id)}/downloads`;
    use((await call('POST', path, { json: { artifact } })).body);
  } catch (/** @type {any} */ problem) {
    say(sentence(problem));
  }
}

/** The answer is a file to be saved, so the page stays. @param {Address} address */
function fetched({ url }) {
  location.assign(url);
}

/** For somebody else: works once. @param {Address} address */
function linked({ url, artifact, expires_at: until }) {
  const by = timeOfDay(Date.parse(until));
  put(byId('link-text'), `Anybody can fetch ${artifact} here once, until ${by}:`);
  byId('link-url').value = url;
  byId('link').hidden = false;
  byId('link-url').select();
}
