// @ts-check
/** The whole way on one page: a microphone, a connection, captions. No settings, no looks. */

import { capture } from './capture.js';
import { CaptionView } from './captions.js';
import { Connection } from './connection.js';

const [button, state, captions] = ['button', 'state', 'captions'].map(
  (id) => /** @type {HTMLElement} */ (document.getElementById(id)),
);
const view = new CaptionView(captions, { lines: 'scroll' });

button.addEventListener('click', async () => {
  const sound = await capture();
  const live = new Connection(location.origin, { rate: sound.rate });
  live.addEventListener('partial', (/** @type {any} */ { detail }) => view.apply(detail));
  live.addEventListener('final', (/** @type {any} */ { detail }) => view.apply(detail));
  live.addEventListener('state', () => (state.textContent = live.state));
  sound.onframe = (pcm) => live.send(pcm);
  await live.open();
  button.textContent = 'Stop';
  await new Promise((on) => button.addEventListener('click', on, { once: true }));
  sound.stop();
  await live.end();
}, { once: true });
