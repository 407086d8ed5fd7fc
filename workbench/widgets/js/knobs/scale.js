// @ts-check
/** Values and slider places: linear or logarithmic, never outside the range, and numbers as text. */

/** Places of a slider that has no step of its own. */
const PLACES = 1000;

/**
 * @typedef {{kind: string, value: number | string | boolean | null, low: number, high: number, step: number | null,
 *   log: boolean, unit: string, meaning: string, name: string, choices?: (string | number)[]}} Part
 */

/**
 * What the range input shows: whole numbers by themselves, logarithms, or the value.
 * @param {Part} part
 */
export function sliderOf(part) {
  if (part.log && part.low > 0) {
    const [min, max] = [Math.log10(part.low), Math.log10(part.high)];
    return { min, max, step: (max - min) / PLACES || 1 };
  }
  const fine = niceStep((part.high - part.low) / PLACES);
  return { min: part.low, max: part.high, step: part.step ?? (part.kind === "integer" ? 1 : fine) };
}

/**
 * @param {Part} part
 * @param {number} value
 */
export function placeOf(part, value) {
  return part.log && part.low > 0 ? Math.log10(Math.max(value, part.low)) : value;
}

/**
 * The value at a place, three digits for a logarithmic one. 10 ** log10(4.5) is more than 4.5, hence the clamp.
 * @param {Part} part
 * @param {number} place
 */
export function valueAt(part, place) {
  const logarithmic = part.log && part.low > 0;
  let value = logarithmic ? Number((10 ** place).toPrecision(3)) : Number(place.toPrecision(12));
  if (part.kind === "integer") value = Math.round(value);
  return Math.min(Math.max(value, part.low), part.high);
}

/**
 * The next power of ten at or below `step`, so that a float slider gives short numbers.
 * @param {number} step
 */
function niceStep(step) {
  return step > 0 ? 10 ** Math.floor(Math.log10(step)) : 1;
}

/**
 * What a typed number says, or null where it says none. A whole number beyond 2^53 stays text: it must not be rounded.
 * @param {Part} part
 * @param {string} text
 */
export function typedNumber(part, text) {
  const trimmed = text.trim().replace(",", ".").replace("−", "-");
  if (trimmed === "" || !Number.isFinite(Number(trimmed))) return null;
  if (part.kind === "integer" && /^[+-]?\d+$/.test(trimmed) && !Number.isSafeInteger(Number(trimmed))) return trimmed;
  return Number(trimmed);
}

/**
 * A number in at most `digits` digits, with a true minus sign.
 * @param {number} value
 * @param {number} digits
 */
export function numberText(value, digits = 4) {
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/**
 * A share in per cent; what is not nothing never reads as nothing.
 * @param {number} part
 * @param {number} total
 */
export function percentText(part, total) {
  const share = total > 0 ? (100 * part) / total : 0;
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${numberText(share, 2)} %`;
}
