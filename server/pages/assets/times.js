// Times, lengths and sizes in words, for pages. Pure: what time it is now is told.
// @ts-check

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** A place in a recording or what is left of a window: 3.2 -> "0:03", 3723 -> "1:02:03".
 * @param {number} seconds @returns {string} */
export function clock(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const hours = Math.floor(whole / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  const tail = two(whole % MINUTE);
  return hours ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** How long something is: "12 s", "4 min 12 s", "1 h 2 min".
 * @param {number} seconds @returns {string} */
export function length(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  if (whole >= HOUR) return [`${Math.floor(whole / HOUR)} h`, minutes && `${minutes} min`]
    .filter(Boolean).join(' ');
  return [`${minutes} min`, whole % MINUTE && `${whole % MINUTE} s`].filter(Boolean).join(' ');
}

/** A guess of what is left, as roughly as it is known.
 * @param {number | null | undefined} seconds @returns {string} empty: nobody can tell */
export function about(seconds) {
  if (seconds === null || seconds === undefined) return '';
  if (seconds < 10) return 'a few seconds left';
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  const minutes = Math.round(seconds / MINUTE);
  if (minutes < 90) return minutes === 1 ? 'about a minute left' : `about ${minutes} minutes left`;
  return `about ${Math.round(seconds / HOUR)} hours left`;
}

/** How long ago something was.
 * @param {number} then milliseconds @param {number} now milliseconds @returns {string} */
export function ago(then, now) {
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 45) return 'just now';
  const by = (/** @type {number} */ unit) => -Math.max(1, Math.round(seconds / unit));
  if (seconds < 45 * MINUTE) return AGO.format(by(MINUTE), 'minute');
  if (seconds < 22 * HOUR) return AGO.format(by(HOUR), 'hour');
  if (seconds < 26 * DAY) return AGO.format(by(DAY), 'day');
  return moment(then);
}

/** A date with its time of day.
 * @param {number} at milliseconds @returns {string} */
export function moment(at) {
  return DATE.format(at);
}

/** A time of day.
 * @param {number} at milliseconds @returns {string} */
export function timeOfDay(at) {
  return TIME.format(at);
}

/** @param {number} bytes @returns {string} "812 bytes", "3.4 MB" */
export function size(bytes) {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power && value < 99.5 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
