// @ts-check
/** The stage: the canvas, and the bar of colours under it. */

import { colourTable, contrastTable, gradient, paint } from "./colours.js";
import { element } from "../page/element.js";
import { numberText } from "../knobs/scale.js";

/** Pixels of the screen that a small film is enlarged to fill, at most. */
const COMFORTABLE = 320;

export class Stage {
  /**
   * @param {(event: KeyboardEvent) => void} key
   * @param {() => void} refit
   * @param {{film: string, values: string}} names of its film and of the bar
   */
  constructor(key, refit, names = { film: "Film", values: "values shown" }) {
    this.map = "grey";
    this.contrast = 1;
    this.zoom = 0;
    this.canvas = element("canvas", { class: "wb-canvas", role: "img", width: 1, height: 1 });
    const keys = "Space plays and pauses, arrows step, Home and End jump.";
    this.focus = element(
      "div",
      { class: "wb-screen", tabindex: 0, role: "group", "aria-label": `${names.film}. ${keys}`, onkeydown: key },
      this.canvas,
    );
    this.ramp = element("div", { class: "wb-ramp", role: "presentation" });
    this.low = element("span", {});
    this.high = element("span", {});
    const title = "Show the whole range of values of the present film";
    this.refit = element("button", { type: "button", class: "wb-button wb-small", title, onclick: refit }, "fit range");
    const bar = element("div", { class: "wb-range", role: "group", "aria-label": names.values }, this.low, this.ramp, element("span", {}, this.high, this.refit));
    this.element = element("div", { class: "wb-stage" }, this.focus, bar);
    /** @type {ImageData | null} */
    this.image = null;
    /** @type {import("./buffer.js").Picture | null} */
    this.picture = null;
    this.table = colourTable(this.map, this.contrast);
    this.contrastBytes = contrastTable(this.contrast);
    this.dress();
  }

  /** Makes the colours anew after a change of colour map or contrast. */
  dress() {
    this.table = colourTable(this.map, this.contrast);
    this.contrastBytes = contrastTable(this.contrast);
    this.#shade();
    if (this.picture) this.show(this.picture);
  }

  /**
   * @param {number} low
   * @param {number} high
   * @param {boolean} coloured a film in colour has no colour map
   */
  setRange(low, high, coloured) {
    this.coloured = coloured;
    this.low.textContent = numberText(low);
    this.high.textContent = numberText(high);
    this.#shade();
  }

  #shade() {
    this.ramp.style.background = gradient(this.coloured ? "grey" : this.map, this.contrast);
  }

  /**
   * Whole screen pixels to a pixel of the film.
   * @param {{rows: number, columns: number}} film
   */
  zoomFor({ rows, columns }) {
    return this.zoom || Math.max(1, Math.floor(COMFORTABLE / Math.max(rows, columns)));
  }

  /** @param {{rows: number, columns: number}} film */
  fit(film) {
    const zoom = this.zoomFor(film);
    this.canvas.style.width = `${film.columns * zoom}px`;
    this.canvas.style.height = `${film.rows * zoom}px`;
  }

  /** Shows nothing. */
  blank() {
    this.picture = null;
    this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** @param {import("./buffer.js").Picture} picture */
  show(picture) {
    this.picture = picture;
    if (this.canvas.width !== picture.columns || this.canvas.height !== picture.rows) {
      this.canvas.width = picture.columns;
      this.canvas.height = picture.rows;
      this.image = null;
    }
    this.image ??= new ImageData(picture.columns, picture.rows);
    paint(picture, this.table, this.contrastBytes, this.image.data);
    this.canvas.getContext("2d").putImageData(this.image, 0, 0);
  }
}
