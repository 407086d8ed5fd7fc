// @ts-check
/** A chart: axes, lines, bands, bars or a picture, as SVG, so that it is crisp and follows the page's colours by itself. */

import { shareOf, ticksOf } from "./axes.js";
import { curveOf, rounded, shape } from "./curves.js";
import { element } from "../page/element.js";

/**
 * @typedef {import("./axes.js").Axis} Axis
 * @typedef {{x: Axis, y: Axis, right?: Axis, layers: import("./curves.js").Layer[], picture?: HTMLCanvasElement, note: string}} Plot
 */

const CHART_HEIGHT = 168;
const CHART_EDGES = { top: 18, right: 12, rightAxis: 40, bottom: 32, left: 48 };
/** Pixels from tick to tick, at least. */
const TICKS_APART = { x: 64, y: 28 };

export class Chart {
  /**
   * @param {string} name
   * @param {string} title
   * @param {...HTMLElement} below what stands under it
   */
  constructor(name, title, ...below) {
    this.title = title;
    this.svg = shape("svg", { class: "wb-chart", role: "img", height: CHART_HEIGHT, "aria-label": title });
    this.screen = element("div", { class: "wb-chart-screen" }, this.svg);
    this.words = element("div", { class: "wb-chart-words", hidden: true });
    this.screen.append(this.words);
    this.note = element("small", {});
    this.told = element("div", { class: "wb-told" });
    const caption = element("figcaption", {}, element("strong", {}, title), this.note);
    this.element = element("figure", { class: "wb-view", "data-view": name }, caption, this.screen, this.told, ...below);
    this.cursorLine = shape("line", { class: "wb-cursor" });
    /** @type {Plot | null} */
    this.plot = null;
    this.at = NaN;
    this.width = 0;
    this.watcher = new ResizeObserver(() => this.#fit());
    this.watcher.observe(this.screen);
  }

  close() {
    this.watcher.disconnect();
  }

  #fit() {
    if (this.screen.clientWidth === this.width) return;
    this.width = this.screen.clientWidth;
    if (this.plot) this.show(this.plot);
  }

  /**
   * What it says where there is nothing to draw; what is drawn stays, quieter.
   * @param {string} words
   * @param {boolean} trouble
   */
  say(words, trouble = false) {
    if (this.words.textContent !== words) this.words.textContent = words;
    this.words.hidden = words === "";
    this.words.classList.toggle("wb-trouble", trouble);
    this.element.classList.toggle("wb-stale", words !== "");
    if (words) this.#label(words);
  }

  /**
   * The numbers that matter now, for the eye and for a screen reader.
   * @param {string} words
   */
  tell(words) {
    if (this.told.textContent !== words) this.told.textContent = words;
    this.#label(words);
  }

  /** @param {string} words */
  #label(words) {
    const label = `${this.title}: ${words}`;
    if (this.svg.getAttribute("aria-label") !== label) this.svg.setAttribute("aria-label", label);
  }

  clear() {
    this.plot = null;
    this.note.textContent = this.told.textContent = "";
    this.svg.replaceChildren();
    this.picture?.remove();
  }

  /** @param {Plot} plot */
  show(plot) {
    this.plot = plot;
    this.element.numbers = plot;
    this.note.textContent = plot.note;
    if (this.width === 0) return;
    const right = plot.right ? CHART_EDGES.rightAxis : CHART_EDGES.right;
    this.box = { x: CHART_EDGES.left, y: CHART_EDGES.top, width: this.width - CHART_EDGES.left - right, height: CHART_HEIGHT - CHART_EDGES.top - CHART_EDGES.bottom };
    this.svg.setAttribute("width", String(this.width));
    this.svg.replaceChildren(...this.#frame(plot), ...plot.layers.map((layer) => curveOf(layer, this.#places)), this.cursorLine);
    this.#picture(plot.picture);
    this.cursor(this.at);
  }

  /**
   * A line at a place of the x axis; NaN for none.
   * @param {number} at
   */
  cursor(at) {
    this.at = at;
    const share = this.plot && this.box ? shareOf(this.plot.x, at) : NaN;
    const inside = share >= 0 && share <= 1 && this.box;
    this.cursorLine.setAttribute("visibility", inside ? "visible" : "hidden");
    if (!inside) return;
    const x = rounded(inside.x + share * inside.width);
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: inside.y, y2: inside.y + inside.height })) {
      this.cursorLine.setAttribute(name, String(value));
    }
  }

  /** @param {HTMLCanvasElement | undefined} picture */
  #picture(picture) {
    if (this.picture !== picture) this.picture?.remove();
    this.picture = picture;
    if (!picture || !this.box) return;
    const { x, y, width, height } = this.box;
    Object.assign(picture.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    this.screen.prepend(picture);
  }

  /** @param {Plot} plot */
  #frame({ x, y, right, picture }) {
    const box = /** @type {NonNullable<typeof this.box>} */ (this.box);
    const [end, base] = [box.x + box.width, box.y + box.height];
    const made = [];
    for (const [value, words] of ticksOf(x, Math.max(2, Math.floor(box.width / TICKS_APART.x)))) {
      const at = this.#x(value);
      made.push(shape("path", { class: "wb-axis", d: `M${at},${base}v4` }));
      made.push(shape("text", { x: at, y: base + 15, "text-anchor": "middle" }, words));
    }
    for (const [value, words] of ticksOf(y, Math.floor(box.height / TICKS_APART.y))) {
      const at = this.#y(value, y);
      if (!picture) made.push(shape("path", { class: "wb-grid", d: `M${box.x},${at}h${box.width}` }));
      made.push(shape("text", { x: box.x - 6, y: at + 4, "text-anchor": "end" }, words));
    }
    for (const [value, words] of right ? ticksOf(right, Math.floor(box.height / TICKS_APART.y)) : []) {
      made.push(shape("text", { x: end + 6, y: this.#y(value, right) + 4 }, words));
    }
    made.push(shape("path", { class: "wb-axis", d: `M${box.x},${box.y}V${base}H${end}${right ? `V${box.y}` : ""}` }));
    made.push(shape("text", { class: "wb-axis-label", x: (box.x + end) / 2, y: CHART_HEIGHT - 3, "text-anchor": "middle" }, x.label));
    made.push(shape("text", { class: "wb-axis-label", x: 2, y: 11 }, y.label));
    if (right) made.push(shape("text", { class: "wb-axis-label", x: this.width - 2, y: 11, "text-anchor": "end" }, right.label));
    return made;
  }

  /** @returns {import("./curves.js").Places} */
  get #places() {
    const log = this.plot?.y.log;
    const drawable = (/** @type {number} */ value) => Number.isFinite(value) && !(log && value <= 0);
    return { x: (value) => this.#x(value), y: (value) => this.#y(value), drawable };
  }

  /** @param {number} value */
  #x(value) {
    const { x, width } = /** @type {NonNullable<typeof this.box>} */ (this.box);
    return rounded(x + shareOf(/** @type {Plot} */ (this.plot).x, value) * width);
  }

  /**
   * @param {number} value
   * @param {Axis | undefined} axis
   */
  #y(value, axis = this.plot?.y) {
    const { y, height } = /** @type {NonNullable<typeof this.box>} */ (this.box);
    const share = Math.min(1, Math.max(0, shareOf(/** @type {Axis} */ (axis), value)));
    return rounded(y + (axis?.down ? share : 1 - share) * height);
  }
}
