// @ts-check
/** The picture of a space–time slice, in the colours of the stage. */

import { colourTable, contrastTable, paint } from "../player/colours.js";
import { element } from "../page/element.js";

/**
 * A slice as the bytes of a picture: places from top to bottom, frames from left to right.
 * @param {import("./window.js").Measure} slice values [time, place]
 * @param {{low: number, high: number}} shown values that are black and white
 */
export function slicePicture({ values, shape: [frames, places] }, { low, high }) {
  const bytes = new Uint8Array(frames * places);
  for (let frame = 0; frame < frames; frame++) {
    for (let place = 0; place < places; place++) {
      const byte = Math.round(((values[frame * places + place] - low) / (high - low)) * 255);
      bytes[place * frames + frame] = Math.min(255, Math.max(0, byte || 0));
    }
  }
  return { bytes, rows: places, columns: frames, channels: 1 };
}

/**
 * What the colours of the stage hang on: colour map and contrast. A film in colour has grey slices.
 * @param {import("../player/stage.js").Stage} stage
 * @returns {[string, number]}
 */
export function dressOf({ map, contrast, coloured }) {
  return [coloured ? "grey" : map, contrast];
}

/**
 * @param {import("./window.js").Measure} measure values [time, place]
 * @param {{low: number, high: number}} film
 * @param {import("../player/stage.js").Stage} stage
 * @returns {HTMLCanvasElement}
 */
export function sliceCanvas(measure, film, stage) {
  const picture = slicePicture(measure, film);
  const [map, contrast] = dressOf(stage);
  const canvas = element("canvas", { class: "wb-picture", width: picture.columns, height: picture.rows, "aria-hidden": "true" });
  const image = new ImageData(picture.columns, picture.rows);
  paint(picture, colourTable(map, contrast), contrastTable(contrast), image.data);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
