// What a session allows at a time, and in which words it is shown. Pure: the time is told.
// @ts-check

/** @typedef {{
 *   recording_until: string | null, transcript_until: string | null, hold: boolean,
 *   recording: number | null, transcript: number | null,
 * }} Retention */
/** @typedef {{name: string, bytes: number, sha256: string, content_type: string}} Artifact */
/** A session as the server tells of it.
 * @typedef {{
 *   id: string, kind: 'live' | 'upload', owner: string, state: string, created_at: string,
 *   ready_at: string | null, expires_at: string | null, duration: number,
 *   language: string | null, model: string, room: string | null, filename: string | null,
 *   error: string | null, options: Record<string, unknown>, retention: Retention,
 *   artifacts?: Artifact[], jobs?: string[],
 * }} Session */
/** @typedef {'awaiting' | 'queued' | 'live' | 'working' | 'ready' | 'locked' | 'failed' | 'gone'}
 *   Phase */
/** @typedef {{
 *   phase: Phase, editable: boolean, left: number, restorable: boolean, readable: boolean,
 *   recording: 'there' | 'gone' | 'none', again: boolean,
 * }} Outlook */

/** @type {Record<string, Phase>} */
const PHASES = {
  awaiting_upload: 'awaiting',
  queued: 'queued',
  finalizing: 'working',
  ready: 'ready',
  expired: 'locked',
  failed: 'failed',
  purged: 'gone',
};

/** What is so now. left: seconds of the editing window. readable: there may be segments.
 * recording: none when nothing was recorded. again: it may be heard once more.
 * @param {Session} session @param {number} now milliseconds @returns {Outlook} */
export function outlook(session, now) {
  const phase = phaseOf(session, now);
  const { ready_at: ready, retention, artifacts = [] } = session;
  const { recording_until: recording, transcript_until: transcript } = retention;
  const done = phase === 'ready' || phase === 'locked';
  const readable = kept(session, ready ?? recording, transcript);
  const audible = kept(session, ready ?? transcript, recording);
  const recorded = artifacts.some(({ name }) => name === 'recording');
  const due = transcript !== null && Date.parse(transcript) <= now && !retention.hold;
  return {
    phase,
    editable: phase === 'ready' && readable,
    left: phase === 'ready' ? secondsTo(session.expires_at, now) : 0,
    restorable: done && readable && !due,
    readable,
    recording: recorded && audible ? 'there' : audible ? 'none' : 'gone',
    again: readable && (done ? recorded && audible : retriable(session)),
  };
}

/** An upload that failed may be heard once more; one that was cancelled is about to go.
 * @param {Session} session @returns {boolean} */
function retriable({ kind, state, error }) {
  return kind === 'upload' && state === 'failed' && error !== 'cancelled';
}

/** @param {Session} session @param {number} now @returns {Phase} */
function phaseOf(session, now) {
  const over = session.expires_at !== null && Date.parse(session.expires_at) <= now;
  if (session.state === 'ready' && over) return 'locked';
  return PHASES[session.state] ?? (session.kind === 'live' ? 'live' : 'working');
}

/** Retention has not taken it: once it is decided how long things are kept, no time means gone.
 * @param {Session} session @param {string | null} decided @param {string | null} until */
function kept(session, decided, until) {
  return session.state !== 'purged' && (decided === null || until !== null);
}

/** @param {string | null} time @param {number} now @returns {number} */
function secondsTo(time, now) {
  return time === null ? Infinity : Math.max(0, (Date.parse(time) - now) / 1000);
}

/** Whether more is to come without anybody asking for it.
 * @param {Session} session @returns {boolean} */
export function moving(session) {
  return !['ready', 'expired', 'failed', 'purged'].includes(session.state);
}

/** The name of its state, and the tone that `.badge` has for it.
 * @param {Session} session @param {number} now @returns {{label: string, tone: string}} */
export function badge(session, now) {
  switch (phaseOf(session, now)) {
    case 'awaiting': return { label: 'Waiting for its file', tone: 'awaiting_upload' };
    case 'queued': return { label: 'Queued', tone: 'queued' };
    case 'live': return session.state === 'draining'
      ? { label: 'Ending', tone: 'draining' }
      : { label: 'Live', tone: 'live' };
    case 'working': return session.state === 'finalizing'
      ? { label: 'Finishing', tone: 'finalizing' }
      : { label: 'Transcribing', tone: 'processing' };
    case 'ready': return { label: 'Ready', tone: 'ready' };
    case 'locked': return { label: 'Locked', tone: 'locked' };
    case 'failed': return session.error === 'cancelled'
      ? { label: 'Cancelled', tone: 'cancelled' }
      : { label: 'Failed', tone: 'failed' };
    case 'gone': return { label: 'Deleted', tone: 'purged' };
  }
}

/** What a session is called.
 * @param {Session} session @returns {string} */
export function title(session) {
  if (session.filename) return session.filename;
  if (session.room) return `Live in ${session.room}`;
  return session.kind === 'live' ? 'Live session' : 'Uploaded recording';
}

/** The name of its channel of captions.
 * @param {Session} session @returns {string} */
export function room(session) {
  return session.room ?? session.id;
}
