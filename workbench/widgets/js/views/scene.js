// @ts-check
/** Where the views stand: which film, which window, which frame; and why there is none. */

import { windowAt } from "./window.js";

/** @typedef {import("./plots.js").State} State */

/** Seconds on the screen below which a window is not asked for: it is looked for another one only four times a second. */
const SHORTEST = 0.25;

export class Scene {
  /** @param {import("../page/parts.js").Table} table */
  constructor({ player, model }) {
    this.player = player;
    this.link = model;
    /** @type {State["facts"] | null} */
    this.facts = null;
  }

  /**
   * @param {number[][]} pixels
   * @param {number[] | null} line
   * @returns {State | null} null where there is nothing to measure
   */
  state(pixels, line) {
    const { film, channel, position } = this.player;
    const { facts } = this;
    if (facts === null || this.reason !== "") return null;
    const span = windowAt(position, film, channel, facts.frames);
    return span && { film, facts, span, frame: position, pixels, line };
  }

  /** Why there is nothing to show of a window; empty where there is. */
  get reason() {
    const { film, isEmpty } = this.player;
    if (film.live) return "a live film cannot be read again: record some frames of it";
    if (this.link.gone) return "no kernel to ask";
    if (isEmpty) return "no frames";
    if (this.facts?.frames === 0) return "a frame of this film is too large for this view";
    return this.#isTooFast ? "measured when the film rests: too large to follow" : "";
  }

  /** Does the film play so fast that its windows are over before they could be measured? */
  get #isTooFast() {
    const { playing, rate } = this.player;
    return playing && this.facts !== null && this.facts.frames / rate < SHORTEST;
  }

  /**
   * While the film plays, the window after the present one.
   * @param {State} state
   */
  ahead({ film, facts, span }) {
    const { channel, playing } = this.player;
    return playing ? windowAt(span.start + span.count, film, channel, facts.frames) : null;
  }

  /** What has to be said of all views of this film. */
  get remark() {
    const { film, channel } = this.player;
    const { facts } = this;
    const few = facts && facts.frames < facts.most ? [`windows of ${facts.frames} frames, as this film is large`] : [];
    const grey = film.channels === 3 && channel < 0 ? ["values are the mean of red, green and blue"] : [];
    return [...few, ...grey].join(" · ");
  }
}
