// Elements made and looked up in few words. What strangers wrote goes in as text, never as markup.
// @ts-check

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Value */

/** An element. A key that begins with "on" is a listener; false and null leave an attribute out.
 * @param {string} name @param {Record<string, Value>} [attributes]
 * @param {...(Node | string | null)} children @returns {HTMLElement} */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(key, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** One of the symbols that the page has.
 * @param {string} name its id @returns {SVGElement} */
export function icon(name) {
  const [svg, use] = ['svg', 'use'].map((it) => document.createElementNS(SVG, it));
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `#${name}`);
  svg.append(use);
  return /** @type {SVGElement} */ (svg);
}

/** The element of the page with this id.
 * @param {string} id @returns {any} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** Another text, if it is another: what has not changed is not drawn, or read out, again.
 * @param {Node} node @param {string} text */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A bar with how much is done, 0..1; null: nobody can tell.
 * @param {HTMLProgressElement} bar @param {number | null} share */
export function fill(bar, share) {
  if (share === null) bar.removeAttribute('value');
  else bar.value = share;
}
