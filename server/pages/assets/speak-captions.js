// The words of one talk, as two lines and as all there are; which is seen may change at any time.
// @ts-check

import { CaptionView } from '/browser/captions.js';

/** @typedef {{whole: boolean, aloud: boolean}} Look aloud: screen readers say finished sentences */

export class Captions {
  /** @type {{element: HTMLElement, view: CaptionView, whole: boolean}[]} */
  #ways;

  /** @param {HTMLElement} place what was in it goes @param {Look} look */
  constructor(place, look) {
    place.replaceChildren();
    this.#ways = [false, true].map((whole) => {
      const element = document.createElement('div');
      place.append(element);
      return { element, whole, view: new CaptionView(element, { lines: whole ? 'scroll' : 2 }) };
    });
    this.look(look);
  }

  /** @param {Look} look */
  look({ whole: wanted, aloud }) {
    for (const { element, whole, view } of this.#ways) {
      element.hidden = whole !== wanted;
      view.live = aloud && whole === wanted;
      if (!element.hidden) view.follow();
    }
  }

  /** @param {any} event as it comes from a connection */
  apply(event) {
    for (const { view } of this.#ways) view.apply(event);
  }
}
