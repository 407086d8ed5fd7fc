// @ts-check
/** What the views over time draw and say of the numbers they were given. Knows no page. */

import { spanning } from "./axes.js";
import { numberText } from "../knobs/scale.js";

/**
 * Where a view stands. `facts` are the kernel's: frames in a window and at most, frames that the
 * spatial power is averaged over, pixels per degree.
 * @typedef {{film: import("../player/player.js").Film, facts: {frames: number, most: number, averaged: number, pixel_per_degree: number},
 *   span: import("./window.js").Span, frame: number, pixels: number[][], line: number[] | null}} State
 * @typedef {import("./window.js").Measure} Measure
 * A view of a window: what it asks for, what it draws, what it says of the frame on screen.
 * @typedef {{title: string, items: (state: State) => string[], plot: (state: State, found: Measure[]) => import("./chart.js").Plot | string,
 *   tell: (state: State, found: Measure[]) => string}} View
 */

/** Colours of the traces, told apart on light and dark and by colour-blind eyes (after Okabe and Ito). */
export const COLOURS = ["#0083cc", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#b8a500"];

/** @param {State} state */
export function timeOf({ film }, frame = 0) {
  return film.t_zero + frame * film.dt;
}

/**
 * The times of a window's frames, and an axis from before the first to after the last of them.
 * @param {State} state
 * @param {number} count
 */
function timesOf(state, count) {
  const times = Float64Array.from({ length: count }, (_, k) => timeOf(state, state.span.start + k));
  const half = state.film.dt / 2;
  const [low, high] = [times[0] - half, times[count - 1] + half];
  const short = Math.max(Math.abs(low), Math.abs(high)) < 1;
  return { times, x: { low, high, label: short ? "time (ms)" : "time (s)", factor: short ? 1000 : 1 } };
}

/**
 * @param {State} state
 * @param {number} count
 */
export function framesText({ span }, count) {
  return `frames ${span.start} to ${span.start + count - 1}`;
}

/**
 * The place of the frame on screen within a window.
 * @param {State} state
 * @param {number} count
 */
function placeIn({ span, frame }, count) {
  return Math.min(count - 1, Math.max(0, frame - span.start));
}

/** @type {View} */
const meanView = {
  title: "Mean and range",
  items: () => ["extent"],
  plot(state, [{ values, shape }]) {
    const [middle, low, high] = [0, 1, 2].map((k) => values.subarray(k * shape[1], (k + 1) * shape[1]));
    const { times, x } = timesOf(state, shape[1]);
    const layers = [{ kind: "band", x: times, low, high }, { kind: "line", x: times, y: middle }];
    return { x, y: { ...spanning(values), label: "value" }, layers, note: framesText(state, shape[1]) };
  },
  tell(state, [{ values, shape }]) {
    const at = placeIn(state, shape[1]);
    const [middle, low, high] = [0, 1, 2].map((k) => numberText(values[k * shape[1] + at]));
    return `frame ${state.span.start + at}: mean ${middle}, lowest ${low}, highest ${high}`;
  },
};

/** @type {View} */
const tracesView = {
  title: "Pixel traces",
  items: ({ pixels }) => pixels.map(([row, column]) => `trace ${row} ${column}`),
  plot(state, found) {
    const count = found[0].shape[0];
    const { times, x } = timesOf(state, count);
    const y = { ...spanning(found.flatMap(({ values }) => [...values])), label: "value" };
    const layers = found.map(({ values }, k) => ({ kind: "line", x: times, y: values, colour: COLOURS[state.pixels[k][2]] }));
    return { x, y, layers, note: framesText(state, count) };
  },
  tell(state, found) {
    const words = valueTexts(state, found).map((value, k) => `${pixelText(state.pixels[k])}: ${value}`);
    return `frame ${state.span.start + placeIn(state, found[0].count)}: ${words.join("; ")}`;
  },
};

/** @type {View} */
const sliceView = {
  title: "Space–time slice",
  items: ({ line }) => (line ? [`line ${line.join(" ")}`] : []),
  plot(state, [{ shape }]) {
    const { x } = timesOf(state, shape[0]);
    const step = lengthOf(state.line ?? []) / Math.max(1, shape[1] - 1) || 1;
    const y = { low: -step / 2, high: (shape[1] - 0.5) * step, label: "distance (px)", down: true };
    const right = { ...y, label: "(deg)", factor: 1 / state.facts.pixel_per_degree };
    return { x, y, right, layers: [], note: framesText(state, shape[0]) };
  },
  tell({ line, facts }, [{ shape }]) {
    const [row, column, lastRow, lastColumn] = line ?? [];
    const length = lengthOf(line ?? []);
    const size = `${numberText(length, 3)} px, ${numberText(length / facts.pixel_per_degree, 3)}°, ${shape[1]} ${shape[1] === 1 ? "pixel" : "pixels"}`;
    return `${pixelText([row, column])} to ${pixelText([lastRow, lastColumn])}: ${size}`;
  },
};

/**
 * What traces say of the frame on screen.
 * @param {State} state
 * @param {Measure[]} found
 */
export function valueTexts(state, found) {
  return found.map(({ values, count }) => numberText(values[placeIn(state, count)]));
}

/** @param {number[]} pixel row, column */
export function pixelText([row, column]) {
  return `row ${row}, column ${column}`;
}

/** @param {number[]} line row, column, row, column */
function lengthOf([row, column, lastRow, lastColumn]) {
  return Math.hypot(lastRow - row, lastColumn - column);
}

/**
 * Views over time: they have a cursor at the frame on screen.
 * @type {Record<string, View>}
 */
export const TIME_VIEWS = { mean: meanView, traces: tracesView, slice: sliceView };
