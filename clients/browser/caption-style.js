// @ts-check
/** How captions look, as a style sheet that pages under a strict policy may have. */

/**
 * Committed and tentative words differ in colour only: another weight would move what follows.
 * Pages choose with `--captions-tail` and whatever they set on the element itself.
 */
const STYLE = `
.captions { overflow-wrap: anywhere; line-height: 1.4; }
.captions:not([data-lines='scroll']) {
  block-size: calc(var(--captions-lines, 2) * 1lh);
  overflow: hidden;
}
.captions[data-lines='scroll'] { overflow-y: auto; }
.captions p { box-sizing: border-box; margin: 0; text-align: start; }
.captions[data-lines='scroll'] p { padding-block-end: 0.4em; }
.captions .tentative {
  color: var(--captions-tail, color-mix(in srgb, currentColor 72%, transparent));
}
`;

export const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);

/** @param {Document | ShadowRoot} root */
export function adopt(root) {
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}
