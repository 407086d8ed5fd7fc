// @ts-check
/** Histogram of a painted picture: its bytes, counted, over the film's own values. */

import { niceStepOf } from "./axes.js";
import { numberText, percentText } from "../knobs/scale.js";

/** Byte levels in a bin. */
const LEVELS = 4;
const BINS = 256 / LEVELS;

/**
 * Shares of the pixels in each bin, in per cent. A colour counts as the mean of its three.
 * @param {import("../player/buffer.js").Picture} picture
 */
export function sharesOf({ bytes, channels }) {
  const counts = new Float64Array(BINS);
  const pixels = bytes.length / channels;
  for (let at = 0; at < bytes.length; at += channels) {
    const level = channels === 3 ? (bytes[at] + bytes[at + 1] + bytes[at + 2]) / 3 : bytes[at];
    counts[Math.floor((level + 0.5) / LEVELS)] += 1;
  }
  const share = 100 / Math.max(1, pixels);
  return counts.map((count) => count * share);
}

/**
 * The share of values that were clipped, on either side. The outermost bins cannot tell: they hold values within the range, too.
 * @param {import("../player/buffer.js").Picture} picture
 * @param {{low: number, high: number}} film
 */
function clippedWords({ bytes, below, above }, { low, high }) {
  if (below === undefined || above === undefined) return "clipped: not saved for each picture";
  return `clipped: ${percentText(below, bytes.length)} below ${numberText(low)}, ${percentText(above, bytes.length)} above ${numberText(high)}`;
}

/**
 * Values between the bins. A level holds the values that round to it, so the outer two hold half as many.
 * @param {number} low value that is level 0
 * @param {number} high value that is level 255
 */
export function edgesOf(low, high) {
  const within = (/** @type {number} */ level) => low + (Math.min(255, Math.max(0, level)) / 255) * (high - low);
  return Float64Array.from({ length: BINS + 1 }, (_, k) => within(k * LEVELS - 0.5));
}

/**
 * The histogram of a picture, and what it says. Its height only grows, so that frames can be compared.
 * @param {import("../player/buffer.js").Picture} picture
 * @param {{low: number, high: number}} film
 * @param {number} height per cent, of the pictures before
 */
export function histogram(picture, film, height) {
  const { low, high } = film;
  const shares = sharesOf(picture);
  const top = Math.max(height, niceStepOf(Math.max(...shares) || 1));
  const averaged = picture.shrink > 1 ? ` · averaged over ${picture.shrink} × ${picture.shrink} px` : "";
  /** @type {import("./chart.js").Plot} */
  const plot = {
    x: { low, high, label: "value" },
    y: { low: 0, high: top, label: "pixels (%)" },
    layers: [{ kind: "bars", edges: edgesOf(low, high), y: shares }],
    note: `frame ${picture.frame}${averaged}`,
  };
  return { plot, words: clippedWords(picture, film), top };
}
