// @ts-check
/** Views: charts that follow the film on screen. The histogram is of the painted picture; the others are asked once for a window. */

import { Board } from "./board.js";
import { histogram } from "./histogram.js";
import { Marks } from "./marks.js";
import { LinePicks, PixelPicks, middleRow, toggled } from "./picks.js";
import { TIME_VIEWS, timeOf, valueTexts } from "./plots.js";
import { POWER_VIEWS } from "./powers.js";
import { Scene } from "./scene.js";
import { dressOf, sliceCanvas } from "./slice.js";
import { Windows, windowMessage } from "./window.js";

/** @typedef {import("./plots.js").State} State */

/** Views of a window, which the kernel measures. */
const WINDOW_VIEWS = { ...TIME_VIEWS, ...POWER_VIEWS };
/** Open to begin with. */
const OPEN_AT_FIRST = ["histogram", "mean"];

export class Views {
  /** @param {import("../page/parts.js").Table} table */
  constructor(table) {
    this.title = "Views";
    this.table = table;
    this.player = table.player;
    this.drawer = false;
    this.settled = true;
    this.height = 0;
    /** @type {number[][]} row, column, colour */
    this.pixels = [];
    /** @type {number[] | null} row, column, row, column; null for the middle row */
    this.line = null;
    this.scene = new Scene(table);
    /** @type {Record<string, {key: string, nothing: string}>} what each chart shows, or why nothing */
    this.shown = {};
    const film = () => this.player.film;
    this.windows = new Windows((order, span, items) => table.send(windowMessage(table.view, order, span, items)));
    this.marks = new Marks(table.stage, film, { click: (pixel) => this.toggle(pixel), stroke: (line) => this.draw(line) });
    this.pixelPicks = new PixelPicks(film, (pixel) => this.toggle(pixel));
    this.linePicks = new LinePicks(film, (line) => this.draw(line));
    const views = { histogram: { title: "Histogram" }, ...WINDOW_VIEWS };
    views.traces = { ...views.traces, below: this.pixelPicks.element };
    views.slice = { ...views.slice, below: this.linePicks.element };
    this.board = new Board(views, OPEN_AT_FIRST, () => this.opened(true));
    this.element = this.board.element;
  }

  /** @param {boolean} open */
  opened(open) {
    this.drawer = open;
    this.windows.retry();
    this.marks.allow(open && this.board.open.has("traces"), open && this.board.open.has("slice"));
    this.update();
    if (this.table.stage.picture) this.painted(this.table.stage.picture);
  }

  close() {
    this.marks.close();
    this.board.close();
  }

  /** @param {State["facts"]} facts */
  facts(facts) {
    this.scene.facts = facts;
  }

  /** @param {import("../player/player.js").Film} film */
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

  /** @param {import("../player/buffer.js").Picture} picture */
  painted(picture) {
    if (!this.drawer) return;
    if (this.board.open.has("histogram")) this.#count(picture);
    this.show();
  }

  /** @param {import("../player/buffer.js").Picture} picture */
  #count(picture) {
    const { plot, words, top } = histogram(picture, this.player.film, this.height);
    this.height = top;
    this.board.charts.histogram.show(plot);
    this.board.charts.histogram.tell(words);
  }

  /** @param {number[]} pixel */
  toggle(pixel) {
    const before = this.pixels;
    this.pixels = toggled(before, pixel);
    this.#mark(this.pixels.length === before.length);
    this.update();
  }

  /** @param {number[]} line */
  draw(line) {
    this.line = line;
    this.#mark();
    this.update();
  }

  /** @param {boolean} full a pixel was not added, for there are too many */
  #mark(full = false) {
    const line = this.line ?? middleRow(this.player.film);
    this.marks.show(this.pixels, line);
    this.pixelPicks.show(this.pixels, full);
    this.linePicks.show(line);
  }

  /** Asks for what is missing, and shows what is here. */
  update() {
    const state = this.scene.state(this.pixels, this.line ?? middleRow(this.player.film));
    if (this.drawer && state) {
      const items = this.#open.flatMap((name) => WINDOW_VIEWS[name].items(state));
      this.windows.want(state.span, items, this.scene.ahead(state));
    }
    this.show();
  }

  /** Names of the open views of a window. */
  get #open() {
    return Object.keys(WINDOW_VIEWS).filter((name) => this.board.open.has(name));
  }

  show() {
    if (!this.drawer) return;
    const state = this.scene.state(this.pixels, this.line ?? middleRow(this.player.film));
    this.board.say(this.scene.remark);
    for (const name of this.#open) {
      if (state) this.#showView(name, state);
      else this.board.charts[name].say(this.scene.reason || "computing…");
    }
  }

  /**
   * @param {string} name
   * @param {State} state
   */
  #showView(name, state) {
    const chart = this.board.charts[name];
    const items = WINDOW_VIEWS[name].items(state);
    const found = items.map((item) => this.windows.get(state.span, item));
    const error = found.find((one) => one?.error !== undefined)?.error;
    if (items.length === 0) this.#leave(name, "click a pixel of the film, or give its row and column");
    else if (error !== undefined) chart.say(error, true);
    else if (found.includes(undefined)) chart.say("computing…");
    else this.#draw(name, state, /** @type {import("./window.js").Measure[]} */ (found));
    if (name in TIME_VIEWS) chart.cursor(timeOf(state, state.frame));
  }

  /**
   * @param {string} name
   * @param {string} why
   */
  #leave(name, why) {
    this.board.charts[name].clear();
    this.board.charts[name].say(why);
    delete this.shown[name];
  }

  /**
   * @param {string} name
   * @param {State} state
   * @param {import("./window.js").Measure[]} found
   */
  #draw(name, state, found) {
    const { film, facts, span } = state;
    const dress = name === "slice" ? dressOf(this.table.stage) : "";
    const items = WINDOW_VIEWS[name].items(state);
    const key = [Object.values(span), items, film.low, film.high, Object.values(facts), dress].join();
    if (this.shown[name]?.key !== key) this.shown[name] = { key, nothing: this.#plot(name, state, found) };
    const { nothing } = this.shown[name];
    this.board.charts[name].say(nothing);
    if (nothing === "") this.board.charts[name].tell(WINDOW_VIEWS[name].tell(state, found));
    if (name === "traces") this.pixelPicks.tell(valueTexts(state, found));
  }

  /**
   * Draws a view, or says why there is nothing to draw.
   * @param {string} name
   * @param {State} state
   * @param {import("./window.js").Measure[]} found
   */
  #plot(name, state, found) {
    const chart = this.board.charts[name];
    const plot = WINDOW_VIEWS[name].plot(state, found);
    if (typeof plot === "string") {
      chart.clear();
      return plot;
    }
    chart.show(name === "slice" ? { ...plot, picture: sliceCanvas(found[0], state.film, this.table.stage) } : plot);
    return "";
  }
}
