// @ts-check
/** Boxes that do what the pointer does on the film: a pixel to trace, a row or a column to slice along. */

import { element } from "../page/element.js";
import { COLOURS, pixelText } from "./plots.js";

const MOST_PIXELS = COLOURS.length;

/**
 * Adds a pixel, or removes it where it is already there. One too many is not added. Each keeps its colour.
 * @param {number[][]} pixels row, column, colour
 * @param {number[]} pixel row, column
 */
export function toggled(pixels, [row, column]) {
  const others = pixels.filter((one) => one[0] !== row || one[1] !== column);
  if (others.length < pixels.length || pixels.length === MOST_PIXELS) return others;
  const colour = COLOURS.findIndex((_, k) => pixels.every((one) => one[2] !== k));
  return [...pixels, [row, column, colour]];
}

/**
 * The middle row as a line.
 * @param {{rows: number, columns: number}} film
 */
export function middleRow({ rows, columns }) {
  const middle = Math.floor(rows / 2);
  return [middle, 0, middle, columns - 1];
}

/**
 * The whole number in a box, or null where it is none from 0 to below `count`.
 * @param {string} text
 * @param {number} count
 */
export function indexIn(text, count) {
  const number = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  return number < count ? number : null;
}

/**
 * A labelled box for a row or column.
 * @param {string} label
 * @param {string} name
 */
function indexBox(label, name) {
  const input = element("input", { type: "text", inputmode: "numeric", class: "wb-box", "aria-label": name });
  return { input, label: element("label", { class: "wb-pick" }, element("span", {}, label), input) };
}

/** Number boxes for a pixel and a button that adds it; under them the pixels that are traced. */
export class PixelPicks {
  /**
   * @param {() => {rows: number, columns: number}} film
   * @param {(pixel: number[]) => void} toggle
   */
  constructor(film, toggle) {
    this.film = film;
    this.toggle = toggle;
    this.row = indexBox("row", "row of the pixel");
    this.column = indexBox("column", "column of the pixel");
    const add = element("button", { type: "button", class: "wb-button wb-words", onclick: () => this.#add() }, "Add");
    this.fault = element("span", { class: "wb-fault", role: "alert" });
    this.list = element("div", { class: "wb-traced", role: "group", "aria-label": "pixels traced" });
    this.element = element("div", {}, element("div", { class: "wb-picking" }, this.row.label, this.column.label, add, this.fault), this.list);
  }

  #add() {
    const { rows, columns } = this.film();
    const [row, column] = [indexIn(this.row.input.value, rows), indexIn(this.column.input.value, columns)];
    if (row === null || column === null) this.fault.textContent = `give a row below ${rows} and a column below ${columns}`;
    else this.toggle([row, column]);
  }

  /**
   * @param {number[][]} pixels
   * @param {boolean} full another one was not added
   */
  show(pixels, full = false) {
    this.fault.textContent = full ? `no more than ${MOST_PIXELS}: remove one first` : "";
    this.values = pixels.map(() => element("output", {}));
    this.list.replaceChildren(...pixels.map((pixel, k) => this.#chip(pixel, this.values[k])));
  }

  /**
   * @param {number[]} pixel
   * @param {HTMLElement} value
   */
  #chip(pixel, value) {
    const remove = element("button", { type: "button", class: "wb-button wb-small", "aria-label": `remove ${pixelText(pixel)}` }, "remove");
    remove.addEventListener("click", () => {
      this.toggle(pixel);
      this.row.input.focus();
    });
    const swatch = element("span", { class: "wb-swatch", style: `background: ${COLOURS[pixel[2]]}` });
    return element("div", { class: "wb-trace" }, swatch, element("span", {}, pixelText(pixel)), value, remove);
  }

  /** @param {string[]} values of the pixels at the frame on screen */
  tell(values) {
    values.forEach((value, k) => (this.values[k].textContent = value));
  }
}

/** Boxes for a whole row or a whole column as the line of the slice. */
export class LinePicks {
  /**
   * @param {() => {rows: number, columns: number}} film
   * @param {(line: number[]) => void} choose
   */
  constructor(film, choose) {
    this.row = indexBox("row", "slice along row");
    this.column = indexBox("column", "slice along column");
    this.fault = element("span", { class: "wb-fault", role: "alert" });
    this.element = element("div", { class: "wb-picking" }, this.row.label, this.column.label, this.fault);
    this.row.input.addEventListener("change", () => {
      const { rows, columns } = film();
      this.#choose(choose, indexIn(this.row.input.value, rows), rows, (row) => [row, 0, row, columns - 1]);
    });
    this.column.input.addEventListener("change", () => {
      const { rows, columns } = film();
      this.#choose(choose, indexIn(this.column.input.value, columns), columns, (column) => [0, column, rows - 1, column]);
    });
  }

  /**
   * @param {(line: number[]) => void} choose
   * @param {number | null} index
   * @param {number} count
   * @param {(index: number) => number[]} line
   */
  #choose(choose, index, count, line) {
    this.fault.textContent = index === null ? `give a number below ${count}` : "";
    if (index !== null) choose(line(index));
  }

  /** @param {number[]} line row, column, row, column */
  show([row, column, lastRow, lastColumn]) {
    this.row.input.value = row === lastRow ? row : "";
    this.column.input.value = column === lastColumn ? column : "";
  }
}
