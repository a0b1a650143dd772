// The life of one talk on the speaker's page: told what happened, it says what is to be done. Pure.
// @ts-check

const LEAVE_AFTER = 2; // seconds in which somebody may choose to stay

/** @typedef {'idle'|'asking'|'connecting'|'live'|'reconnecting'|'ending'|'over'|'failed'} Phase */
/** @typedef {'capture'|'connect'|'end'|'release'|'close'|'leave'} Order */
/**
 * @typedef {object} State
 * @property {Phase} phase
 * @property {string | null} session its id, from when there is one
 * @property {string | null} trouble why it failed, a key of speak-words.js
 * @property {string} message the server's own words for that
 * @property {string | null} note what else there is to say: a key too
 * @property {number} heard seconds of sound so far
 * @property {number} kept seconds of it that the server does not have
 * @property {boolean} dry nothing more comes from the source
 * @property {number | null} retryIn seconds until it begins by itself
 * @property {number | null} leaveIn seconds until the session's page is opened
 */
/** @typedef {{type: string, [field: string]: any}} Event */
/** @typedef {[Partial<State>, ...Order[]]} Move */

/** @type {State} */
export const IDLE = Object.freeze({
  phase: 'idle',
  session: null,
  trouble: null,
  message: '',
  note: null,
  heard: 0,
  kept: 0,
  dry: false,
  retryIn: null,
  leaveIn: null,
});

/** Phases in which something would be lost if the page were left. */
export const BUSY = new Set(['live', 'reconnecting', 'ending']);

/** Phases in which nothing goes on, and settings may be changed. */
export const QUIET = new Set(['idle', 'over', 'failed']);

/** @returns {Move} */
const begin = () => [{ ...IDLE, phase: 'asking' }, 'capture'];
/** @returns {Move} */
const drop = () => [IDLE, 'release', 'close'];
/** @param {State} _ @param {Event} event @returns {Move} */
const finish = (_, { note = null }) => [{ phase: 'ending', note }, 'release', 'end'];
/** @param {State} state @param {Event} event @returns {Move} */
const count = (state, { heard = state.heard, kept = state.kept }) => [{ heard, kept }];

/** @param {State} state @param {Event} event @returns {Move} */
function fail(state, { trouble, message = '', retryIn = null }) {
  return [{ phase: 'failed', trouble, message, retryIn, leaveIn: null }, 'release', 'close'];
}

/** @param {State} state @param {Event} event @returns {Move} */
function opened({ dry, note }, { session }) {
  if (!dry) return [{ phase: 'live', session }];
  return [{ phase: 'ending', session, note }, 'release', 'end'];
}

/** @param {State} state @param {Event} event @returns {Move} */
function back(state, { session, lost = 0 }) {
  const anew = session === state.session ? state.note : 'anew';
  const note = lost > 0 ? 'gap' : anew;
  return [{ phase: 'live', session, note, kept: 0 }];
}

/** Somebody who is to read a note is not taken away from it.
 * @param {State} state @param {Event} event @returns {Move} */
function over({ note }, { heard, leave = false }) {
  const leaveIn = leave && !note ? LEAVE_AFTER : null;
  return [{ phase: 'over', heard, kept: 0, leaveIn }, 'release'];
}

/** @param {State} state @returns {Move} */
function toRetry({ retryIn }) {
  if (retryIn === null) return [{}];
  return retryIn > 1 ? [{ retryIn: retryIn - 1 }] : begin();
}

/** @param {State} state @returns {Move} */
function toLeave({ leaveIn }) {
  if (leaveIn === null) return [{}];
  return leaveIn > 1 ? [{ leaveIn: leaveIn - 1 }] : [{ leaveIn: null }, 'leave'];
}

/** What follows from an event in a phase; from any other pair nothing does.
 * @type {Record<string, Partial<Record<Phase, (state: State, event: Event) => Move>>>} */
const MOVES = {
  start: { idle: begin, over: begin, failed: begin },
  captured: { asking: () => [{ phase: 'connecting' }, 'connect'] },
  opened: { connecting: opened },
  lost: { live: () => [{ phase: 'reconnecting' }] },
  back: { reconnecting: back },
  stop: {
    asking: drop,
    connecting: drop,
    live: finish,
    reconnecting: finish,
    ending: () => [{ phase: 'over', note: 'left', leaveIn: null }, 'close'],
  },
  dry: {
    connecting: (_, { note = null }) => [{ dry: true, note }],
    live: finish,
    reconnecting: finish,
  },
  ended: { live: over, reconnecting: over, ending: over },
  failed: { asking: fail, connecting: fail, live: fail, reconnecting: fail, ending: fail },
  second: {
    live: count,
    reconnecting: count,
    ending: count,
    failed: toRetry,
    over: toLeave,
  },
  stay: {
    failed: () => [{ retryIn: null }],
    over: () => [{ leaveIn: null }],
  },
};

/**
 * @param {State} state @param {Event} event
 * @returns {{state: State, orders: Order[]}} the same state if nothing follows
 */
export function after(state, event) {
  const [changes, ...orders] = MOVES[event.type]?.[state.phase]?.(state, event) ?? [{}];
  const next = { ...state, ...changes };
  const keys = /** @type {(keyof State)[]} */ (Object.keys(changes));
  return { state: keys.every((key) => state[key] === next[key]) ? state : next, orders };
}
