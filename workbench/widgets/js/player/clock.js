// @ts-check
/** The clock of a film: counted in frames, and free to stand between two of them. */

/** Share of a picture by which a tick may come too early and still show the next one (60 frames on 60 Hz jitter). */
const PHASE_TOLERANCE = 0.3;

/** Pictures a second that a screen is taken to show. */
const SCREEN_RATE = 60;

/**
 * Every how many frames one is shown: faster films keep their time, and the screen leaves frames out.
 * @param {number} rate frames a second
 */
export function stepFor(rate) {
  return Math.max(1, Math.floor(rate / SCREEN_RATE + 1e-9));
}

/**
 * The frame to show: the first one or a whole number of steps after it.
 * @param {number} clock
 * @param {number} step
 * @param {number} first
 */
export function frameAt(clock, step, first = 0) {
  return first + Math.max(0, Math.floor((clock - first) / step + PHASE_TOLERANCE) * step);
}

/**
 * The clock `frames` later: past the last frame it turns back to the first (loop) or stays on the last.
 * @param {number} clock
 * @param {number} frames
 * @param {{first: number, length: number | null, step: number, loop: boolean}} film
 */
export function advance(clock, frames, { first, length, step, loop }) {
  const next = clock + frames;
  if (length === null || frameAt(next, step, first) < length) return { clock: next, ended: false };
  if (loop && length > first) return { clock: first + Math.max(0, (next - length) % (length - first)), ended: false };
  return { clock: Math.max(first, length - 1), ended: true };
}

/**
 * A frame number inside the film.
 * @param {number} frame
 * @param {{first: number, length: number | null}} film
 */
export function clampFrame(frame, { first, length }) {
  const last = length === null ? Number.MAX_SAFE_INTEGER : Math.max(first, length - 1);
  return Math.min(Math.max(Math.round(frame) || 0, first), last);
}
