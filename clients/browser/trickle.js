// @ts-check
/** What WHIP (RFC 9725) says beside the offer: addresses, candidates, servers. Pure. */

/** @typedef {import('./wire.js').Message} Message */

const LINK = /<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^\s;,]+))*)/g;
const FIELD = /([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s;,]+))/g;

/**
 * Where a room is published, with what is wished.
 * @param {string | URL} base @param {string} room @param {Message | object} wishes
 */
export function whipUrl(base, room, wishes) {
  const url = new URL(`/whip/${encodeURIComponent(room)}`, base);
  for (const [name, value] of Object.entries(wishes)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/**
 * Candidates that were found after the offer, as its fragment (RFC 8840).
 * @param {string} offer @param {string[]} candidates as browsers give them
 * @param {boolean} last there will be no more
 */
export function fragment(offer, candidates, last) {
  const line = (/** @type {string} */ start) =>
    offer.split(/\r?\n/).find((it) => it.startsWith(start)) ?? '';
  return [
    line('a=ice-ufrag:'),
    line('a=ice-pwd:'),
    line('m='),
    line('a=mid:'),
    ...candidates.map((it) => `a=${it}`),
    ...(last ? ['a=end-of-candidates'] : []),
    '',
  ].join('\r\n');
}

/**
 * The ICE servers of a `Link` header.
 * @param {string | null} header @returns {RTCIceServer[]}
 */
export function iceServers(header) {
  return [...(header ?? '').matchAll(LINK)].flatMap(([, urls, rest]) => {
    const found = [...rest.matchAll(FIELD)];
    const fields = found.map(([, name, quoted, bare]) => [name, quoted ?? bare]);
    const { rel, username, credential } = Object.fromEntries(fields);
    return rel === 'ice-server' ? [{ urls, ...(username && { username, credential }) }] : [];
  });
}
