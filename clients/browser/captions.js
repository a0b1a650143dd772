// @ts-check
/**
 * Captions for pages: `CaptionView` for events that a page has, and the element `<caption-flow>`
 * that fetches those of a room by itself.
 */

import { CaptionView } from './caption-view.js';
import { Feed } from './feed.js';

export { CaptionView, Feed };

const STYLE = `
:host { display: block; }
[role='status'] { font-size: 0.75em; }
`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

/**
 * `<caption-flow src="https://host/captions/ROOM" lines="2" live></caption-flow>`: `lines` is a
 * number or `scroll`; with `live`, screen readers say what is final.
 */
export class CaptionFlow extends HTMLElement {
  static observedAttributes = ['src', 'lines', 'live'];
  #root = this.attachShadow({ mode: 'open' });
  /** @type {Feed | null} */
  #feed = null;

  connectedCallback() {
    this.#root.adoptedStyleSheets = [sheet];
    this.#begin();
  }

  disconnectedCallback() {
    this.#feed?.close();
    this.#feed = null;
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#begin();
  }

  #begin() {
    this.#feed?.close();
    const [captions, status] = [document.createElement('div'), document.createElement('div')];
    captions.part.add('captions');
    status.part.add('status');
    status.role = 'status';
    this.#root.replaceChildren(captions, status);
    const wanted = this.getAttribute('lines');
    const lines = wanted === 'scroll' ? wanted : Number(wanted) || 2;
    const view = new CaptionView(captions, { lines, live: this.hasAttribute('live') });
    const src = this.getAttribute('src');
    if (src === null) return;
    this.#feed = new Feed(
      src,
      (event) => view.apply(event),
      (state) => (status.textContent = state === 'live' ? '' : 'Reconnecting…'),
    );
  }
}

customElements.define('caption-flow', CaptionFlow);
