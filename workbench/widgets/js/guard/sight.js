// @ts-check
/** Sight: what flashes of the two pictures that stand side by side, the film's and the model's. Their areas are added, as if both
 * lay within 10° of the visual field. Charts, the raster and what else is on the page are not judged.
 */

import { FLASH_AREA, FlashCount } from "./flashes.js";

export class Sight {
  constructor() {
    this.counts = { film: new FlashCount(), model: new FlashCount() };
    this.areas = { film: 0, model: 0 };
  }

  /**
   * What flashes more than three times a second once a picture is painted, in words; none where all is calm.
   * @param {"film" | "model"} which
   * @param {import("../player/buffer.js").Picture} picture
   * @param {number} zoom CSS pixels to a pixel of the film
   * @param {Float64Array[]} lights
   * @param {number} time milliseconds
   */
  see(which, picture, zoom, lights, time) {
    this.areas[which] = this.counts[which].add(picture, zoom * picture.shrink, lights, time);
    return flashing(this.areas);
  }

  /**
   * A picture that a person asked for stands: what came before it is over.
   * @param {"film" | "model"} which
   */
  rest(which) {
    this.counts[which].forget();
    this.areas[which] = 0;
  }
}

/** @param {{film: number, model: number}} areas that flash, CSS px² */
function flashing({ film, model }) {
  if (film + model <= FLASH_AREA) return "";
  if (film > FLASH_AREA && model > FLASH_AREA) return "Film and model flash";
  if (film > FLASH_AREA) return "The film flashes";
  return model > FLASH_AREA ? "The model's film flashes" : "Film and model together flash";
}
