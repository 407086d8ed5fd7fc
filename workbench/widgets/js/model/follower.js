// @ts-check
/** The follower: which of a model's pictures to order for what the player shows, and which are here. Knows neither page nor kernel. */

import { PictureBuffer } from "../player/buffer.js";
import { chunkOf, framesAhead, horizonOf } from "../player/orders.js";

/** Bytes kept, and of what is ordered ahead: the model works in pieces, and the next one has to be on its way in time. */
const KEPT = 24e6;
const AHEAD_BYTES = 2e6;
const AHEAD_FRAMES = 96;
const MOST_FRAMES = 256;
/** Resting, frames before and after the present one; more of them where a raster shows them. */
const AROUND = { few: [2, 4], many: [160, 40] };

/**
 * @typedef {import("../kernel/protocol.js").Manner} Manner
 * @typedef {{start: number, count: number}} Run
 * @typedef {(number: number, run: Run, manner: Manner, after: boolean) => void} Send
 */

export class Follower {
  /** @param {Send} send */
  constructor(send) {
    this.send = send;
    this.buffer = new PictureBuffer(KEPT);
    /** @type {Map<number, Set<number>>} frames under way, by order */
    this.orders = new Map();
    this.number = 0;
    this.manner = "";
    this.trouble = "";
    this.stopped = false;
  }

  /** Another film: nothing that is here or under way is of it. */
  forget() {
    this.buffer.clear();
    this.reorder();
    this.trouble = "";
    this.stopped = false;
  }

  /** What is under way is lost, or no longer wanted. */
  reorder() {
    this.orders.clear();
  }

  /**
   * Orders what is missing. As long as the first missing frame is under way, only whole chunks are added to that; else
   * everything wanted is ordered anew, and the kernel drops what it has not made yet.
   * @param {number[]} frames wanted, the most urgent first
   * @param {Manner} manner
   * @param {number} chunk
   */
  pump(frames, manner, chunk) {
    if (this.trouble || this.stopped) return;
    const key = JSON.stringify(manner);
    if (key !== this.manner) this.orders.clear();
    this.manner = key;
    const missing = frames.filter((frame) => !this.buffer.has(frame, manner.shrink));
    if (missing.length === 0) return;
    const underWay = new Set([...this.orders.values()].flatMap((order) => [...order]));
    const after = underWay.has(missing[0]);
    const wanted = after ? missing.filter((frame) => !underWay.has(frame)) : missing;
    if (after && wanted.length < chunk) return;
    if (!after) this.orders.clear();
    runsOf(wanted, manner.step).forEach((run, k) => this.#order(run, manner, after || k > 0));
  }

  /**
   * @param {Run} run
   * @param {Manner} manner
   * @param {boolean} after
   */
  #order(run, manner, after) {
    this.orders.set(++this.number, new Set(Array.from({ length: run.count }, (_, k) => run.start + k * manner.step)));
    this.send(this.number, run, manner, after);
  }

  /**
   * Pictures of the present film came.
   * @param {number} number of their order
   * @param {boolean} done with all of it
   * @param {import("../player/buffer.js").Picture[]} pictures
   * @param {number} around
   */
  receive(number, done, pictures, around) {
    for (const { frame } of pictures) this.orders.get(number)?.delete(frame);
    if (done) this.orders.delete(number);
    this.buffer.add(pictures, around);
  }

  /** @param {string} message */
  fail(message) {
    this.trouble = message;
    this.orders.clear();
  }
}

/**
 * Frames in order, as runs of neighbours.
 * @param {number[]} frames
 * @param {number} step
 */
export function runsOf(frames, step) {
  /** @type {Run[]} */
  const runs = [];
  for (const frame of frames) {
    const last = runs.at(-1);
    if (last && frame === last.start + last.count * step && last.count < MOST_FRAMES) last.count += 1;
    else runs.push({ start: frame, count: 1 });
  }
  return runs;
}

/**
 * The frames that a model should have ready, for a film that plays or rests.
 * @param {{playing: boolean, position: number, rate: number, step: number, loop: boolean, first: number, length: number | null}} film
 * @param {number} bytes of a picture
 * @param {number} roundTrip seconds
 * @param {boolean} many of them where it rests
 */
export function framesFor({ playing, position, rate, step, loop, first, length }, bytes, roundTrip, many) {
  if (playing) {
    const ahead = Math.max(horizonOf(rate / step, roundTrip), Math.min(AHEAD_FRAMES, Math.floor(AHEAD_BYTES / bytes)));
    return { frames: framesAhead(position, ahead, { first, length, step, loop }), chunk: chunkOf(rate / step) };
  }
  const [before, after] = AROUND[many ? "many" : "few"];
  const end = length === null ? position + after : Math.min(position + after, length - 1);
  const start = Math.max(first, position - before);
  return { frames: Array.from({ length: Math.max(0, end - start + 1) }, (_, k) => start + k), chunk: 1 };
}
