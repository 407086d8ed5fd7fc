// @ts-check
/** The player: where the film stands, what to order, what to paint. Knows neither page nor kernel. */

import { advance, clampFrame, frameAt, stepFor } from "./clock.js";
import { PictureBuffer } from "./buffer.js";
import { Ledger } from "./ledger.js";
import { chunkOf, framesAbout, framesAhead, horizonOf, nextOrder, playingShrink, restingShrink } from "./orders.js";

/** A tick later than this stands for a page that was hidden: the film does not run on meanwhile. */
const LONGEST_TICK = 250;
/** Orders under way while the film rests: a scrub must not collect a queue. */
const RESTING_ORDERS = 2;
const NEIGHBOUR_CHUNK = 8;
/** Orders under way of a live film: one is shown while the next one is taken. */
const LIVE_ORDERS = 2;

/**
 * @typedef {{generation: number, name: string, first: number, length: number | null, rows: number, columns: number,
 *   channels: number, t_zero: number, dt: number, position: number, low: number, high: number, signed: boolean, live: boolean, averaged?: number}} Film
 * A live film has only its next frame: playing asks for it again and again. One that is `averaged` has lost its fine detail.
 * @typedef {{order: (number: number, frames: {start: number, count: number}, manner: import("../kernel/protocol.js").Manner) => void, paint: (picture: import("./buffer.js").Picture) => void,
 *   changed: () => void, now: () => number, suspended: () => boolean}} Ports
 */

export class Player {
  /**
   * @param {Film} film
   * @param {Ports} ports
   */
  constructor(film, ports) {
    this.film = film;
    this.ports = ports;
    this.buffer = new PictureBuffer();
    this.ledger = new Ledger();
    this.playing = false;
    this.loop = true;
    this.rate = Math.min(60, 1 / film.dt);
    this.channel = film.channels === 3 ? -1 : 0;
    this.position = clampFrame(film.position, film);
    this.clock = this.position;
    this.lastTick = 0;
    /** @type {import("./buffer.js").Picture | null} */
    this.painted = null;
    this.trouble = "";
  }

  get step() {
    return this.playing && !this.film.live ? stepFor(this.rate) : 1;
  }

  get manner() {
    const bytes = this.film.rows * this.film.columns * (this.channel < 0 ? 3 : 1);
    const shrink = this.playing || this.film.live ? playingShrink(bytes, this.rate / this.step) : restingShrink(bytes);
    return { step: this.step, shrink: Math.max(shrink, restingShrink(bytes)), channel: this.channel };
  }

  get #timeline() {
    return { first: this.film.first, length: this.film.length, step: this.step, loop: this.loop };
  }

  get isEmpty() {
    return this.film.length !== null && this.film.length <= this.film.first;
  }

  /**
   * Another film, or the same with another recipe: what is here no longer holds; the last picture stays in sight.
   * @param {Film} film
   */
  setFilm(film) {
    if (film.channels !== this.film.channels) this.channel = film.channels === 3 ? -1 : 0;
    this.film = film;
    this.#forget();
    this.seek(this.position);
  }

  /** @param {number} channel -1: colour */
  setChannel(channel) {
    this.channel = channel;
    this.#forget();
    this.pump();
  }

  /** What is under way was lost: it is ordered again. */
  reorder() {
    this.ledger.underWay.clear();
    this.pump();
  }

  /** Orders the present frame though it is here: is there still somebody who answers? */
  ask() {
    const next = { start: this.position, count: 1 };
    if (!this.isEmpty) this.ports.order(this.ledger.open({ ...next, ...this.manner }, this.ports.now()), next, this.manner);
  }

  #forget() {
    this.ledger.epoch += 1;
    this.trouble = "";
    this.buffer.clear();
  }

  /** @param {number} frame */
  seek(frame) {
    this.trouble = "";
    if (!this.film.live) this.position = clampFrame(frame, this.film);
    this.clock = this.position;
    this.refresh();
    this.pump();
    this.ports.changed();
  }

  play() {
    if (this.isEmpty) return;
    const { length, first } = this.film;
    this.playing = true;
    this.trouble = "";
    this.lastTick = this.ports.now();
    if (length !== null && this.position + this.step >= length) this.position = first;
    this.seek(frameAt(this.position, this.step, first));
  }

  pause() {
    this.playing = false;
    this.seek(this.position);
  }

  /** @param {number} frames */
  stepBy(frames) {
    this.playing = false;
    this.seek(this.position + frames);
  }

  /**
   * One tick of the screen. A frame that is not here yet holds the clock: late frames are waited for, not left out.
   * @param {number} time milliseconds
   */
  tick(time) {
    const elapsed = Math.min(LONGEST_TICK, Math.max(0, time - this.lastTick)) / 1000;
    this.lastTick = time;
    if (!this.playing || this.film.live) return;
    const next = advance(this.clock, elapsed * this.rate, this.#timeline);
    const frame = next.ended ? clampFrame(next.clock, this.film) : frameAt(next.clock, this.step, this.film.first);
    if (next.ended) {
      this.playing = false;
      this.seek(frame);
      return;
    }
    this.clock = this.buffer.has(frame, this.manner.shrink) ? next.clock : this.position;
    if (this.clock === next.clock && frame !== this.position) this.#show(frame);
    this.pump();
  }

  /** @param {number} frame */
  #show(frame) {
    this.position = frame;
    this.refresh();
    this.ports.changed();
  }

  /** Paints the present frame, if it is here and not painted already. */
  refresh() {
    const picture = this.buffer.get(this.position);
    if (picture === undefined || picture === this.painted) return;
    this.painted = picture;
    this.ports.paint(picture);
  }

  /**
   * Pictures of an order, or of a change of the recipe (which has no order).
   * @param {number | null} number
   * @param {number} generation
   * @param {number} service milliseconds in the kernel
   * @param {import("./buffer.js").Picture[]} pictures
   */
  receive(number, generation, service, pictures) {
    if (number !== null) this.ledger.measure(number, this.ports.now(), service);
    const current = (number === null || this.ledger.close(number)) && generation === this.film.generation;
    if (current) this.buffer.add(pictures, this.position);
    if (current && this.film.live) this.#arrived(pictures);
    this.refresh();
    this.pump();
    this.ports.changed();
    return current;
  }

  /**
   * The newest frame of a live film is the present one.
   * @param {import("./buffer.js").Picture[]} pictures
   */
  #arrived(pictures) {
    this.position = pictures.at(-1)?.frame ?? this.position;
    this.buffer.keep(this.position);
  }

  /**
   * The kernel could not make an order.
   * @param {number} number
   * @param {string} message
   */
  fail(number, message) {
    if (!this.ledger.close(number)) return;
    this.trouble = message;
    this.playing = false;
    this.ports.changed();
  }

  /** Sends the orders that are due. */
  pump() {
    if (this.trouble || this.isEmpty || this.ports.suspended()) return;
    if (this.film.live) this.#orderLive();
    else this.#orderFrames();
  }

  /** One frame to begin with, and while it plays always the next ones. */
  #orderLive() {
    const wanted = this.playing ? LIVE_ORDERS : this.buffer.pictures.size === 0 ? 1 : 0;
    while (this.ledger.present.length < wanted) {
      const next = { start: this.position, count: 1 };
      this.ports.order(this.ledger.open({ ...next, ...this.manner }, this.ports.now()), next, this.manner);
    }
  }

  #orderFrames() {
    const { manner, playing } = this;
    const pictures = this.rate / manner.step;
    const frames = playing
      ? framesAhead(this.position, horizonOf(pictures, this.ledger.roundTrip), this.#timeline)
      : framesAbout(this.position, this.film);
    const chunk = playing ? chunkOf(pictures) : NEIGHBOUR_CHUNK;
    const ordered = this.ledger.frames(manner.shrink);
    const missing = (/** @type {number} */ frame) => !this.buffer.has(frame, manner.shrink) && !ordered.has(frame);
    while (playing || this.ledger.present.length < RESTING_ORDERS) {
      const next = nextOrder(frames, missing, manner.step, chunk);
      if (next === null) return;
      for (let k = 0; k < next.count; k++) ordered.add(next.start + k * manner.step);
      this.ports.order(this.ledger.open({ ...next, ...manner }, this.ports.now()), next, manner);
    }
  }
}
