// The line that says how long a transcript may be corrected, and what to do afterwards.
// @ts-check

import { byId, put } from './dom.js';
import { clock } from './times.js';

const SOON = 300; // seconds before its end in which the window can be made longer

/** @param {import('./session-state.js').Outlook} view @param {boolean} any there are segments */
export function showWindow({ phase, editable, left, restorable }, any) {
  const locked = phase === 'locked';
  const bounded = left !== Infinity;
  const line = byId('window');
  line.hidden = !any || !(editable || locked);
  line.dataset.kind = locked || left < SOON ? 'warn' : '';
  put(byId('window-text'), locked ? 'Locked: no more corrections.'
    : bounded ? 'Can be corrected for another' : 'Can be corrected.');
  put(byId('left'), clock(left));
  byId('left').hidden = locked || !bounded;
  put(byId('restore'), locked ? 'Restore' : 'Extend');
  byId('restore').hidden = !restorable || (!locked && left >= SOON);
}
