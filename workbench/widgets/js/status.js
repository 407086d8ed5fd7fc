// @ts-check
/** The status line: what is on, what was left out, and whether the kernel answers. */

import { numberText, percentText } from "./scale.js";

/** Milliseconds without an answer after which the kernel is called busy. */
const BUSY_AFTER = 1000;

/**
 * @param {import("./player.js").Player} player
 * @param {{clipped: number, total: number}} values of the last pictures
 * @param {number} waiting milliseconds
 */
export function statusOf(player, values, waiting) {
  if (player.trouble) return player.trouble;
  const { film, position, playing, rate, painted } = player;
  const words = [];
  if (waiting > BUSY_AFTER) words.push("kernel busy");
  if (player.isEmpty) return [...words, "no frames"].join(" · ");
  if (!waiting || waiting <= BUSY_AFTER) words.push(playing ? "playing" : "paused");
  words.push(`frame ${position} at ${numberText(position * film.dt, 6)} s`);
  words.push(`${film.rows} × ${film.columns} px`);
  if (playing) words.push(speedWords(rate, film.dt, player.step));
  if (painted && painted.shrink > 1) words.push(`preview averaged over ${painted.shrink} × ${painted.shrink} px`);
  words.push(`${percentText(values.clipped, values.total)} clipped`);
  return words.join(" · ");
}

/**
 * @param {number} rate
 * @param {number} dt
 * @param {number} step
 */
function speedWords(rate, dt, step) {
  const left = step > 1 ? `, one frame in ${step} shown` : "";
  return `${numberText(rate * dt, 3)} × real time${left}`;
}
