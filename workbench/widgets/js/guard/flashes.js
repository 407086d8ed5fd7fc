// @ts-check
/** Flashes of a canvas, counted picture by picture as they are painted, by the rule of WCAG 2.3.1: flash.py says how, and looks
 * ahead at the film; here the colours, the size and the time are those of the screen. The red flash is not judged.
 */

const CHANGE = 0.1;
const DARKER_BELOW = 0.8;
/** Two make a flash; more in a second than these are more than three. */
const MOST_CHANGES = 6;
/** Milliseconds of a second: a screen may be a picture early, and three flashes a second are allowed. */
const SECOND = 980;
/** Rows and columns of CSS pixels in 10° of the visual field, and the area there that may flash. */
const FIELD = [256, 341];
export const FLASH_AREA = (FIELD[0] * FIELD[1]) / 4;
/** Squares of so many CSS pixels are seen; those of a finer pattern only if they change together. */
const FINE = 3.4;
const TOGETHER = 0.9;
/** Along each side, at which a large picture is looked at. */
const SQUARES = 64;
const WEIGHTS = [0.2126, 0.7152, 0.0722];
const LINEAR = Float64Array.from({ length: 256 }, (_, k) => (k / 255 <= 0.04045 ? k / 255 / 12.92 : ((k / 255 + 0.055) / 1.055) ** 2.4));

/**
 * The relative luminance of every byte of a picture, for each of its channels: their sum is that of the pixel.
 * @param {number} channels
 * @param {Uint8ClampedArray} table of colourTable
 * @param {Uint8ClampedArray} contrast of contrastTable
 */
export function lightsOf(channels, table, contrast) {
  if (channels === 3) return WEIGHTS.map((weight) => Float64Array.from(contrast, (byte) => weight * LINEAR[byte]));
  return [Float64Array.from(contrast, (_, k) => WEIGHTS.reduce((sum, weight, c) => sum + weight * LINEAR[table[4 * k + c]], 0))];
}

/**
 * The squares to look at: each one pixel, or as many as make one that is not too fine. Of a large picture only some.
 * @param {{rows: number, columns: number}} picture
 * @param {number} zoom CSS pixels to a pixel
 */
function gridOf({ rows, columns }, zoom) {
  const side = Math.min(Math.ceil(FINE / zoom), rows, columns);
  const [down, across] = [rows, columns].map((size) => {
    const step = side * Math.ceil(Math.floor(size / side) / SQUARES);
    return { step, count: Math.floor((size - side) / step) + 1, apart: step * zoom };
  });
  return { side, columns, down, across };
}

/** @typedef {ReturnType<typeof gridOf>} Grid */

/**
 * The relative luminance of the pixels of each square, square after square.
 * @param {import("../player/buffer.js").Picture} picture
 * @param {Grid} grid
 * @param {Float64Array[]} lights
 */
function lightOf({ bytes, channels }, { side, columns, down, across }, lights) {
  const light = new Float32Array(down.count * across.count * side * side);
  lights.forEach((levels, channel) => {
    let place = 0;
    for (let top = 0; top < down.count * down.step; top += down.step)
      for (let left = 0; left < across.count * across.step; left += across.step)
        for (let row = top; row < top + side; row++)
          for (let column = left; column < left + side; column++) light[place++] += levels[bytes[(row * columns + column) * channels + channel]];
  });
  return light;
}

/**
 * The largest flashing area in any window of 10°, in CSS px².
 * @param {Uint16Array} counts of changes of every square
 * @param {Grid} grid
 */
function largestArea(counts, { down, across }) {
  if (!counts.some((count) => count > MOST_CHANGES)) return 0;
  const [rows, columns] = [down, across].map(({ count, apart }, k) => Math.max(1, Math.min(count, Math.round(FIELD[k] / apart))));
  let most = 0;
  for (let top = 0; top + rows < down.count + Math.max(1, rows >> 2); top += Math.max(1, rows >> 2))
    for (let left = 0; left + columns < across.count + Math.max(1, columns >> 2); left += Math.max(1, columns >> 2)) {
      let found = 0;
      for (let row = top; row < Math.min(top + rows, down.count); row++)
        for (let column = left; column < Math.min(left + columns, across.count); column++)
          if (counts[row * across.count + column] > MOST_CHANGES) found += 1;
      most = Math.max(most, found);
    }
  return most * down.apart * across.apart;
}

export class FlashCount {
  constructor() {
    this.forget();
  }

  /** The next picture is the first one. */
  forget() {
    this.key = "";
    /** @type {{time: number, squares: number[]}[]} which have changed within a second */
    this.recent = [];
  }

  /**
   * The area (CSS px², within 10° of the visual field) that flashes more than three times a second with this picture.
   * @param {import("../player/buffer.js").Picture} picture
   * @param {number} zoom CSS pixels to a pixel of the picture
   * @param {Float64Array[]} lights of lightsOf
   * @param {number} time milliseconds at which it is painted
   */
  add(picture, zoom, lights, time) {
    const grid = gridOf(picture, zoom);
    const light = lightOf(picture, grid, lights);
    const key = JSON.stringify(grid);
    if (key !== this.key) this.#begin(key, light, grid);
    const squares = this.#changed(light, grid.side ** 2);
    this.recent.push({ time, squares });
    for (const square of squares) this.counts[square] += 1;
    while (this.recent[0].time <= time - SECOND) for (const square of this.recent.shift()?.squares ?? []) this.counts[square] -= 1;
    return largestArea(this.counts, grid);
  }

  /**
   * @param {string} key
   * @param {Float32Array} light
   * @param {Grid} grid
   */
  #begin(key, light, { down, across }) {
    this.key = key;
    this.recent = [];
    this.counts = new Uint16Array(down.count * across.count);
    this.darkest = light.slice();
    this.brightest = light.slice();
    this.last = new Int8Array(light.length);
  }

  /**
   * The squares whose pixels change together: by 0.1 since they last turned, against the change before.
   * @param {Float32Array} light
   * @param {number} pixels in a square
   */
  #changed(light, pixels) {
    const { darkest, brightest, last } = this;
    const squares = [];
    for (let at = 0; at < light.length; at += pixels) {
      let sum = 0;
      for (let k = at; k < at + pixels; k++) {
        const now = light[k];
        const up = now - darkest[k] >= CHANGE && darkest[k] < DARKER_BELOW && last[k] <= 0;
        const down = !up && brightest[k] - now >= CHANGE && now < DARKER_BELOW && last[k] >= 0;
        if (up || down) {
          last[k] = up ? 1 : -1;
          sum += last[k];
          darkest[k] = brightest[k] = now;
        } else if (now < darkest[k]) darkest[k] = now;
        else if (now > brightest[k]) brightest[k] = now;
      }
      if (Math.abs(sum) >= TOGETHER * pixels) squares.push(at / pixels);
    }
    return squares;
  }
}
