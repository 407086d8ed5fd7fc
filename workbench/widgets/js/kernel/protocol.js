// @ts-check
/** Messages to the kernel and pictures from it: one reply carries one buffer. */

/**
 * How the pictures of an order are to be made: every `step`-th frame, averaged over `shrink` × `shrink` pixels, of one
 * `channel` (-1: all three as colour).
 * @typedef {{step: number, shrink: number, channel: number}} Manner
 */

/**
 * @param {number} view
 * @param {number} order
 * @param {number} generation
 * @param {{start: number, count: number}} frames
 * @param {Manner} manner
 */
export function readMessage(view, order, generation, { start, count }, { step, shrink, channel }) {
  return { op: "read", view, order, generation, start, count, step, shrink, channel };
}

/**
 * @param {number} view
 * @param {number} turn
 * @param {string} knob
 * @param {unknown} value
 * @param {number} start
 * @param {Manner} manner
 */
export function turnMessage(view, turn, knob, value, start, { step, shrink, channel }) {
  return { op: "turn", view, turn, knob, value, start, step, shrink, channel };
}

/**
 * How the film is seen: `rate` frames a second, `zoom` screen pixels a pixel, `contrast` about the middle.
 * @typedef {{rate: number, zoom: number, contrast: number, step: number, channel: number}} Seen
 */

/**
 * @param {number} view
 * @param {number} generation
 * @param {number} start
 * @param {Seen} seen
 */
export function flashMessage(view, generation, start, { rate, zoom, contrast, step, channel }) {
  const interval = Math.round((1e6 * step) / rate);
  return { op: "flash", view, generation, start, step, channel, interval, zoom, contrast: Math.round(1000 * contrast) };
}

/** @param {number} view */
export function fitMessage(view) {
  return { op: "fit", view };
}

/**
 * Black and white out of bits, the highest first.
 * @param {Uint8Array} bits
 * @param {number} length
 */
export function unpacked(bits, length) {
  if (bits.length !== Math.ceil(length / 8)) throw new Error(`${bits.length} bytes are not ${length} bits`);
  const bytes = new Uint8Array(length);
  for (let k = 0; k < length; k++) if (bits[k >> 3] & (128 >> (k & 7))) bytes[k] = 255;
  return bytes;
}

/**
 * The pictures in a reply. The buffer may be a view into a larger one, so its offset and length count.
 * @param {Record<string, any>} content
 * @param {DataView[]} buffers
 * @returns {import("../player/buffer.js").Picture[]}
 */
export function picturesOf(content, buffers) {
  const { start, step, count, rows, columns, channels, shrink, below, above } = content;
  const length = rows * columns * channels;
  if (count === 0) return [];
  const sent = new Uint8Array(buffers[0].buffer, buffers[0].byteOffset, buffers[0].byteLength);
  const all = content.packed ? unpacked(sent, count * length) : sent;
  if (all.length !== count * length) throw new Error(`${all.length} bytes are not ${count} pictures of ${length}`);
  return Array.from({ length: count }, (_, k) => ({
    frame: start + k * step,
    rows,
    columns,
    channels,
    shrink,
    bytes: all.subarray(k * length, (k + 1) * length),
    below: below?.[k],
    above: above?.[k],
  }));
}
