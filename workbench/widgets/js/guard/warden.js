// @ts-check
/** The warden at the play button. It asks the kernel whether the next second of the film flashes, and holds it until told; and of
 * whatever moves by itself, the model's film too, it counts the flashes as they are painted, and stops before the fourth.
 */

import { stepFor } from "../player/clock.js";
import { element } from "../page/element.js";
import { Consent, FlashWatch, notice } from "./guard.js";
import { flashMessage } from "../kernel/protocol.js";
import { lightsOf } from "./flashes.js";
import { Sight } from "./sight.js";

export class Warden {
  /**
   * @param {import("../player/player.js").Player} player
   * @param {import("../player/stage.js").Stage} stage
   * @param {(message: object) => void} send
   * @param {number} view
   */
  constructor(player, stage, send, view) {
    this.player = player;
    this.stage = stage;
    this.send = send;
    this.view = view;
    this.flashes = new FlashWatch();
    this.consent = new Consent(storage(), location.pathname);
    this.wanted = false;
    this.sight = new Sight();
    this.seen = { key: "", flashing: "" };
    /** How the model is shown, for a key. */
    this.model = () => "";
    this.words = element("span", {});
    const button = element("button", { type: "button", class: "wb-button wb-words", onclick: () => this.agree() }, "Play anyway");
    this.element = element("div", { class: "wb-notice", role: "note", hidden: true }, this.words, button);
  }

  get #reduced() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** What changes the answer: the film, how fast and how large it is shown. */
  get #key() {
    const { film, rate, channel } = this.player;
    return [film.generation, rate, channel, this.stage.zoomFor(film), this.stage.contrast].join();
  }

  /** What changes what is seen, colours and model too. */
  get #look() {
    return [this.#key, this.stage.map, this.model()].join();
  }

  /** What flashes, in words. */
  get #flashing() {
    const risky = this.flashes.covers(this.#key, this.player.position) && this.flashes.report?.risky === true;
    if (risky) return "The film flashes";
    return this.seen.key === this.#look ? this.seen.flashing : "";
  }

  get #notice() {
    return notice(this.#flashing, this.#reduced, this.consent.isGiven);
  }

  /** A person asks for play: at once where nothing speaks against it, after the kernel's answer where it is not known. */
  play() {
    this.wanted = !this.player.isEmpty;
    this.#decide();
  }

  /** The button goes away with the notice: the film has the keyboard then, so that space stops it. */
  agree() {
    this.consent.give();
    this.stage.focus.focus({ preventScroll: true });
    this.play();
  }

  /**
   * Sees a picture that is about to be painted, and gives whether it may be. What plays is stopped where something flashes with
   * it, and stands on it: it ends the third flash. What moves otherwise, a model on a long way, is kept from sight; what a person
   * asked for (not `moving`) never is.
   * @param {"film" | "model"} which
   * @param {import("../player/buffer.js").Picture} picture
   * @param {import("../player/stage.js").Stage} stage
   * @param {{rows: number, columns: number}} film
   * @param {boolean} moving
   */
  see(which, picture, stage, film, moving) {
    if (!moving) this.sight.rest(which);
    if (!moving || this.consent.isGiven) return true;
    const lights = lightsOf(picture.channels, stage.table, stage.contrastBytes);
    const flashing = this.sight.see(which, picture, stage.zoomFor(film), lights, performance.now());
    if (flashing === "" || !this.player.playing) return flashing === "";
    this.seen = { key: this.#look, flashing };
    this.#decide();
    return true;
  }

  #decide() {
    if (this.consent.isGiven || (this.flashes.covers(this.#key, this.player.position) && this.#notice === null)) {
      if (this.wanted) this.player.play();
      this.wanted = false;
    } else if (this.#notice !== null) {
      this.wanted = false;
      if (this.player.playing) this.player.pause();
    } else {
      this.#ask();
    }
    this.#show();
  }

  /**
   * Called now and then: keeps the answer ahead of the film.
   * @param {boolean} settled no change of the recipe under way
   */
  watch(settled) {
    if (settled && !this.consent.isGiven && !this.player.isEmpty && !this.player.trouble) {
      if (!this.flashes.covers(this.#key, this.#next)) this.#ask();
      if (this.player.playing) this.#decide();
    }
    this.#show();
  }

  /** The frame shown half a second from now. */
  get #next() {
    const { playing, position, rate, film } = this.player;
    const frame = position + (playing ? rate / 2 : 0);
    return film.length === null ? frame : Math.min(frame, film.length - 1);
  }

  #ask() {
    const { film, position, rate, channel } = this.player;
    const key = this.#key;
    if (this.flashes.asked === key) return;
    this.flashes.asked = key;
    const seen = { rate, zoom: this.stage.zoomFor(film), contrast: this.stage.contrast, step: stepFor(rate), channel };
    this.send(flashMessage(this.view, film.generation, position, seen));
  }

  /** @param {{start: number, stop: number, risky: boolean, generation: number}} content */
  answer(content) {
    const key = this.flashes.asked;
    this.flashes.asked = null;
    if (key !== null && content.generation === this.player.film.generation) this.flashes.answer(key, content);
    if (this.wanted || this.player.playing) this.#decide();
    this.#show();
  }

  #show() {
    const words = this.#notice;
    this.element.hidden = words === null || this.player.playing;
    if (words !== null) this.words.textContent = words;
  }
}

function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
