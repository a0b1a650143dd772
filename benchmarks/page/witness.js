// What a page does, with times, for whoever measures it: runs before the page's own scripts.
// The page sees nothing of it. Times are milliseconds of the wall clock, as the page has it.
// @ts-check

(() => {
  const BEGINNING = 3; // seconds of the microphone that are kept as they came
  const HEAD = 9; // bytes before the audio of a binary message
  const AUDIO = 1;
  const NEAR = 0.5; // pixels that a word may seem to move by rounding
  const LAST = 3; // paragraphs whose words are looked at

  /** @type {{press?: boolean, places?: boolean, sound?: boolean}} */
  const wishes = /** @type {any} */ (window).witnessWishes ?? {};
  const now = () => performance.timeOrigin + performance.now();
  const kept = {
    opened: performance.timeOrigin,
    ready: 0, // its scripts have run
    pace: 0, // bytes of sound a second
    granted: 0, // it has the microphone
    base: performance.timeOrigin, // of the times of `captured`
    /** @type {[number, string][]} */
    messages: [],
    /** @type {[number, number, number][]} time, position and bytes of what was sent */
    frames: [],
    /** @type {string[]} that was in them */
    sound: [],
    /** @type {[number, number, boolean, string, string][]} paragraphs whenever one changed */
    shown: [],
    /** @type {[number, string][]} committed words that were elsewhere before */
    moved: [],
    /** @type {[number, number, number][]} time, microseconds, samples of what was heard */
    captured: [],
    /** @type {number[]} */
    beginning: [],
    rate: 0, // of the beginning
  };
  /** @type {any} */ (window).witness = kept;

  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    /** @param {string | URL} url @param {string | string[]} [protocols] */
    constructor(url, protocols) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => kept.messages.push([now(), data]));
    }

    /** @param {any} data */
    send(data) {
      if (ArrayBuffer.isView(data) && data.byteLength > HEAD) sent(data);
      if (typeof data === 'string') said(JSON.parse(data));
      super.send(data);
    }
  };

  /** @param {ArrayBufferView} data */
  function sent({ buffer, byteOffset, byteLength }) {
    const head = new DataView(buffer, byteOffset, HEAD);
    if (head.getUint8(0) !== AUDIO) return;
    kept.frames.push([now(), Number(head.getBigUint64(1)), byteLength - HEAD]);
    if (wishes.sound) kept.sound.push(base64(new Uint8Array(buffer, byteOffset + HEAD, byteLength - HEAD)));
  }

  /** @param {Uint8Array} bytes */
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

  /** @param {any} message */
  function said({ type, audio }) {
    if (type === 'hello') kept.pace = 2 * audio.rate * audio.channels;
  }

  const media = navigator.mediaDevices;
  const open = media?.getUserMedia.bind(media);
  if (media) {
    media.getUserMedia = async (wanted) => {
      const stream = await open(wanted);
      kept.granted = now();
      const [track] = stream.getAudioTracks();
      if (track && 'MediaStreamTrackProcessor' in window) void listen(track.clone());
      return stream;
    };
  }

  /** The beginning of the sound, and when the browser says it was captured.
   * @param {MediaStreamTrack} track */
  async function listen(track) {
    // @ts-ignore known to Chromium only
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    while (kept.beginning.length <= BEGINNING * kept.rate) {
      const { value, done } = await reader.read();
      if (done) break;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      kept.rate = value.sampleRate;
      kept.captured.push([now(), value.timestamp, value.numberOfFrames]);
      kept.beginning.push(...samples);
      value.close();
    }
    await reader.cancel();
    track.stop();
  }

  /** @type {WeakMap<Element, number>} */
  const numbers = new WeakMap();
  /** @type {Map<number, string>} */
  const texts = new Map();
  /** @type {Map<string, [number, number]>} */
  const places = new Map();
  let count = 0;
  let waiting = false;

  /** @param {Element} block */
  function numberOf(block) {
    const number = numbers.get(block) ?? (count += 1);
    numbers.set(block, number);
    return number;
  }

  /** What can be read, once the frame that shows it has been made. */
  function look() {
    waiting = false;
    const at = now();
    for (const block of document.querySelectorAll('#captions [data-lines=scroll] p')) {
      const [committed, tentative] = [...block.children].map((it) => it.textContent ?? '');
      const final = block.closest('[role=log]') !== null;
      const number = numberOf(block);
      const text = JSON.stringify([final, committed, tentative]);
      if (texts.get(number) === text) continue;
      texts.set(number, text);
      kept.shown.push([at, number, final, committed, tentative]);
    }
    if (wishes.places) measure(at);
  }

  /** Where committed words stand in their paragraph, of those that can be seen. @param {number} at */
  function measure(at) {
    const blocks = document.querySelectorAll('#captions > :not([hidden]) p');
    for (const block of [...blocks].slice(-LAST)) {
      const text = block.firstElementChild?.firstChild;
      if (!(text instanceof Text)) continue;
      const home = block.getBoundingClientRect();
      for (const { index, 0: word } of text.data.matchAll(/\S+/gu)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        const { left, top } = range.getBoundingClientRect();
        const place = /** @type {[number, number]} */ ([left - home.left, top - home.top]);
        const key = `${numberOf(block)}/${index}`;
        const before = places.get(key) ?? place;
        const far = Math.max(...place.map((it, axis) => Math.abs(it - before[axis])));
        if (far > NEAR) kept.moved.push([at, word]);
        places.set(key, place);
      }
    }
  }

  function soon() {
    if (waiting) return;
    waiting = true;
    const made = new MessageChannel();
    made.port1.onmessage = look;
    requestAnimationFrame(() => made.port2.postMessage(null));
  }

  document.addEventListener('DOMContentLoaded', () => {
    kept.ready = now();
    const captions = document.getElementById('captions');
    const changes = { childList: true, characterData: true, subtree: true };
    if (captions) new MutationObserver(soon).observe(captions, changes);
    if (wishes.press) document.getElementById('go')?.click();
  });
})();
