// @ts-check
/** Bytes to colours by tables of 256 entries, made anew when colour map or contrast change. */

/** viridis (matplotlib, CC0) at 33 even places. */
const VIRIDIS =
  "440154470d6048186a482374472d7b4536814240863f49893b528b375a8d33638d2f6a8e2c728e297a8e26818e23898e21908c" +
  "1f988b1f9f8821a68528ae8031b57b3ebc744cc26c5dc9636ece5882d34c96d83fabdc32c0df24d5e21aeae51afde725";

/** Blue for negative, white for zero, red for positive. */
const DIVERGING = "0b2f66" + "2166ac" + "92c5de" + "f7f7f7" + "f4a582" + "b2182b" + "670a1f";

/** @type {Record<string, string>} */
const ANCHORS = { grey: "000000" + "ffffff", diverging: DIVERGING, viridis: VIRIDIS };

/** Names of the colour maps. */
export const MAPS = Object.keys(ANCHORS);

/**
 * The byte shown for each byte: contrast about the middle, exact where it is 1.
 * @param {number} contrast
 */
export function contrastTable(contrast) {
  return Uint8ClampedArray.from({ length: 256 }, (_, k) => (k - 127.5) * contrast + 127.5);
}

/**
 * The colour of each byte as four bytes red, green, blue, opaque.
 * @param {string} map
 * @param {number} contrast
 */
export function colourTable(map, contrast) {
  const anchors = ANCHORS[map].match(/../g)?.map((hex) => parseInt(hex, 16)) ?? [];
  const table = new Uint8ClampedArray(1024).fill(255);
  contrastTable(contrast).forEach((byte, k) => {
    for (let channel = 0; channel < 3; channel++) table[4 * k + channel] = between(anchors, byte / 255, channel);
  });
  return table;
}

/**
 * @param {number[]} anchors
 * @param {number} share
 * @param {number} channel
 */
function between(anchors, share, channel) {
  const place = share * (anchors.length / 3 - 1);
  const left = Math.min(Math.floor(place), anchors.length / 3 - 2);
  const [a, b] = [anchors[3 * left + channel], anchors[3 * left + 3 + channel]];
  return a + (b - a) * (place - left);
}

/**
 * Paints a picture of one or three channels into the bytes of an image.
 * @param {import("./buffer.js").Picture} picture
 * @param {Uint8ClampedArray} table of colourTable
 * @param {Uint8ClampedArray} contrast of contrastTable
 * @param {Uint8ClampedArray} image red, green, blue, opacity
 */
export function paint({ bytes, channels }, table, contrast, image) {
  if (channels === 1) {
    const [words, colours] = [new Uint32Array(image.buffer), new Uint32Array(table.buffer)];
    for (let k = 0; k < bytes.length; k++) words[k] = colours[bytes[k]];
    return;
  }
  for (let k = 0, at = 0; k < bytes.length; k += 3, at += 4) {
    for (let channel = 0; channel < 3; channel++) image[at + channel] = contrast[bytes[k + channel]];
    image[at + 3] = 255;
  }
}

/**
 * A colour map as a CSS gradient.
 * @param {string} map
 * @param {number} contrast
 */
export function gradient(map, contrast) {
  const table = colourTable(map, contrast);
  const places = Array.from({ length: 33 }, (_, k) => 4 * Math.round((k * 255) / 32));
  return `linear-gradient(to right, ${places.map((at) => `rgb(${[...table.subarray(at, at + 3)]})`).join(", ")})`;
}
