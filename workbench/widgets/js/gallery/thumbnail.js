// @ts-check
/** The moving picture on a card: a clip that was sent once, played here. */

import { colourTable, contrastTable, paint } from "../player/colours.js";
import { element } from "../page/element.js";
import { picturesOf } from "../kernel/protocol.js";

const PLAIN = contrastTable(1);

/**
 * The frame of a clip to show: at rest one from the middle, for films may begin with nothing.
 * @param {number} count frames
 * @param {number} rate frames a second
 * @param {number | null} time milliseconds, or null at rest
 */
export function clipFrame(count, rate, time) {
  return time === null ? Math.floor(count / 2) : Math.floor((time / 1000) * rate) % count;
}

/**
 * Does a clip move? One that flashes, and any where the system asks for reduced motion, only while somebody attends to it.
 * @param {{calm: boolean, reduced: boolean, attended: boolean}} state
 */
export function clipMoves({ calm, reduced, attended }) {
  return attended || (calm && !reduced);
}

export class Thumbnail {
  constructor() {
    this.canvas = element("canvas", { class: "wb-canvas", width: 1, height: 1, "aria-hidden": "true", hidden: true });
    /** @type {import("../player/buffer.js").Picture[]} */
    this.pictures = [];
    this.calm = true;
    this.attended = false;
    this.frame = -1;
  }

  /**
   * @param {any} content of the kernel's answer
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    const { rows, columns, zoom, signed, calm } = content;
    this.pictures = picturesOf({ ...content, start: 0, step: 1, shrink: 1 }, buffers);
    this.calm = calm;
    this.table = colourTable(signed ? "diverging" : "grey", 1);
    this.image = new ImageData(columns, rows);
    Object.assign(this.canvas, { width: columns, height: rows, hidden: this.pictures.length === 0 });
    this.canvas.style.width = `${columns * zoom}px`;
    this.canvas.style.height = `${rows * zoom}px`;
    this.frame = -1;
  }

  /**
   * Shows the frame that is due.
   * @param {number} time milliseconds
   * @param {number} rate frames a second
   * @param {boolean} reduced
   */
  tick(time, rate, reduced) {
    const { length } = this.pictures;
    if (length === 0) return;
    const moves = clipMoves({ calm: this.calm, reduced, attended: this.attended });
    const frame = clipFrame(length, rate, moves ? time : null);
    if (frame === this.frame) return;
    this.frame = frame;
    paint(this.pictures[frame], this.table, PLAIN, this.image.data);
    this.canvas.getContext("2d").putImageData(this.image, 0, 0);
    this.canvas.dataset.frame = String(frame);
  }
}
