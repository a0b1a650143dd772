// The upload page: takes files and has them brought, two at a time. Draws none of them itself.
// @ts-check

import { call } from './api.js';
import { byId, make, put } from './dom.js';
import { named } from './languages.js';
import { Item } from './upload-item.js';
import { wishes, wrongWords } from './upload-options.js';

const AT_ONCE = 2; // files on their way at a time
const AT_MOST = 100; // files on the page

/** @type {Item[]} */
let items = [];
let running = 0;
const drop = byId('drop');
const picker = byId('files');
const words = byId('hotwords');

/** @param {Iterable<File>} files */
function add(files) {
  const wrong = wrongWords(words.value);
  complain(wrong);
  if (wrong) return;
  const options = wishes({
    language: byId('language').value,
    task: byId('options').elements.task.value,
    hotwords: words.value,
  });
  const room = AT_MOST - items.length;
  const taken = [...files].slice(0, room).map((file) => new Item(file, options, {
    changed: summarise,
    again: () => begin(),
    removed: remove,
  }));
  items.push(...taken);
  byId('items').append(...taken.map(({ element }) => element));
  summarise();
  begin();
}

function begin() {
  for (const item of items) {
    if (running >= AT_ONCE) return;
    if (!item.waiting) continue;
    running += 1;
    void item.run().finally(() => {
      running -= 1;
      begin();
    });
  }
}

/** @param {Item} item */
function remove(item) {
  items = items.filter((other) => other !== item);
  item.element.remove();
  picker.focus();
  summarise();
}

/** How many there are and how many are done, for all to hear. */
function summarise() {
  const done = items.filter((item) => item.ended).length;
  const all = items.length === 1 ? '1 file' : `${items.length} files`;
  put(byId('summary'), !items.length ? '' : done < items.length
    ? `${all}, ${done} done` : `${all}, all done`);
  byId('list').hidden = !items.length;
}

/** @param {string} wrong */
function complain(wrong) {
  put(byId('hotwords-wrong'), wrong);
  words.setAttribute('aria-invalid', String(Boolean(wrong)));
  if (wrong) words.focus();
}

async function offerLanguages() {
  const { body } = await call('GET', '/v1/info');
  byId('language').append(...named(body.languages)
    .map(({ code, name }) => make('option', { value: code }, name)));
}

/** @param {DragEvent} event */
function over(event) {
  if (!event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  drop.dataset.over = '';
}

picker.addEventListener('change', () => {
  add(picker.files);
  picker.value = '';
});
addEventListener('dragenter', over);
addEventListener('dragover', over);
addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) delete drop.dataset.over;
});
addEventListener('drop', (event) => {
  event.preventDefault();
  delete drop.dataset.over;
  add(event.dataTransfer?.files ?? []);
});
addEventListener('beforeunload', (event) => {
  if (items.some((item) => item.leaving)) event.preventDefault();
});
byId('options').addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
words.addEventListener('input', () => complain(''));
void offerLanguages().catch(() => {}); // detection is offered in any case
