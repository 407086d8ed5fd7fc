// @ts-check
/** How the film is looked at: speed, loop, zoom, colours, contrast, channel. None of it reaches the recipe. */

import { MAPS } from "./colours.js";
import { choice, element } from "../page/element.js";
import { numberText } from "../knobs/scale.js";

const SPEEDS = [1, 2, 5, 10, 15, 24, 30, 60, 120, 250, 500];
const ZOOMS = [1, 2, 3, 4, 6, 8, 12, 16];

/**
 * Speeds to choose from, in frames a second, up to twice the film's own; its own is real time.
 * @param {number} dt seconds from frame to frame
 * @returns {[string, string][]}
 */
export function speedsOf(dt) {
  const own = 1 / dt;
  const others = SPEEDS.filter((rate) => rate <= 2 * own && Math.abs(rate - own) > 1e-6 * own);
  const rates = [...others, own].sort((a, b) => a - b);
  return rates.map((rate) => [String(rate), `${numberText(rate, 3)} frames/s${rate === own ? ", real time" : ""}`]);
}

/**
 * Channels to choose from: colour or one of three, else the first or another; none where there is one.
 * @param {number} channels
 * @returns {[string, string][]}
 */
export function channelsOf(channels) {
  if (channels === 1) return [];
  const names = channels === 3 ? ["red", "green", "blue"] : Array.from({ length: channels }, (_, k) => `channel ${k}`);
  const single = names.map((name, k) => /** @type {[string, string]} */ ([String(k), name]));
  return channels === 3 ? [["-1", "colour"], ...single] : single;
}

export class Look {
  /**
   * @param {import("./player.js").Player} player
   * @param {import("./stage.js").Stage} stage
   * @param {() => void} changed
   */
  constructor(player, stage, changed) {
    this.player = player;
    this.stage = stage;
    this.changed = changed;
    this.element = element("div", { class: "wb-look", role: "group", "aria-label": "view" });
    this.key = "";
  }

  /** Builds the choices for the film that is on now, if it asks for others than the last one. */
  show() {
    const { film, channel } = this.player;
    const key = [film.dt, film.channels, film.name, film.length === null, film.live, channel].join();
    if (key === this.key) return;
    this.key = key;
    const rows = [...this.#speed(), this.#zoom(), ...this.#channel(), ...this.#map(), this.#contrast(), ...this.#loop()];
    this.element.replaceChildren(...rows);
  }

  #speed() {
    if (this.player.film.live) return [];
    const speeds = speedsOf(this.player.film.dt);
    if (!speeds.some(([rate]) => Number(rate) === this.player.rate)) this.player.rate = Math.min(60, 1 / this.player.film.dt);
    if (!speeds.some(([rate]) => Number(rate) === this.player.rate)) this.player.rate = Number(speeds[0][0]);
    const choose = (/** @type {string} */ rate) => {
      this.player.rate = Number(rate);
      this.#changed();
    };
    return [choice("speed", speeds, String(this.player.rate), choose)];
  }

  #loop() {
    if (this.player.film.length === null) return [];
    const box = element("input", { type: "checkbox", onchange: () => (this.player.loop = box.checked) });
    box.checked = this.player.loop;
    return [element("label", { class: "wb-choice" }, element("span", {}, "loop"), box)];
  }

  #zoom() {
    const zooms = ZOOMS.map((zoom) => /** @type {[string, string]} */ ([String(zoom), `${zoom} ×`]));
    return choice("zoom", [["0", "fit"], ...zooms], String(this.stage.zoom), (zoom) => {
      this.stage.zoom = Number(zoom);
      this.stage.fit(this.player.film);
      this.#changed();
    });
  }

  #channel() {
    const channels = channelsOf(this.player.film.channels);
    const choose = (/** @type {string} */ value) => this.player.setChannel(Number(value));
    return channels.length ? [choice("channel", channels, String(this.player.channel), choose)] : [];
  }

  #map() {
    if (this.player.channel < 0) return [];
    const maps = MAPS.map((name) => /** @type {[string, string]} */ ([name, name]));
    return [
      choice("colours", maps, this.stage.map, (name) => {
        this.stage.map = name;
        this.stage.dress();
      }),
    ];
  }

  #contrast() {
    const words = element("output", {}, `${this.stage.contrast} ×`);
    const turn = () => {
      this.stage.contrast = Number((10 ** Number(slider.value)).toPrecision(2));
      words.textContent = `${this.stage.contrast} ×`;
      slider.setAttribute("aria-valuetext", words.textContent);
      this.stage.dress();
      this.#changed();
    };
    const slider = element("input", { type: "range", min: -1, max: 1, step: 0.02, "aria-label": "contrast", oninput: turn });
    slider.value = Math.log10(this.stage.contrast);
    return element("label", { class: "wb-choice" }, element("span", {}, "contrast"), slider, words);
  }

  #changed() {
    this.player.pump();
    this.changed();
  }
}
