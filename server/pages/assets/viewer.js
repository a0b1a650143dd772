// The viewer's page: joins the captions of a room, their screen and what its reader likes.
// @ts-check

import { Feed } from '/browser/captions.js';
import { byId, put } from './dom.js';
import { Awake } from './speak-awake.js';
import { Flow } from './viewer-flow.js';
import { Form, remember, remembered } from './viewer-form.js';
import { act } from './viewer-keys.js';
import { OVERLAY, checked, fadeOf, fromQuery, toQuery } from './viewer-options.js';
import { Screen } from './viewer-screen.js';

const EVERY = 220; // milliseconds between two changes of what is seen: at most 4.5 in a second
const LATE = 10_000; // milliseconds that half a sentence waits for the rest
const USED = 'button, input, select, textarea, a, summary';

const query = new URLSearchParams(location.search);
const overlay = query.has('overlay');
const room = location.pathname.split('/').filter(Boolean)[1];
const name = decodeURIComponent(room);

let options = fromQuery(query, overlay ? OVERLAY : remembered());
/** @type {'connecting' | 'live' | 'reconnecting'} */
let connection = 'connecting';
let paused = false;
let drawn = 0; // when, by the clock of the page
/** @type {ReturnType<typeof setTimeout> | undefined} */
let drawing;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let silence;

const flow = new Flow();
const screen = new Screen(options, tell);

/** @param {import('/browser/wire.js').Message} event */
function heard(event) {
  flow.take(event);
  drawing ??= setTimeout(draw, Math.max(0, drawn + EVERY - performance.now()));
  clearTimeout(waiting);
  waiting = setTimeout(() => screen.late(), LATE);
  if (overlay) wake();
}

function draw() {
  clearTimeout(drawing);
  drawing = undefined;
  drawn = performance.now();
  if (!paused) screen.show(flow.next(), options);
  tell();
}

function tell() {
  const [state, text] = told();
  byId('state').dataset.state = state;
  put(byId('state'), text);
  byId('jump').hidden = !paused && screen.following;
  put(byId('jump'), paused && flow.fresh ? `Jump to live (${flow.fresh} new)` : 'Jump to live');
  byId('pause').toggleAttribute('data-paused', paused);
  put(byId('pause-text'), paused ? 'Resume' : 'Pause');
}

/** @returns {[string, string]} a state as base.css knows it, and its name */
function told() {
  if (connection === 'connecting') return ['connecting', 'Connecting'];
  if (connection === 'reconnecting') return ['reconnecting', 'Reconnecting'];
  if (paused) return ['paused', 'Paused'];
  if (flow.speaking === null) return ['connecting', 'Waiting'];
  return flow.speaking ? ['live', 'Live'] : ['over', 'Over'];
}

/** @param {boolean} wanted */
function pause(wanted) {
  paused = wanted;
  draw();
  if (!paused) screen.follow();
}

/** @param {Partial<import('./viewer-options.js').Options>} change */
function change(change) {
  options = checked({ ...options, ...change });
  remember(options);
  screen.look(options, flow.history);
  addresses();
  tell();
}

function addresses() {
  byId('subtitles').href = `/captions/${room}.vtt`;
  byId('overlay').href = `/captions/${room}?overlay&${toQuery(options)}`;
}

/** An overlay is empty when nobody has spoken for a while. */
function wake() {
  const seconds = fadeOf(query);
  byId('stage').removeAttribute('data-silent');
  clearTimeout(silence);
  if (seconds) silence = setTimeout(hush, seconds * 1000);
}

function hush() {
  byId('stage').setAttribute('data-silent', '');
}

/** @param {KeyboardEvent} event @param {Form} form */
function pressed(event, form) {
  if (event.key === 'Escape' && form.open) return form.close();
  if (event.target instanceof Element && event.target.closest(USED)) return;
  const found = act(event, options);
  if (!found) return;
  event.preventDefault();
  if (found === 'pause') pause(!paused);
  else if (found === 'settings') form.toggle();
  else change(found.change);
  form.show(options);
}

function controls() {
  const form = new Form((changed) => {
    change(changed);
    form.show(options);
  });
  form.show(options);
  byId('pause').addEventListener('click', () => pause(!paused));
  byId('jump').addEventListener('click', () => (paused ? pause(false) : screen.follow()));
  document.addEventListener('keydown', (event) => pressed(event, form));
  if (window.parent === window) new Awake().keep(true); // a frame has no right to
}

function start() {
  document.title = `${name} · Captions`;
  put(byId('room'), name);
  addresses();
  if (overlay) hush();
  else controls();
  document.documentElement.classList.toggle('overlay', overlay);
  document.documentElement.classList.add('ready');
  new Feed(`/captions/${room}`, heard, (state) => {
    connection = state;
    tell();
  });
}

start();
