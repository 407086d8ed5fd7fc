// @ts-check
/** Views: charts that follow the film on screen. The histogram is of the painted picture; the others are asked once for a window. */

import { Chart } from "./chart.js";
import { colourTable, contrastTable, paint } from "./colours.js";
import { element } from "./element.js";
import { Marks } from "./marks.js";
import { LinePicks, PixelPicks, toggled } from "./picks.js";
import { VIEWS, histogram, slicePicture, timeOf } from "./plots.js";
import { numberText } from "./scale.js";
import { Windows, windowAt, windowMessage } from "./window.js";

/** Views over time: they have a cursor at the frame on screen. */
const TIMED = ["mean", "traces", "slice"];
/** Open to begin with. */
const OPEN_AT_FIRST = ["histogram", "mean"];
/** What a view says that has not been given anything yet. */
const HINTS = /** @type {Record<string, string>} */ ({ traces: "click a pixel of the film, or give its row and column" });

export class Views {
  /** @param {import("./parts.js").Table} table */
  constructor(table) {
    this.title = "Views";
    this.table = table;
    this.open = new Set(OPEN_AT_FIRST);
    this.drawer = false;
    this.settled = true;
    this.height = 0;
    /** @type {number[][]} row, column, colour */
    this.pixels = [];
    /** @type {number[] | null} */
    this.line = null;
    /** @type {any} */
    this.told = null;
    const film = () => this.player.film;
    this.windows = new Windows((order, span, items) => table.send(windowMessage(table.view, order, span, items)));
    this.marks = new Marks(table.stage, film, { click: (pixel) => this.toggle(pixel), stroke: (line) => this.draw(line) });
    this.pixelPicks = new PixelPicks(film, (pixel) => this.toggle(pixel));
    this.linePicks = new LinePicks(film, (line) => this.draw(line));
    this.charts = this.#charts();
    /** @type {Record<string, string>} what each chart shows */
    this.shown = {};
    this.note = element("div", { class: "wb-views-note" });
    const grid = element("div", { class: "wb-views" }, ...Object.values(this.charts).map((chart) => chart.element));
    this.element = element("div", {}, this.#toggles(), this.note, grid);
  }

  get player() {
    return this.table.player;
  }

  /** @returns {Record<string, Chart>} */
  #charts() {
    const below = /** @type {Record<string, HTMLElement>} */ ({ traces: this.pixelPicks.element, slice: this.linePicks.element });
    const made = Object.entries(VIEWS).map(([name, { title }]) => [name, new Chart(name, title, ...(below[name] ? [below[name]] : []))]);
    return { histogram: new Chart("histogram", "Histogram"), ...Object.fromEntries(made) };
  }

  #toggles() {
    const buttons = Object.entries(this.charts).map(([name, chart]) => {
      const press = () => this.#toggleView(name, button);
      const button = element("button", { type: "button", class: "wb-button wb-words wb-toggle", onclick: press }, chart.title);
      this.#setOpen(name, button);
      return button;
    });
    return element("div", { class: "wb-toggles", role: "group", "aria-label": "views" }, ...buttons);
  }

  /**
   * @param {string} name
   * @param {HTMLElement} button
   */
  #toggleView(name, button) {
    if (!this.open.delete(name)) this.open.add(name);
    this.#setOpen(name, button);
    this.opened(true);
  }

  /**
   * @param {string} name
   * @param {HTMLElement} button
   */
  #setOpen(name, button) {
    button.setAttribute("aria-pressed", String(this.open.has(name)));
    this.charts[name].element.hidden = !this.open.has(name);
  }

  /** @param {boolean} open */
  opened(open) {
    this.drawer = open;
    this.windows.retry();
    this.marks.allow(open && this.open.has("traces"), open && this.open.has("slice"));
    this.update();
    if (this.table.stage.picture) this.painted(this.table.stage.picture);
  }

  close() {
    this.marks.close();
    for (const chart of Object.values(this.charts)) chart.close();
  }

  /** @param {any} facts */
  facts(facts) {
    this.told = facts;
  }

  /** @param {import("./player.js").Film} film */
  film({ rows, columns }) {
    this.settled = false;
    this.height = 0;
    const outside = (/** @type {number[]} */ [row, column]) => row >= rows || column >= columns;
    this.pixels = this.pixels.filter((pixel) => !outside(pixel));
    if (this.line && (outside(this.line.slice(0, 2)) || outside(this.line.slice(2)))) this.line = null;
    this.#mark();
  }

  /** Four times a second: a film that has come to rest, or another window, is asked for. */
  watch() {
    const rests = this.settled;
    this.settled = true;
    if (rests) this.update();
  }

  lost() {
    this.windows.lost();
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    if (content.view === this.table.view && this.windows.receive(content, buffers)) this.show();
  }

  /** @param {import("./buffer.js").Picture} picture */
  painted(picture) {
    if (!this.drawer) return;
    if (this.open.has("histogram")) this.#count(picture);
    this.show();
  }

  /** @param {import("./buffer.js").Picture} picture */
  #count(picture) {
    const { plot, words, top } = histogram(picture, this.player.film, this.height);
    this.height = top;
    this.charts.histogram.show(plot);
    this.charts.histogram.tell(words);
  }

  /** @param {number[]} pixel */
  toggle(pixel) {
    this.pixels = toggled(this.pixels, pixel);
    this.#mark();
    this.update();
  }

  /** @param {number[]} line */
  draw(line) {
    this.line = line;
    this.#mark();
    this.update();
  }

  #mark() {
    const { rows, columns } = this.player.film;
    const middle = Math.floor(rows / 2);
    this.line ??= [middle, 0, middle, columns - 1];
    this.marks.pixels = this.pixels;
    this.marks.line = this.line;
    this.marks.draw();
    this.pixelPicks.show(this.pixels);
    this.linePicks.show(this.line);
  }

  /** @returns {import("./plots.js").State | null} */
  get #state() {
    const { film, channel, position } = this.player;
    const span = this.told && windowAt(position, film, channel, this.told.frames);
    return span ? { film, facts: this.told, span, frame: position, pixels: this.pixels, line: this.line } : null;
  }

  /** Why there is nothing to show of a window; empty where there is. */
  get #reason() {
    const { film, isEmpty } = this.player;
    if (film.live) return "a live film cannot be read again: record some frames of it";
    if (this.table.model.gone) return "no kernel to ask";
    if (isEmpty) return "no frames";
    return this.told?.frames === 0 ? "a frame of this film is too large for this view" : "";
  }

  /** Asks for what is missing, and shows what is here. */
  update() {
    const state = this.#state;
    if (this.drawer && state && !this.#reason) {
      const items = Object.entries(VIEWS).flatMap(([name, view]) => (this.open.has(name) ? view.items(state) : []));
      this.windows.want(state.span, items, this.#ahead(state.span));
    }
    this.show();
  }

  /**
   * While the film plays, the window after the present one.
   * @param {import("./window.js").Span} span
   */
  #ahead({ start, count }) {
    const { film, channel, playing } = this.player;
    return playing ? windowAt(start + count, film, channel, this.told.frames) : null;
  }

  show() {
    if (!this.drawer) return;
    const state = this.#state;
    this.#say();
    for (const name of Object.keys(VIEWS)) {
      if (!this.open.has(name)) continue;
      if (state && !this.#reason) this.#showView(name, state);
      else this.charts[name].say(this.#reason || "computing…");
    }
  }

  #say() {
    const { film, channel } = this.player;
    const few = this.told && this.told.frames < 256 ? [`windows of ${this.told.frames} frames, as this film is large`] : [];
    const grey = film.channels === 3 && channel < 0 ? ["values are the mean of red, green and blue"] : [];
    const words = [...few, ...grey].join(" · ");
    if (this.note.textContent !== words) this.note.textContent = words;
  }

  /**
   * @param {string} name
   * @param {import("./plots.js").State} state
   */
  #showView(name, state) {
    const chart = this.charts[name];
    const items = VIEWS[name].items(state);
    const found = items.map((item) => this.windows.get(state.span, item));
    const error = found.find((one) => one?.error !== undefined)?.error;
    if (items.length === 0) this.#leave(name);
    else if (error !== undefined) chart.say(error, true);
    else if (found.includes(undefined)) chart.say("computing…");
    else this.#plot(name, state, items, /** @type {import("./window.js").Measure[]} */ (found));
    if (TIMED.includes(name)) chart.cursor(timeOf(state, state.frame));
  }

  /** @param {string} name */
  #leave(name) {
    this.charts[name].clear();
    this.charts[name].say(HINTS[name]);
    delete this.shown[name];
  }

  /**
   * @param {string} name
   * @param {import("./plots.js").State} state
   * @param {string[]} items
   * @param {import("./window.js").Measure[]} found
   */
  #plot(name, state, items, found) {
    const { film, span } = state;
    const chart = this.charts[name];
    const key = [Object.values(span), items, film.low, film.high, film.dt, name === "slice" ? this.#dress : ""].join();
    if (this.shown[name] !== key) {
      const plot = VIEWS[name].plot(state, found);
      this.shown[name] = key;
      if (typeof plot === "string") chart.clear();
      else chart.show(name === "slice" ? { ...plot, picture: this.#picture(found[0]) } : plot);
      this.nothing = { ...this.nothing, [name]: typeof plot === "string" ? plot : "" };
    }
    const nothing = this.nothing?.[name] ?? "";
    chart.say(nothing);
    if (nothing === "") chart.tell(VIEWS[name].tell(state, found));
    if (name === "traces") this.pixelPicks.tell(found.map(({ values }) => numberText(values[Math.max(0, state.frame - span.start)])));
  }

  /** What the stage's colours hang on. */
  get #dress() {
    const { map, contrast, coloured } = this.table.stage;
    return [coloured ? "grey" : map, contrast].join();
  }

  /** @param {import("./window.js").Measure} measure */
  #picture(measure) {
    const picture = slicePicture(measure, this.player.film);
    const { map, contrast, coloured } = this.table.stage;
    const canvas = element("canvas", { class: "wb-picture", width: picture.columns, height: picture.rows, "aria-hidden": "true" });
    const image = new ImageData(picture.columns, picture.rows);
    paint(/** @type {any} */ (picture), colourTable(coloured ? "grey" : map, contrast), contrastTable(contrast), image.data);
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }
}
