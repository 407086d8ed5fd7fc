// @ts-check
/** What each view draws and says of the numbers it was given. Knows no page. */

import { niceStepOf, spanning } from "./axes.js";
import { edgesOf, sharesOf } from "./histogram.js";
import { numberText, percentText } from "./scale.js";

/**
 * Where a view stands. `facts` are the kernel's: frames in a window, time of frame 0 (s), pixels per degree.
 * @typedef {{film: import("./player.js").Film, facts: {frames: number, t_zero: number, pixel_per_degree: number},
 *   span: import("./window.js").Span, frame: number, pixels: number[][], line: number[] | null}} State
 * @typedef {import("./window.js").Measure} Measure
 * A view of a window: what it asks for, what it draws, what it says of the frame on screen.
 * @typedef {{title: string, items: (state: State) => string[], plot: (state: State, found: Measure[]) => import("./chart.js").Plot | string,
 *   tell: (state: State, found: Measure[]) => string}} View
 */

/** Colours of the traces, told apart on light and dark and by colour-blind eyes (after Okabe and Ito). */
export const COLOURS = ["#0083cc", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#b8a500"];

/** Powers below this share of the largest are rounding errors, not power. */
const FAINTEST = 1e-8;
/** Frames that the kernel averages the spatial power over. */
const MOST_AVERAGED = 16;

/** @param {State} state */
export function timeOf({ film, facts }, frame = 0) {
  return facts.t_zero + frame * film.dt;
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
function framesText({ span }, count) {
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

/**
 * The histogram of a picture, and what it says. Its height only grows, so that frames can be compared.
 * @param {import("./buffer.js").Picture} picture
 * @param {{low: number, high: number}} film
 * @param {number} height per cent, of the pictures before
 */
export function histogram(picture, { low, high }, height) {
  const { shares, lowest, highest } = sharesOf(picture);
  const top = Math.max(height, niceStepOf(Math.max(...shares) || 1));
  const averaged = picture.shrink > 1 ? ` · averaged over ${picture.shrink} × ${picture.shrink} px` : "";
  const words = `${percentText(lowest, 100)} at or below ${numberText(low)} · ${percentText(highest, 100)} at or above ${numberText(high)}`;
  /** @type {import("./chart.js").Plot} */
  const plot = {
    x: { low, high, label: "value" },
    y: { low: 0, high: top, label: "pixels (%)" },
    layers: [{ kind: "bars", edges: edgesOf(low, high), y: shares }],
    note: `frame ${picture.frame}${averaged}`,
  };
  return { plot, words, top };
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
    const at = placeIn(state, found[0].shape[0]);
    const words = found.map(({ values }, k) => `${pixelText(state.pixels[k])}: ${numberText(values[at])}`);
    return `frame ${state.span.start + at}: ${words.join("; ")}`;
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
    const size = `${numberText(length, 3)} px, ${numberText(length / facts.pixel_per_degree, 3)}°, ${shape[1]} pixels`;
    return `${pixelText([row, column])} to ${pixelText([lastRow, lastColumn])}: ${size}`;
  },
};

/** @type {View} */
const temporalView = {
  title: "Temporal power",
  items: () => ["temporal"],
  plot(state, [{ values, count }]) {
    if (!(peakOf(values).power > 0)) return count < 2 ? "one frame has no frequencies" : "nothing changes over these frames";
    const { dt } = state.film;
    const x = { low: 0, high: 1 / (2 * dt), label: "temporal frequency (Hz)" };
    return powerPlot(x, frequenciesOf(values, 1 / (count * dt)), values, "power (value²/Hz)", framesText(state, count));
  },
  tell: (state, [{ values, count }]) => `${peakText(values, 1 / (count * state.film.dt), "Hz", "value²/Hz")} · Hann window, mean removed, mean of all pixels`,
};

/** @type {View} */
const spatialView = {
  title: "Spatial power",
  items: () => ["spatial"],
  plot(state, [{ values, count }]) {
    if (!(peakOf(values).power > 0)) return values.length ? "every pixel of a frame is the same" : "one pixel has no frequencies";
    const x = { low: 0, high: state.facts.pixel_per_degree / 2, label: "spatial frequency (cycles/deg)" };
    const note = `${Math.min(MOST_AVERAGED, count)} of ${framesText(state, count)}`;
    return powerPlot(x, frequenciesOf(values, lowestOf(state)), values, "power (value²·deg²)", note);
  },
  tell: (state, [{ values }]) => `${peakText(values, lowestOf(state), "cycles/deg", "value²·deg²")} · no window, mean removed, all orientations`,
};

/** @type {Record<string, View>} */
export const VIEWS = { mean: meanView, traces: tracesView, slice: sliceView, temporal: temporalView, spatial: spatialView };

/**
 * The lowest spatial frequency, in cycles per degree: one cycle in the longer side.
 * @param {State} state
 */
function lowestOf({ film, facts }) {
  return facts.pixel_per_degree / Math.max(film.rows, film.columns);
}

/**
 * Frequencies of a power spectrum: multiples of the lowest.
 * @param {Float32Array} power
 * @param {number} lowest
 */
function frequenciesOf(power, lowest) {
  return Float64Array.from(power, (_, k) => (k + 1) * lowest);
}

/**
 * @param {import("./axes.js").Axis} x
 * @param {Float64Array} frequencies
 * @param {Float32Array} power
 * @param {string} label
 * @param {string} note
 * @returns {import("./chart.js").Plot}
 */
function powerPlot(x, frequencies, power, label, note) {
  const floor = peakOf(power).power * FAINTEST;
  const y = { ...spanning(power.map((one) => Math.max(one, floor)), true), log: true, label };
  return { x, y, layers: [{ kind: "line", x: frequencies, y: power }], note };
}

/** @param {Float32Array} power */
function peakOf(power) {
  const at = power.reduce((best, one, k) => (one > power[best] ? k : best), 0);
  return { at, power: power[at] };
}

/**
 * @param {Float32Array} values
 * @param {number} lowest
 * @param {string} unit
 * @param {string} density
 */
function peakText(values, lowest, unit, density) {
  const { at, power } = peakOf(values);
  return `greatest at ${numberText((at + 1) * lowest, 3)} ${unit}: ${numberText(power, 3)} ${density}`;
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
 * A slice as the bytes of a picture: places from top to bottom, frames from left to right.
 * @param {Measure} slice values [time, place]
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
