// @ts-check
/** A raster of spikes: time × neuron, of the pictures that are here. */

import { Chart } from "../views/chart.js";
import { element } from "../page/element.js";

const MOST_NEURONS = 100;
/** Frames in a raster; it turns over every half of that. */
const FRAMES = 200;
const SPIKE = 255;

/**
 * @typedef {{rows: number[], columns: number[]}} Neurons every crossing of these
 */

/**
 * At most 100 neurons, evenly spread over a frame.
 * @param {number} rows
 * @param {number} columns
 * @returns {Neurons}
 */
export function neuronsOf(rows, columns) {
  const side = Math.floor(Math.sqrt(MOST_NEURONS));
  const down = Math.min(rows, Math.max(side, Math.floor(MOST_NEURONS / Math.min(columns, side))));
  const across = Math.min(columns, Math.floor(MOST_NEURONS / down));
  return { rows: spread(rows, down), columns: spread(columns, across) };
}

/**
 * @param {number} size
 * @param {number} count
 */
function spread(size, count) {
  return Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * size) / count));
}

/**
 * The neurons that fire in a picture, numbered row by row.
 * @param {import("../player/buffer.js").Picture} picture
 * @param {Neurons} neurons
 */
export function firing({ bytes, columns: width, channels }, { rows, columns }) {
  /** @type {number[]} */
  const found = [];
  rows.forEach((row, r) =>
    columns.forEach((column, c) => {
      const at = (row * width + column) * channels;
      if (bytes.subarray(at, at + channels).includes(SPIKE)) found.push(r * columns.length + c);
    }),
  );
  return found;
}

/**
 * The frames shown about a position.
 * @param {number} position
 */
export function stretchAbout(position) {
  const start = Math.max(0, (Math.floor((2 * position) / FRAMES) - 1) * (FRAMES / 2));
  return { start, stop: start + FRAMES };
}

/**
 * Which neurons they are, in words.
 * @param {Neurons} neurons
 * @param {number} all
 */
export function neuronWords({ rows, columns }, all) {
  const count = rows.length * columns.length;
  if (count === all) return `all ${all} neurons, row by row`;
  return `${count} of ${all} neurons: ${series("row", rows)}, ${series("column", columns)}, row by row`;
}

/**
 * @param {string} name
 * @param {number[]} numbers
 */
function series(name, numbers) {
  if (numbers.length === 1) return `${name} ${numbers[0]}`;
  return `${name}s ${numbers.length > 3 ? `${numbers[0]}, ${numbers[1]} … ${numbers.at(-1)}` : numbers.join(", ")}`;
}

export class Raster {
  constructor() {
    this.chart = new Chart("raster", "Spikes");
    this.canvas = element("canvas", { class: "wb-picture wb-raster", width: FRAMES, height: 1 });
    this.key = "";
  }

  get element() {
    return this.chart.element;
  }

  /**
   * @param {{rows: number, columns: number, dt: number, t_zero: number}} film
   * @param {import("../player/buffer.js").PictureBuffer} buffer
   * @param {number} position
   */
  show(film, buffer, position) {
    const neurons = neuronsOf(film.rows, film.columns);
    const stretch = stretchAbout(position);
    const key = JSON.stringify([film.rows, film.columns, film.dt, film.t_zero, stretch]);
    if (key !== this.key || this.chart.plot === null) this.#frame(film, neurons, stretch);
    this.key = key;
    const now = this.#draw(neurons, stretch, buffer, position);
    this.chart.cursor(film.t_zero + (position + 0.5) * film.dt);
    const count = neurons.rows.length * neurons.columns.length;
    this.chart.tell(now === null ? `frame ${position} is not here yet` : `frame ${position}: ${now} of ${count} neurons fire`);
  }

  /**
   * @param {{rows: number, columns: number, dt: number, t_zero: number}} film
   * @param {Neurons} neurons
   * @param {{start: number, stop: number}} stretch
   */
  #frame({ rows, columns, dt, t_zero }, neurons, { start, stop }) {
    const count = neurons.rows.length * neurons.columns.length;
    this.canvas.height = count;
    const x = { low: t_zero + start * dt, high: t_zero + stop * dt, label: "time (ms)", factor: 1000 };
    const y = { low: 0, high: count, label: "neuron", down: true };
    this.chart.show({ x, y, layers: [], picture: this.canvas, note: neuronWords(neurons, rows * columns) });
  }

  /**
   * Draws what is here; a frame that is not is shaded. Gives how many fire now.
   * @param {Neurons} neurons
   * @param {{start: number, stop: number}} stretch
   * @param {import("../player/buffer.js").PictureBuffer} buffer
   * @param {number} position
   */
  #draw(neurons, { start, stop }, buffer, position) {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, FRAMES, this.canvas.height);
    context.fillStyle = getComputedStyle(this.canvas).color;
    let now = null;
    for (let frame = start; frame < stop; frame++) {
      const picture = buffer.get(frame);
      context.globalAlpha = picture ? 1 : 0.08;
      if (!picture) context.fillRect(frame - start, 0, 1, this.canvas.height);
      const fired = picture ? firing(picture, neurons) : [];
      for (const neuron of fired) context.fillRect(frame - start, neuron, 1, 1);
      if (picture && frame === position) now = fired.length;
    }
    return now;
  }

  close() {
    this.chart.close();
  }
}
