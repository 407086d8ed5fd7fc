// @ts-check
/** A stretch of the film to be taken: where it is when nobody has said anything, what was typed, and what it is in words. */

import { numberText } from "../knobs/scale.js";

/** Frames of an endless film to begin with. */
const ENDLESS_FRAMES = 1000;

/**
 * From `start` up to `stop`, the first frame left out; null: to the end, wherever that is.
 * @typedef {{start: number, stop: number | null}} Stretch
 */

/**
 * The whole film, or the first frames of an endless one.
 * @param {{first: number, length: number | null}} film
 * @param {boolean} endless
 * @returns {Stretch}
 */
export function wholeStretch({ first, length }, endless) {
  return { start: first, stop: endless ? first + ENDLESS_FRAMES : length };
}

/**
 * The stretch that two boxes say, or null where one of them is no frame number. An empty second one is the end.
 * @param {string} from
 * @param {string} upTo
 * @returns {Stretch | null}
 */
export function typedStretch(from, upTo) {
  const [start, stop] = [from, upTo].map((text) => (/^\d{1,15}$/.test(text.trim()) ? Number(text) : null));
  if (start === null || (stop === null && upTo.trim() !== "")) return null;
  return { start, stop };
}

/**
 * @param {Stretch | null} stretch
 * @param {number} dt seconds from frame to frame
 * @param {number} zero the time of frame 0 in seconds
 */
export function stretchWords(stretch, dt, zero = 0) {
  if (stretch === null) return "give whole numbers, 0 or more";
  const { start, stop } = stretch;
  const from = numberText(zero + start * dt, 6);
  if (stop === null) return `to the end, from ${from} s on`;
  if (stop <= start) return "no frames: the second is the first one left out";
  return `${stop - start} ${stop - start === 1 ? "frame" : "frames"}, ${from} s to ${numberText(zero + stop * dt, 6)} s`;
}

/**
 * The time that is left, rounded as one would say it.
 * @param {number | null} seconds
 */
export function leftWords(seconds) {
  if (seconds === null) return "";
  const whole = Math.ceil(seconds);
  if (whole < 100) return `${whole} s left`;
  const minutes = Math.ceil(whole / 60);
  return minutes < 100 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
