// @ts-check
/** Curves of a chart as SVG: lines, bands and bars. */

/**
 * @typedef {{kind: "line", x: ArrayLike<number>, y: ArrayLike<number>, colour?: string}} Line
 * @typedef {{kind: "band", x: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>}} Band
 * @typedef {{kind: "bars", edges: ArrayLike<number>, y: ArrayLike<number>}} Bars
 * @typedef {Line | Band | Bars} Layer
 * Where values are on the screen, and which of them can be drawn at all.
 * @typedef {{x: (value: number) => number, y: (value: number) => number, drawable: (value: number) => boolean}} Places
 */

/**
 * @param {Layer} layer
 * @param {Places} places
 */
export function curveOf(layer, places) {
  if (layer.kind === "line") return shape("path", { class: "wb-curve", d: linePath(layer, places), style: layer.colour ? `stroke: ${layer.colour}` : "" });
  if (layer.kind === "band") return shape("path", { class: "wb-band", d: bandPath(layer, places) });
  return shape("path", { class: "wb-bars", d: barsPath(layer, places) });
}

/**
 * A curve, broken where a value cannot be drawn; a single point is a dot.
 * @param {Line} line
 * @param {Places} places
 */
export function linePath(line, places) {
  let path = "";
  for (let k = 0; k < line.x.length; k++) {
    if (!places.drawable(line.y[k])) continue;
    const begins = k === 0 || !places.drawable(line.y[k - 1]);
    path += `${begins ? "M" : "L"}${places.x(line.x[k])},${places.y(line.y[k])}${begins ? "h0.01" : ""}`;
  }
  return path;
}

/**
 * @param {Band} band
 * @param {Places} places
 */
function bandPath({ x, low, high }, places) {
  const half = x.length > 1 ? 0 : 0.5;
  const drawn = Array.from(x, (_, k) => k).filter((k) => places.drawable(low[k]) && places.drawable(high[k]));
  const upper = drawn.map((k) => `${places.x(x[k]) - half},${places.y(high[k])}`);
  const lower = drawn.map((k) => `${places.x(x[k]) + half},${places.y(low[k])}`).reverse();
  return drawn.length ? `M${[...upper, ...lower].join("L")}Z` : "";
}

/**
 * @param {Bars} bars
 * @param {Places} places
 */
function barsPath({ edges, y }, places) {
  const base = places.y(0);
  return Array.from(y, (height, k) => `M${places.x(edges[k])},${base}V${places.y(height)}H${places.x(edges[k + 1])}V${base}Z`).join("");
}

/** @param {number} value pixels of the screen */
export function rounded(value) {
  return Math.round(value * 100) / 100;
}

/**
 * An element of SVG.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} words
 * @returns {any}
 */
export function shape(tag, attributes, words = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (words) made.textContent = words;
  return made;
}
