// @ts-check
/** The status line: what is on, what was left out, and what has become of the kernel. */

import { numberText, percentText } from "../knobs/scale.js";

/** Milliseconds without an answer after which the kernel is called busy. */
const BUSY_AFTER = 1000;

/**
 * @param {import("./player.js").Player} player
 * @param {{clipped: number, total: number}} values of the last pictures
 * @param {number} waiting milliseconds
 * @param {string} kernel what has become of it, where it is not simply there
 */
export function statusOf(player, values, waiting, kernel = "") {
  if (player.trouble) return player.trouble;
  const { film, position, playing, rate, painted } = player;
  const busy = waiting > BUSY_AFTER;
  const words = kernel ? [kernel] : busy ? ["kernel busy"] : [];
  if (player.isEmpty) return [...words, "no frames"].join(" · ");
  if (!busy) words.push(playing ? "playing" : "paused");
  words.push(`frame ${position} at ${numberText(film.t_zero + position * film.dt, 6)} s`);
  words.push(`${film.rows} × ${film.columns} px`);
  if (film.live) words.push("live");
  else if (playing) words.push(speedWords(rate, film.dt, player.step));
  const shrink = (painted?.shrink ?? 1) * (film.averaged ?? 1);
  if (shrink > 1) words.push(`preview averaged over ${shrink} × ${shrink} px`);
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
