// @ts-check
/** The choices of a model: which one, which of its films, which channel, which colours. */

import { MAPS } from "../player/colours.js";
import { choice, element } from "../page/element.js";
import { channelsOf } from "../player/look.js";

const NO_MODEL = "A model is shown the same frames, beside the film.";

/**
 * @typedef {{model: (number: number) => void, output: (number: number) => void, channel: (number: number) => void,
 *   colours: (name: string) => void}} Chosen
 */

export class ModelChoices {
  /** @param {Chosen} chosen */
  constructor(chosen) {
    this.chosen = chosen;
    this.key = "";
    this.row = element("div", { class: "wb-look", role: "group", "aria-label": "model shown" });
    this.about = element("div", { class: "wb-about" });
    this.element = element("div", { class: "wb-model-choices" }, this.row, this.about);
  }

  /**
   * @param {import("./beside.js").ModelFacts} told
   * @param {number} channel
   * @param {string} map
   */
  show(told, channel, map) {
    const { choices, film } = told;
    const key = JSON.stringify([choices, told.choice, film?.outputs, film?.output, film?.channels, film?.colours]);
    if (key === this.key) return;
    this.key = key;
    const models = choices.map(({ name }, k) => /** @type {[string, string]} */ ([String(k), name]));
    const pick = choice("model", [["-1", "none"], ...models], String(told.choice), (number) => this.chosen.model(Number(number)));
    this.row.replaceChildren(pick, ...(film ? this.#ofFilm(film, channel, map) : []));
    this.about.textContent = choices[told.choice]?.about ?? NO_MODEL;
  }

  /**
   * @param {import("./beside.js").ModelFilm} film
   * @param {number} channel
   * @param {string} map
   */
  #ofFilm({ outputs, output, channels }, channel, map) {
    const made = [];
    if (outputs.length > 1) {
      const names = outputs.map((name, k) => /** @type {[string, string]} */ ([String(k), name]));
      made.push(choice("output", names, String(outputs.indexOf(output)), (number) => this.chosen.output(Number(number))));
    }
    const several = channelsOf(channels);
    if (several.length) made.push(choice("channel", several, String(channel), (number) => this.chosen.channel(Number(number))));
    const maps = MAPS.map((name) => /** @type {[string, string]} */ ([name, name]));
    made.push(choice("colours", maps, map, (name) => this.chosen.colours(name)));
    return made;
  }
}
