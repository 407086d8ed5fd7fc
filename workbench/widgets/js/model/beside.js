// @ts-check
/** The model beside the film: the same frame at the same time, its choices, its knobs and its raster. */

import { element } from "../page/element.js";
import { Follower, framesFor } from "./follower.js";
import { ModelChoices } from "./choices.js";
import { ModelLine } from "./line.js";
import { playingShrink, restingShrink } from "../player/orders.js";
import { picturesOf } from "../kernel/protocol.js";
import { Raster } from "./raster.js";
import { Stage } from "../player/stage.js";
import { Turns } from "../knobs/turns.js";

/**
 * What the kernel says of it. `film`: what it makes, null as long as that is not known.
 * @typedef {{rows: number, columns: number, channels: number, dt: number, t_zero: number, low: number, high: number,
 *   colours: string, spikes: boolean, outputs: string[], output: string}} ModelFilm
 * @typedef {{generation: number, choices: {name: string, about: string}[], choice: number, controls: import("../knobs/panel.js").Control[],
 *   film: ModelFilm | null, trouble: string, remarks: string[]}} ModelFacts
 */

export class Beside {
  /** @param {import("../page/parts.js").Table} table */
  constructor(table) {
    this.title = "Model";
    this.table = table;
    this.open = false;
    this.channel = 0;
    this.frame = -1;
    this.key = "";
    /** @type {ModelFacts | null} */
    this.told = null;
    /** @type {number | null} found by the model where the player does not know it yet */
    this.length = null;
    table.warden.model = () => (this.made ? [this.told?.generation, this.channel, this.stage.map].join() : "");
    const tell = (/** @type {object} */ message) => table.send({ view: table.view, ...message });
    this.tell = tell;
    this.stage = new Stage(table.key, () => tell({ op: "model fit", start: table.player.position }), { film: "Model", values: "range of the model" });
    this.turns = new Turns((turn, knob, value) => tell({ op: "model turn", turn, knob, value }), "parameters of the model");
    this.follower = new Follower((order, run, manner, after) => {
      tell({ op: "model read", order, generation: this.told?.generation ?? 0, ...run, ...manner, after });
    });
    this.line = new ModelLine(() => this.#halt());
    this.raster = new Raster();
    this.choices = new ModelChoices({
      model: (number) => tell({ op: "model", choice: number }),
      output: (number) => tell({ op: "model output", choice: number }),
      channel: (number) => this.#setChannel(number),
      colours: (name) => this.#setColours(name),
    });
    this.beside = this.stage.element;
    this.beside.classList.add("wb-model");
    this.beside.append(this.line.element);
    this.beside.hidden = true;
    this.element = element("div", { class: "wb-model-drawer" }, this.choices.element, this.raster.element, this.turns.element);
  }

  get player() {
    return this.table.player;
  }

  /** What it makes, where there is a model and a kernel. */
  get made() {
    return this.told !== null && this.told.choice >= 0 && !this.table.model.gone ? this.told.film : null;
  }

  /** @param {ModelFacts} told */
  facts(told) {
    const another = told.generation !== this.told?.generation;
    this.told = told;
    if (another) this.follower.forget();
    if (another) this.line.forget();
    if (another) this.length = null;
    this.line.say(told);
    if (told.film === null) this.stage.blank();
    if (this.made) this.#dress(this.made);
    this.choices.show(told, this.channel, this.stage.map);
    this.turns.show(told.controls);
    this.watch();
  }

  /**
   * Its colours are the kernel's until a hand chooses others; another film of it has its own again.
   * @param {ModelFilm} film
   */
  #dress(film) {
    const key = [this.told?.choice, film.output, film.colours, film.channels].join();
    if (key !== this.key) {
      this.channel = film.channels === 3 ? -1 : 0;
      this.stage.map = film.colours;
      this.stage.dress();
    }
    this.key = key;
    this.stage.setRange(film.low, film.high, this.channel < 0);
    this.stage.fit(film);
  }

  /** @param {number} channel */
  #setChannel(channel) {
    this.channel = channel;
    this.follower.forget();
    if (this.made) this.stage.setRange(this.made.low, this.made.high, channel < 0);
    this.watch();
  }

  /** @param {string} name */
  #setColours(name) {
    this.stage.map = name;
    this.stage.dress();
  }

  #halt() {
    this.follower.stopped = !this.follower.stopped;
    this.follower.reorder();
    if (this.follower.stopped) this.tell({ op: "model stop" });
    this.watch();
  }

  /** @param {import("../player/buffer.js").Picture} picture */
  painted({ frame }) {
    if (this.follower.trouble && !this.player.playing && frame !== this.frame) this.follower.trouble = "";
    this.frame = frame;
    this.#pump();
    this.#show();
  }

  /** @param {boolean} open */
  opened(open) {
    this.open = open;
    if (open) this.tell({ op: "models" });
    this.watch();
  }

  watch() {
    this.beside.hidden = (this.told?.choice ?? -1) < 0 || this.table.model.gone;
    if (this.made && this.stage.zoom !== this.table.stage.zoom) {
      this.stage.zoom = this.table.stage.zoom;
      this.stage.fit(this.made);
    }
    this.#pump();
    this.#show();
  }

  lost() {
    this.turns.forget();
    this.follower.reorder();
    this.#pump();
  }

  close() {
    this.raster.close();
  }

  /** Is its raster seen? */
  get #rasters() {
    return this.open && this.made?.spikes === true;
  }

  #pump() {
    const { made: film, player } = this;
    if (!film || player.isEmpty) return;
    const { playing, position, rate, step, loop } = player;
    const bytes = film.rows * film.columns * (this.channel < 0 ? 3 : 1);
    const shrink = Math.max(playing ? playingShrink(bytes, rate / step) : 1, restingShrink(bytes));
    const where = { playing, position, rate, step, loop, first: player.film.first, length: player.film.length ?? this.length };
    const { frames, chunk } = framesFor(where, bytes, player.ledger.roundTrip, this.#rasters);
    this.follower.pump(frames, { step, shrink, channel: this.channel }, chunk);
  }

  #show() {
    const { made: film, stage, follower, frame } = this;
    const picture = film ? follower.buffer.get(frame) : undefined;
    if (picture && picture !== stage.picture) this.#paint(picture, this.player.playing);
    const behind = picture === undefined;
    this.beside.classList.toggle("wb-behind", behind);
    this.beside.dataset.frame = String(stage.picture?.frame ?? "");
    this.beside.dataset.behind = String(behind);
    this.line.show(this, behind);
    this.raster.element.hidden = !film?.spikes;
    if (film && this.#rasters) this.raster.show(film, follower.buffer, frame);
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    if (content.view !== this.table.view) return;
    if (content.op === "turned") this.turns.answered(content);
    else if (content.op === "error") this.follower.fail(content.message);
    else if (content.generation === this.told?.generation) this.#pictures(content, buffers);
    this.#pump();
    this.#show();
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  #pictures(content, buffers) {
    const pictures = picturesOf(content, buffers);
    this.follower.receive(content.order, content.done === true, pictures, this.player.position);
    this.line.came(content);
    this.length = content.length;
    this.stage.refit.classList.toggle("wb-wanted", content.clipped > 0);
    if (content.op === "way" && !this.follower.buffer.has(this.frame, Infinity)) this.#paint(pictures[0], true);
  }

  /**
   * @param {import("../player/buffer.js").Picture} picture
   * @param {boolean} moving it comes by itself
   */
  #paint(picture, moving) {
    if (this.made && this.table.warden.see("model", picture, this.stage, this.made, moving)) this.stage.show(picture);
  }
}
