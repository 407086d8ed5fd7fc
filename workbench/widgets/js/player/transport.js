// @ts-check
/** The transport bar: play, pause, step, scrub, frame number. */

import { element, icon, iconButton } from "../page/element.js";

/** Frames that the scrubber of an endless film spans, at least. */
const SHORTEST_SPAN = 1000;

/**
 * The last frame on the scrubber: of an endless film the next round number (1, 2, 5 …) beyond where it stands.
 * @param {{length: number | null}} film
 * @param {number} position
 */
export function scrubEnd({ length }, position) {
  if (length !== null) return Math.max(0, length - 1);
  for (let decade = SHORTEST_SPAN; ; decade *= 10) {
    for (const digit of [1, 2, 5]) if (digit * decade >= position * 1.25) return digit * decade;
  }
}

export class Transport {
  /** @param {import("./player.js").Player} player */
  constructor(player) {
    this.player = player;
    this.toggle = iconButton("play", "Play", () => this.press());
    this.scrub = element("input", { type: "range", class: "wb-scrub", step: 1, "aria-label": "frame" });
    this.number = element("input", { type: "text", inputmode: "numeric", class: "wb-box", "aria-label": "frame number" });
    this.total = element("span", { class: "wb-total" });
    this.steps = [
      iconButton("first", "To the first frame", () => player.seek(player.film.first)),
      iconButton("back", "One frame back", () => player.stepBy(-1)),
      iconButton("forward", "One frame on", () => player.stepBy(1)),
    ];
    this.press = () => {};
    this.dragging = false;
    this.scrub.addEventListener("input", () => this.#drag());
    this.scrub.addEventListener("change", () => this.#drop());
    this.number.addEventListener("change", () => this.#jump());
    this.element = element(
      "div",
      { class: "wb-transport", role: "group", "aria-label": "playback" },
      ...this.steps.slice(0, 2),
      this.toggle,
      this.steps[2],
      this.scrub,
      this.number,
      this.total,
    );
  }

  #drag() {
    this.dragging = true;
    this.player.seek(Number(this.scrub.value));
  }

  #drop() {
    this.dragging = false;
    this.show();
  }

  #jump() {
    const frame = Number(this.number.value);
    if (this.number.value.trim() !== "" && Number.isFinite(frame)) this.player.seek(frame);
    this.number.value = String(this.player.position); // no frame was typed, or one that is not there
    this.show();
  }

  /** Shows where the player stands. */
  show() {
    const { film, position, playing } = this.player;
    const label = playing ? "Pause" : "Play";
    if (this.toggle.title !== label) {
      this.toggle.replaceChildren(icon(playing ? "pause" : "play"));
      this.toggle.title = label;
      this.toggle.setAttribute("aria-label", label);
    }
    if (!this.dragging) {
      this.scrub.min = film.first;
      this.scrub.max = scrubEnd(film, position);
      this.scrub.value = position;
    }
    if (document.activeElement !== this.number || playing) this.number.value = position;
    for (const one of [...this.steps, this.scrub, this.number]) one.disabled = film.live;
    this.total.textContent = film.live ? "live" : film.length === null ? "endless" : `of ${film.length}`;
  }
}
