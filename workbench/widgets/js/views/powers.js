// @ts-check
/** What the views of power spectra draw and say. */

import { spanning } from "./axes.js";
import { framesText } from "./plots.js";
import { numberText } from "../knobs/scale.js";

/** Powers below this share of the largest are rounding errors, not power. */
const FAINTEST = 1e-8;

/** @type {import("./plots.js").View} */
const temporalView = {
  title: "Temporal power",
  items: () => ["temporal"],
  plot(state, [{ values, count }]) {
    const nothing = nothingIn(values, "one frame has no frequencies", "nothing changes over these frames");
    if (nothing) return nothing;
    const { dt } = state.film;
    const x = { low: 0, high: 1 / (2 * dt), label: "temporal frequency (Hz)" };
    return powerPlot(x, frequenciesOf(values, 1 / (count * dt)), values, "power (value²/Hz)", framesText(state, count));
  },
  tell: (state, [{ values, count }]) => `${peakText(values, 1 / (count * state.film.dt), "Hz", "value²/Hz")} · Hann window, mean removed, mean of all pixels`,
};

/** @type {import("./plots.js").View} */
const spatialView = {
  title: "Spatial power",
  items: () => ["spatial"],
  plot(state, [{ values, count }]) {
    const nothing = nothingIn(values, "one pixel has no frequencies", "all pixels of each frame are the same");
    if (nothing) return nothing;
    const x = { low: 0, high: state.facts.pixel_per_degree / 2, label: "spatial frequency (cycles/deg)" };
    const note = `${Math.min(state.facts.averaged, count)} of ${framesText(state, count)}`;
    return powerPlot(x, frequenciesOf(values, lowestOf(state)), values, "power (value²·deg²)", note);
  },
  tell: (state, [{ values }]) => `${peakText(values, lowestOf(state), "cycles/deg", "value²·deg²")} · no window, mean removed, all orientations`,
};

/**
 * The lowest spatial frequency, in cycles per degree: one cycle in the longer side.
 * @param {import("./plots.js").State} state
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

/**
 * Why there is no spectrum to draw; empty where there is one.
 * @param {Float32Array} power
 * @param {string} none what is said where there are no frequencies
 * @param {string} even what is said where there is no power
 */
function nothingIn(power, none, even) {
  if (power.length === 0) return none;
  if (!power.every(Number.isFinite)) return "some values of the film are no finite numbers";
  return peakOf(power).power > 0 ? "" : even;
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

/** @type {Record<string, import("./plots.js").View>} */
export const POWER_VIEWS = { temporal: temporalView, spatial: spatialView };
