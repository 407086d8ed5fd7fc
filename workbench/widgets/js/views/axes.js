// @ts-check
/** Axes of charts: where the ticks are and what they say. */

/**
 * What an axis spans, in the unit of the data; it is written times `factor`. `down`: from top to bottom.
 * @typedef {{low: number, high: number, label: string, factor?: number, log?: boolean, down?: boolean}} Axis
 */

/** Ratio of the ends of a logarithmic axis up to which it has ticks at 2 and 5, too. */
const SHORT_LOG = 100;
/** Share of the span that is left free at each end. */
const ROOM = 0.04;
/** Steps that an axis spans, at least. */
const FEWEST = 2;

/**
 * The span of some values with a little room at both ends; with more of it where there is a single value.
 * @param {Iterable<number>} values those that are no numbers are left out
 * @param {boolean} log only those above zero
 */
export function spanning(values, log = false) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return log ? { low: 0.1, high: 1 } : { low: 0, high: 1 };
  if (log) return decadesAbout(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)));
  const room = high > low ? (high - low) * ROOM : Math.abs(high) / 10 || 0.5;
  return { low: low - room, high: high + room };
}

/**
 * @param {number} first power of ten
 * @param {number} last
 */
function decadesAbout(first, last) {
  return { low: 10 ** first, high: 10 ** Math.max(last, first + 1) };
}

/**
 * Where a value is on an axis, from 0 to 1.
 * @param {Axis} axis
 * @param {number} value
 */
export function shareOf({ low, high, log }, value) {
  if (log) return Math.log(Math.max(value, Number.MIN_VALUE) / low) / Math.log(high / low);
  return (value - low) / (high - low);
}

/**
 * Ticks of an axis: value and words.
 * @param {Axis} axis
 * @param {number} most
 * @returns {[number, string][]}
 */
export function ticksOf(axis, most) {
  const factor = axis.factor ?? 1;
  const [low, high] = [axis.low * factor, axis.high * factor];
  if (axis.log) return logTicks(low, high, most).map((tick) => [tick / factor, logText(tick)]);
  const step = stepIn(high - low, most);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return evenTicks(low, high, step).map((tick) => [tick / factor, tickText(tick, digits)]);
}

/**
 * The step of a few even ticks: `most` of them, or more where these would be less than three.
 * @param {number} span
 * @param {number} most
 */
function stepIn(span, most) {
  for (let count = most; ; count++) if (span / niceStepOf(span / count) >= FEWEST) return niceStepOf(span / count);
}

/**
 * The next of 1, 2 or 5 times a power of ten.
 * @param {number} least
 */
export function niceStepOf(least) {
  const decade = 10 ** Math.floor(Math.log10(least));
  return decade * ([1, 2, 5].find((digit) => digit * decade >= least * (1 - 1e-9)) ?? 10);
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} step
 */
function evenTicks(low, high, step) {
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => (first + k) * step);
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
function logTicks(low, high, most) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const apart = Math.max(1, Math.ceil((last - first + 1) / most));
  const digits = high / low <= SHORT_LOG ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = first - 1; power <= last; power++) {
    if (digits.length === 1 && (power - first) % apart) continue;
    ticks.push(...digits.map((digit) => digit * 10 ** power).filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)));
  }
  return ticks;
}

/**
 * @param {number} value
 * @param {number} digits after the point
 */
function tickText(value, digits) {
  const large = Math.abs(value) >= 1e7 || digits > 6;
  const text = large ? shortExponent(value) : value.toFixed(digits);
  return (Number(text) === 0 ? "0" : text).replaceAll("-", "−");
}

/** @param {number} value */
function shortExponent(value) {
  return Number(value.toPrecision(4)).toExponential().replace("e+", "e");
}

/** @param {number} value */
function logText(value) {
  const plain = value >= 1e-3 && value < 1e5;
  return (plain ? String(Number(value.toPrecision(3))) : shortExponent(value)).replaceAll("-", "−");
}
