// Buttons that copy the text of an element: `data-copy` names it.
// @ts-check

import { byId, put } from './dom.js';

/** @param {HTMLElement} area with the buttons @param {HTMLElement} told that it was done */
export function copies(area, told) {
  area.addEventListener('click', async ({ target }) => {
    const button = /** @type {HTMLElement} */ (target).closest('button');
    const source = button?.dataset.copy;
    if (!source) return;
    put(told, await copied(byId(source)) ? 'Copied' : 'Press the keys for copying');
  });
}

/** @param {HTMLElement} element @returns {Promise<boolean>} else it is selected, to be copied */
async function copied(element) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return false;
  }
}
