// @ts-check
/** A bench without a kernel: the same player, on a clip that lies in the page. */

import { Link } from "./kernel/link.js";
import { BenchView } from "./page/view.js";

const NO_PARTS = { beside: [], drawers: [], all: () => {}, facts: () => {}, receive: () => false };

/**
 * Puts a frozen bench into the place of its poster.
 * @param {HTMLElement} place
 * @param {{facts: Record<string, any>, clip: object}} given
 * @param {string} film its bytes in base64
 */
export function mount(place, { facts, clip }, film) {
  const data = Uint8Array.from(atob(film), (letter) => letter.charCodeAt(0));
  const values = { ...facts, controls: [], parts: {}, clip: { ...clip, data } };
  const model = { get: (/** @type {keyof values} */ name) => values[name], on: () => {}, off: () => {}, send: () => {} };
  const view = new BenchView(new Link(model, true), () => NO_PARTS);
  place.replaceChildren(view.element);
}
