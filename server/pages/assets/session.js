// The page of one session: gives each part of the page what it shows, as the session changes.
// @ts-check

import { call, now } from './api.js';
import { byId, make, put } from './dom.js';
import { said } from './job-words.js';
import { sentence } from './problems.js';
import { showExports, showFiles } from './session-files.js';
import { Keeping } from './session-keeping.js';
import { MessageLine } from './session-message.js';
import { Player } from './session-player.js';
import { Reading } from './session-reading.js';
import { badge, outlook, title } from './session-state.js';
import { Transcript } from './session-transcript.js';
import { Watch } from './session-watch.js';
import { showWindow } from './session-window.js';
import { facts, unheard, unsaid } from './session-words.js';

/** @typedef {import('./session-state.js').Session} Session */
/** @typedef {import('./job-words.js').Job} Job */

const TOAST = 6000; // ms
const AGAIN = 3000; // ms after which segments are asked for that did not come

/** @type {Record<string, string>} */
const LOADED_FOR = { live: 'live', ready: 'done', locked: 'done', failed: 'done' };

const id = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const path = `/v1/sessions/${encodeURIComponent(id)}`;

/** @type {Session | null} */
let session = null;
/** @type {Job | null} */
let lastJob = null;
let phase = '';
let loaded = '';
let filled = false; // whether all segments are shown that there were

const player = new Player((time, playing) => reading.at(time, playing));
const transcript = new Transcript(byId('segments'), byId('speakers'), {
  jump: (time) => reading.jump(time),
  correct: async (number, revision, json) => (await call('PATCH', `${path}/segments/${number}`, {
    json, headers: { 'if-match': `"${revision}"` },
  })).body,
  read: async (number) => (await call('GET', `${path}/segments/${number}`)).body,
  past: async (number) => (await call('GET', `${path}/segments/${number}/history`)).body.history,
  restore,
});
const reading = new Reading(transcript, player);
const keeping = new Keeping(path, { changed: show, begun, say });
const line = new MessageLine({
  attempt: (deed) => keeping.attempt(deed),
  retranscribe: (json) => keeping.retranscribe(json),
  begun,
});
const watch = new Watch(path, {
  session: show,
  failed,
  job,
  final: (segment) => reading.following(() => {
    if (!transcript.has(segment)) transcript.add(segment);
    tick();
  }),
  tail: (tail) => reading.following(() => {
    drawTail(tail);
    tick();
  }),
});

/** All of it, as it is now. @param {Session} fresh */
function show(fresh) {
  session = fresh;
  const view = outlook(session, now());
  const { label, tone } = badge(session, now());
  phase = view.phase;
  document.title = `${title(session)} · CaptionFlow`;
  put(byId('title'), title(session));
  put(byId('facts'), facts(session));
  put(byId('state'), label);
  byId('state').dataset.state = tone;
  byId('state').hidden = false;
  byId('parts').hidden = false;
  complain('');
  line.show(session, view, lastJob);
  const heard = view.recording === 'there' && view.phase !== 'failed';
  player.show(heard ? `${path}/recording` : null, session.duration);
  put(byId('no-recording'), unheard(view));
  byId('no-recording').hidden = heard;
  byId('segments').toggleAttribute('data-editable', view.editable);
  showExports(session, view.readable && ['ready', 'locked'].includes(view.phase));
  showFiles(session, say);
  keeping.show(session, view);
  if (view.phase !== 'live') drawTail(null);
  tick();
  watch.see(session);
  const wanted = view.readable ? LOADED_FOR[view.phase] ?? '' : '';
  if (wanted && wanted !== loaded) void load(wanted);
  if (!wanted) byId('main').removeAttribute('aria-busy');
}

/** The segments. @param {string} wanted what they are loaded for */
async function load(wanted) {
  loaded = wanted;
  try {
    const { body } = await call('GET', `${path}/segments`);
    if (wanted === 'live') body.segments.forEach((/** @type {any} */ it) => transcript.add(it));
    else transcript.show(body.segments);
  } catch (failure) {
    loaded = '';
    failed(failure);
    setTimeout(() => session && show(session), AGAIN);
    return;
  }
  filled = true;
  byId('main').removeAttribute('aria-busy');
  tick();
}

/** What is there in the place of a transcript, or of nothing at all.
 * @param {import('./session-state.js').Outlook} view */
function drawSilence(view) {
  const words = filled ? unsaid(view) : '';
  put(byId('silent'), words);
  byId('silent').hidden = transcript.size > 0 || !byId('tail').hidden || !words;
  byId('transcript').hidden = !view.readable || !(transcript.size || words);
}

/** A second has passed. */
function tick() {
  if (!session) return;
  const view = outlook(session, now());
  if (view.phase !== phase) show(session);
  else {
    showWindow(view, transcript.size > 0);
    drawSilence(view);
  }
}

/** @param {Job} changed @param {boolean} ended */
function job(changed, ended) {
  lastJob = changed;
  if (session) line.show(session, outlook(session, now()), lastJob);
  if (!ended) return;
  loaded = '';
  if (changed.status !== 'completed' && session?.state === 'ready') say(said(changed));
  void watch.look();
}

/** @param {Job} fresh */
function begun(fresh) {
  job(fresh, false);
  watch.seeJob(fresh.id);
  void watch.look();
}

async function restore() {
  show((await call('POST', `${path}/restore`)).body);
}

/** What is being said and may still change.
 * @param {import('./session-live.js').Tail | null} tail */
function drawTail(tail) {
  byId('tail').hidden = !tail;
  byId('tail').replaceChildren(...(tail ? [
    make('span', { class: 'firm' }, tail.firm), tail.text.slice(tail.firm.length),
  ] : []));
}

/** @param {any} failure */
function failed(failure) {
  if (failure.code !== 'not_found') {
    complain(sentence(failure));
    return;
  }
  watch.stop();
  session = null;
  byId('main').removeAttribute('aria-busy');
  put(byId('title'), 'No such session');
  put(byId('facts'), '');
  for (const part of ['state', 'message', 'parts']) byId(part).hidden = true;
  complain('There is no session with this address, or it was deleted.');
}

/** @param {string} wrong */
function complain(wrong) {
  put(byId('problem'), wrong);
  byId('problem').hidden = !wrong;
}

/** For a moment. @param {string} text */
function say(text) {
  const toast = make('p', { class: 'toast' }, text);
  byId('toasts').append(toast);
  setTimeout(() => toast.remove(), TOAST);
}

byId('restore').addEventListener('click', () => void keeping.attempt(restore));
addEventListener('beforeunload', (event) => {
  if (transcript.unsaved) event.preventDefault();
});
setInterval(tick, 1000);
void watch.look();
