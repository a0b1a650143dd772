// Draws the list of sessions. Rows stay as long as their sessions, so that nothing jumps.
// @ts-check

import { make, put } from './dom.js';
import { nameOf } from './languages.js';
import { badge, title } from './session-state.js';
import { ago, length, moment } from './times.js';

/** @typedef {import('./session-state.js').Session} Session */

export class List {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    /** @type {Map<string, Row>} */
    this.rows = new Map();
  }

  /** @param {Session[]} sessions @param {number} now milliseconds */
  draw(sessions, now) {
    const there = new Set(sessions.map(({ id }) => id));
    for (const [id, row] of this.rows) {
      if (there.has(id)) continue;
      row.element.remove();
      this.rows.delete(id);
    }
    sessions.forEach((session, place) => {
      const row = this.rows.get(session.id) ?? this.add(session);
      row.draw(session, now);
      if (this.element.children[place] !== row.element)
        this.element.insertBefore(row.element, this.element.children[place] ?? null);
    });
  }

  /** @param {Session} session @returns {Row} */
  add(session) {
    const row = new Row(session);
    this.rows.set(session.id, row);
    return row;
  }
}

class Row {
  /** @param {Session} session */
  constructor(session) {
    this.title = make('span', { class: 'name cut' });
    this.state = make('span', { class: 'badge' });
    this.facts = make('span', { class: 'small soft cut about' });
    this.when = make('time', { class: 'small soft when numbers' });
    this.link = make('a', { class: 'session', href: `/sessions/${encodeURIComponent(session.id)}` },
      this.title, this.state, this.facts, this.when);
    this.element = make('li', {}, this.link);
  }

  /** @param {Session} session @param {number} now */
  draw(session, now) {
    const { label, tone } = badge(session, now);
    const begun = Date.parse(session.created_at);
    put(this.title, title(session));
    this.title.title = title(session);
    put(this.state, label);
    this.state.dataset.state = tone;
    put(this.facts, factsOf(session));
    put(this.when, ago(begun, now));
    this.when.setAttribute('datetime', session.created_at);
    this.when.title = moment(begun);
  }
}

/** @param {Session} session @returns {string} */
function factsOf(session) {
  const { kind, duration, language, error } = session;
  const known = session.state === 'failed' && error !== 'cancelled' ? error : null;
  return [
    kind === 'upload' ? 'Upload' : '',
    moment(Date.parse(session.created_at)),
    duration ? length(duration) : '',
    nameOf(language),
    known ?? '',
  ].filter(Boolean).join(' · ');
}
