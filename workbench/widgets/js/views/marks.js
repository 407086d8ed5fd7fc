// @ts-check
/** Marks on the film: pixels that are traced and the line of the slice; and the pointer that sets them. */

import { shape } from "./curves.js";
import { COLOURS } from "./plots.js";

/** Screen pixels that a press moves before it is a stroke and no click. */
const STROKE = 4;

/**
 * The pixel of the film under a pointer, whatever the zoom and however far the picture is shrunk.
 * @param {{clientX: number, clientY: number}} pointer
 * @param {{left: number, top: number, width: number, height: number}} box of the canvas
 * @param {{rows: number, columns: number}} film
 */
export function pixelAt({ clientX, clientY }, box, { rows, columns }) {
  const within = (/** @type {number} */ share, /** @type {number} */ count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return [within((clientY - box.top) / box.height, rows), within((clientX - box.left) / box.width, columns)];
}

export class Marks {
  /**
   * @param {import("../player/stage.js").Stage} stage
   * @param {() => {rows: number, columns: number}} film
   * @param {{click: (pixel: number[]) => void, stroke: (line: number[]) => void}} hear
   */
  constructor(stage, film, hear) {
    this.stage = stage;
    this.film = film;
    this.hear = hear;
    this.clicks = false;
    this.strokes = false;
    /** @type {number[][]} row, column, colour */
    this.pixels = [];
    /** @type {number[] | null} */
    this.line = null;
    /** @type {{x: number, y: number, pixel: number[], line: number[] | null} | null} */
    this.press = null;
    this.svg = shape("svg", { class: "wb-marks", "aria-hidden": "true" });
    stage.focus.append(this.svg);
    this.listeners = [
      ["pointerdown", (/** @type {PointerEvent} */ event) => this.#down(event)],
      ["pointermove", (/** @type {PointerEvent} */ event) => this.#move(event)],
      ["pointerup", () => this.#up()],
      ["pointercancel", () => this.#end()],
    ];
    for (const [kind, listener] of this.listeners) stage.canvas.addEventListener(kind, listener);
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(stage.canvas);
  }

  close() {
    this.watcher.disconnect();
    for (const [kind, listener] of this.listeners) this.stage.canvas.removeEventListener(kind, listener);
    this.svg.remove();
  }

  /**
   * Which of the two may be set now.
   * @param {boolean} clicks
   * @param {boolean} strokes
   */
  allow(clicks, strokes) {
    [this.clicks, this.strokes] = [clicks, strokes];
    this.stage.canvas.classList.toggle("wb-picks", clicks || strokes);
    this.stage.canvas.classList.toggle("wb-strokes", strokes);
    this.#end();
  }

  /**
   * @param {number[][]} pixels row, column, colour
   * @param {number[]} line row, column, row, column
   */
  show(pixels, line) {
    [this.pixels, this.line] = [pixels, line];
    this.draw();
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0 || !(this.clicks || this.strokes)) return;
    this.press = { x: event.clientX, y: event.clientY, pixel: this.#pixel(event), line: null };
    this.stage.canvas.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.press || !this.strokes) return;
    const moved = Math.hypot(event.clientX - this.press.x, event.clientY - this.press.y);
    if (moved >= STROKE) this.press.line = [...this.press.pixel, ...this.#pixel(event)];
    this.draw();
  }

  #up() {
    const { press } = this;
    this.#end();
    if (press?.line) this.hear.stroke(press.line);
    else if (press && this.clicks) this.hear.click(press.pixel);
  }

  #end() {
    this.press = null;
    this.draw();
  }

  /** @param {PointerEvent} event */
  #pixel(event) {
    return pixelAt(event, this.stage.canvas.getBoundingClientRect(), this.film());
  }

  draw() {
    const { clientWidth, clientHeight } = this.stage.canvas;
    const { rows, columns } = this.film();
    const place = (/** @type {number} */ row, /** @type {number} */ column) => [((column + 0.5) / columns) * clientWidth, ((row + 0.5) / rows) * clientHeight];
    const line = this.press?.line ?? this.line;
    const shapes = this.strokes && line ? lineShapes(place(line[0], line[1]), place(line[2], line[3])) : [];
    if (this.clicks) shapes.push(...this.pixels.flatMap(([row, column, colour]) => ringShapes(place(row, column), COLOURS[colour])));
    this.svg.setAttribute("width", clientWidth);
    this.svg.setAttribute("height", clientHeight);
    this.svg.replaceChildren(...shapes);
  }
}

/**
 * A line with a halo, seen on black and on white; it begins at the dot.
 * @param {number[]} from
 * @param {number[]} to
 */
function lineShapes([x1, y1], [x2, y2]) {
  const lines = ["wb-halo", "wb-stroke"].map((kind) => shape("line", { class: kind, x1, y1, x2, y2 }));
  return [...lines, shape("circle", { class: "wb-stroke-start", cx: x1, cy: y1, r: 3.5 })];
}

/**
 * @param {number[]} place
 * @param {string} colour
 */
function ringShapes([cx, cy], colour) {
  return [shape("circle", { class: "wb-halo", cx, cy, r: 6 }), shape("circle", { class: "wb-ring", cx, cy, r: 6, style: `stroke: ${colour}` })];
}
