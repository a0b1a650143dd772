// The captions of a session that is under way, as segments and a tail. Draws nothing.
// @ts-check

/** @typedef {import('./session-transcript.js').Segment} Segment */
/** firm: the part of the text that will not change.
 * @typedef {{seg: number, text: string, firm: string}} Tail */
/** @typedef {{final: (segment: Segment) => void, tail: (tail: Tail | null) => void,
 *   over: () => void}} Told */

/** Follows the captions of one session in its room.
 * @param {string} room @param {string} session its id @param {Told} told
 * @returns {() => void} stops */
export function follow(room, session, told) {
  const source = new EventSource(`/captions/${encodeURIComponent(room)}/events`);
  let spoken = -1; // the last segment that has its final
  /** @param {string} name @param {(event: any) => void} hear */
  const on = (name, hear) => source.addEventListener(name, ({ data }) => {
    const event = JSON.parse(data);
    if (event.session === session) hear(event);
  });
  on('partial', ({ seg, text, stable }) => {
    if (seg > spoken) told.tail({ seg, text, firm: text.slice(0, stable) });
  });
  on('final', (event) => {
    spoken = Math.max(spoken, event.seg);
    told.final(segment(event));
    told.tail(null);
  });
  on('end', () => {
    source.close();
    told.over();
  });
  return () => source.close();
}

/** A final as the segment that it will be.
 * @param {{seg: number, start: number, end: number, text: string, language: string | null}} event
 * @returns {Segment} */
function segment({ seg, start, end, text, language }) {
  return {
    number: seg, start, end, text, language, words: [], speaker: null, revision: 0,
    edited: false, original: null,
  };
}
