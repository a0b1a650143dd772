// The speaker's page: joins settings, talk, captions and what is shown. Decides nothing itself.
// @ts-check

import { call } from './api.js';
import { byId, put } from './dom.js';
import { nameOf } from './languages.js';
import { Meter } from './meter.js';
import { Awake } from './speak-awake.js';
import { Captions } from './speak-captions.js';
import { copies } from './speak-copy.js';
import { present, watch } from './speak-devices.js';
import { Form } from './speak-form.js';
import { Lags } from './speak-lags.js';
import { remember, remembered } from './speak-settings.js';
import { BUSY, IDLE, QUIET, after } from './speak-state.js';
import { Talk } from './speak-talk.js';
import { View } from './speak-view.js';
import { modelName, summary } from './speak-words.js';

const SECOND = 1000;
const storage = () => localStorage;

let state = IDLE;
/** @type {Talk | null} */
let talk = null;
/** @type {string | undefined} */
let token; // while the page is open, and nowhere else
let model = '';
let lags = new Lags();
const form = new Form(remembered(storage), changed);
const view = new View(follow);
const awake = new Awake();
const meter = new Meter(byId('meter'), (silent) => {
  byId('silent').hidden = !silent || state.phase !== 'live';
});
let captions = new Captions(byId('captions'), form.settings);

/** @param {import('./speak-state.js').Event} event */
function happened(event) {
  const before = state;
  const { state: next, orders } = after(state, event);
  state = next;
  for (const order of orders) obey(order);
  if (state !== before) draw();
}

/** @param {import('./speak-state.js').Order} order */
function obey(order) {
  if (order === 'leave') location.assign(`/sessions/${state.session}`);
  else if (order === 'capture') begin();
  else void talk?.[order]();
  if (order === 'release') meter.stop();
}

function begin() {
  lags = new Lags();
  captions = new Captions(byId('captions'), form.settings);
  view.words(false);
  view.delay(null);
  meter.start();
  talk = new Talk(form.chosen, { file: form.file, token }, {
    happened,
    said,
    heard: (level) => meter.hear(level),
  });
  void talk.capture();
}

/** @param {string} type @param {any} detail */
function said(type, detail) {
  if (type !== 'lag') {
    captions.apply(detail);
    view.words(true);
    return;
  }
  lags.add(detail.ms);
  view.delay(lags.delay);
}

function draw() {
  const { phase } = state;
  view.draw(state);
  view.source(QUIET.has(phase) ? '' : talk?.label ?? '');
  awake.keep(BUSY.has(phase));
  if (phase === 'connecting') void offerMicrophones(); // now that it is allowed they have names
  describe();
}

function describe() {
  const busy = !QUIET.has(state.phase);
  const settings = busy && talk ? { ...talk.settings, room: talk.room } : form.settings;
  view.sharing(settings.room, busy);
  put(byId('summary'), busy ? summary(settings, nameOf(settings.language), model) : '');
}

/** Settings were changed, in the form or by a way out of a trouble. */
function changed() {
  remember(storage, form.settings);
  captions.look(form.settings);
  describe();
}

function press() {
  if (!QUIET.has(state.phase)) happened({ type: 'stop' });
  else if (!form.wrong) happened({ type: 'start' });
}

/** A way out of a trouble. @param {import('./speak-words.js').Way} way */
function follow(way) {
  if (way === 'file') return byId('file').click();
  if (way === 'room') return byId('room').focus();
  if (way === 'websocket') form.choose({ transport: 'websocket' });
  if (way === 'microphone') form.choose({ source: 'microphone' });
  happened({ type: 'start' });
}

async function offerMicrophones() {
  form.offerMicrophones(await present());
}

async function introduce() {
  const { body } = await call('GET', '/v1/info');
  model = modelName(body.model);
  form.offerLanguages(body.languages);
  put(byId('model'), `Heard by the model “${model}”.`);
}

byId('go').addEventListener('click', press);
byId('stay').addEventListener('click', () => happened({ type: 'stay' }));
byId('do-not').addEventListener('click', () => happened({ type: 'stay' }));
byId('token-form').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  token = byId('token').value;
  byId('token').value = '';
  happened({ type: 'start' });
});
addEventListener('beforeunload', (event) => {
  if (BUSY.has(state.phase)) event.preventDefault();
});
setInterval(() => happened({ type: 'second', ...talk?.progress }), SECOND);
copies(byId('sharing'), byId('copied'));
watch(() => void offerMicrophones());
void offerMicrophones();
void introduce().catch(() => {}); // detection is offered in any case
draw();
