// @ts-check
/** One view of a bench in a page, with a position of its own. */

import { Code } from "./code.js";
import { element } from "./element.js";
import { actionOf } from "../player/keys.js";
import { Look } from "../player/look.js";
import { Player } from "../player/player.js";
import { fitMessage, picturesOf, readMessage, turnMessage } from "../kernel/protocol.js";
import { Stage } from "../player/stage.js";
import { statusOf } from "../player/status.js";
import { Transport } from "../player/transport.js";
import { Turns } from "../knobs/turns.js";
import { Warden } from "../guard/warden.js";

/** Milliseconds from look to look at whether the kernel answers. */
const STATUS_PAUSE = 250;

export class BenchView {
  /**
   * @param {import("../kernel/link.js").Link} link
   * @param {(table: import("./parts.js").Table) => Pick<import("./parts.js").Parts, "beside" | "drawers" | "all" | "facts" | "receive">} partsOn
   */
  constructor(link, partsOn) {
    this.link = link;
    this.number = Math.floor(Math.random() * 2 ** 31);
    this.clipped = { clipped: 0, total: 0 };
    this.wasGone = link.gone;
    const send = (/** @type {object} */ message) => link.send(message);
    this.turns = new Turns((number, knob, value) => this.#turn(number, knob, value), "parameters");
    this.player = new Player(link.get("film"), {
      order: (number, frames, manner) => send(readMessage(this.number, number, this.player.film.generation, frames, manner)),
      paint: (picture) => this.#paint(picture),
      changed: () => this.changed(),
      now: () => performance.now(),
      suspended: () => !this.turns.settled,
    });
    this.stage = new Stage((event) => this.#key(event), () => send(fitMessage(this.number)));
    this.warden = new Warden(this.player, this.stage, send, this.number);
    this.transport = new Transport(this.player);
    this.transport.press = () => this.toggle();
    this.look = new Look(this.player, this.stage, () => this.changed());
    this.code = new Code();
    this.status = element("div", { class: "wb-status", role: "status" });
    this.title = element("div", { class: "wb-title" });
    const table = { view: this.number, model: link, player: this.player, stage: this.stage, warden: this.warden, key: (/** @type {KeyboardEvent} */ event) => this.#key(event), send };
    this.parts = partsOn(table);
    this.element = this.#layout();
    this.#listen();
    this.#film();
    this.#facts(link.get("parts"));
    this.turns.show(link.get("controls"));
  }

  #layout() {
    const screens = element("div", { class: "wb-screens" }, this.stage.element, ...this.parts.beside);
    const film = element("div", { class: "wb-film" }, screens, this.transport.element, this.warden.element, this.look.element);
    const body = element("div", { class: "wb-body" }, film, this.turns.element);
    const stop = (/** @type {Event} */ event) => event.stopPropagation();
    const kind = this.link.frozen ? "wb-bench wb-frozen" : "wb-bench";
    const root = element("section", { class: kind, "aria-label": "bench", "data-lm-suppress-shortcuts": "true" });
    for (const key of ["keydown", "keyup", "keypress"]) root.addEventListener(key, stop);
    root.append(this.title, body, ...this.parts.drawers, this.status, this.code.element);
    return root;
  }

  #listen() {
    this.link.onDoubt(() => this.player.ask());
    this.link.on("change:film", () => this.#film());
    this.link.on("change:controls", () => this.turns.show(this.link.get("controls")));
    this.link.on("change:code", () => this.code.show(this.link.get("code")));
    this.link.on("change:parts", () => this.#facts(this.link.get("parts")));
    this.link.on("msg:custom", (content, buffers) => this.#receive(content, buffers));
    this.code.show(this.link.get("code"));
    this.timer = setInterval(() => this.#watch(), STATUS_PAUSE);
  }

  close() {
    this.player.playing = false;
    clearInterval(this.timer);
    this.link.close();
    this.parts.all("close");
  }

  /** @param {Record<string, any>} facts of each part of the bench */
  #facts(facts) {
    this.code.identify(facts.identity);
    this.parts.facts(facts);
  }

  /**
   * @param {number} number
   * @param {string} knob
   * @param {unknown} value
   */
  #turn(number, knob, value) {
    this.link.send(turnMessage(this.number, number, knob, value, this.player.position, this.player.manner));
  }

  /** @param {import("../player/buffer.js").Picture} picture */
  #paint(picture) {
    const { playing, film } = this.player;
    if (this.warden.see("film", picture, this.stage, film, playing)) this.stage.show(picture);
    this.parts.all("painted", picture);
  }

  #film() {
    const whole = this.link.get("film");
    const film = this.link.clip?.film(whole) ?? whole;
    const another = film.name !== this.title.dataset.name;
    if (another || film.signed !== this.signed) {
      this.stage.map = film.signed ? "diverging" : "grey";
      this.look.key = "";
      this.stage.dress();
    }
    this.signed = film.signed;
    this.title.dataset.name = film.name;
    this.title.replaceChildren(element("strong", {}, film.name), element("span", {}, film.about));
    this.player.setFilm(film);
    this.look.show();
    this.stage.setRange(film.low, film.high, this.player.channel < 0);
    this.stage.fit(film);
    this.parts.all("film", film);
    this.changed();
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  #receive(content, buffers) {
    if (this.parts.receive(content, buffers) || content.view !== this.number) return;
    if (content.op === "pictures") this.#pictures(content, content.order, buffers);
    else if (content.op === "turned") this.#turned(content, buffers);
    else if (content.op === "refused") this.#refused(content);
    else if (content.op === "flash") this.warden.answer(content);
    else if (content.op === "stale") this.player.receive(content.order, -1, 0, []);
    else if (content.op === "error") this.player.fail(content.order, content.message);
  }

  /**
   * @param {any} content
   * @param {number | null} order
   * @param {DataView[]} buffers
   */
  #pictures(content, order, buffers) {
    const current = this.player.receive(order, content.generation, content.service, picturesOf(content, buffers));
    if (!current) return;
    this.clipped = content;
    this.stage.refit.classList.toggle("wb-wanted", content.clipped > 0);
    if (content.length !== this.player.film.length) this.#measured(content.length);
  }

  /**
   * The film has another length than it had: more was put into it, or its end was found.
   * @param {number | null} length
   */
  #measured(length) {
    this.player.film = { ...this.player.film, length };
    this.look.show();
    if (length !== null && this.player.position >= length) this.player.seek(length - 1);
    else this.changed();
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  #turned(content, buffers) {
    this.turns.answered(content);
    this.#pictures(content, null, buffers);
  }

  /** @param {any} content */
  #refused(content) {
    this.turns.answered(content);
    this.player.pump();
    this.changed();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const action = actionOf(event);
    if (action === null) return;
    event.preventDefault();
    const { film } = this.player;
    if (action === "toggle") this.toggle();
    else if (action === "forward") this.player.stepBy(1);
    else if (action === "back") this.player.stepBy(-1);
    else if (action === "first") this.player.seek(film.first);
    else this.player.seek(film.length === null ? this.player.position : film.length - 1);
  }

  toggle() {
    if (this.player.playing) this.player.pause();
    else this.warden.play();
  }

  get #waiting() {
    return Math.max(this.turns.waiting, this.player.ledger.waiting(performance.now()));
  }

  /** Where messages were lost they are sent again; where the kernel went or came back, the film is what is left of it. */
  #watch() {
    if (this.link.isLost(this.#waiting)) this.#forget();
    if (this.link.gone !== this.wasGone) this.#film();
    this.wasGone = this.link.gone;
    this.warden.watch(this.turns.settled);
    this.parts.all("watch");
    this.changed();
  }

  #forget() {
    this.turns.forget();
    this.warden.flashes.asked = null;
    this.parts.all("lost");
    this.player.reorder();
  }

  /** Something that is shown has changed. */
  changed() {
    if (this.player.playing && !this.ticking) this.#tick();
    const words = statusOf(this.player, this.clipped, this.#waiting, this.link.words);
    if (this.status.textContent !== words) this.status.textContent = words;
    this.status.classList.toggle("wb-trouble", this.player.trouble !== "");
    this.transport.show();
    const { film, position } = this.player;
    this.stage.canvas.setAttribute("aria-label", `${film.name}, frame ${position}, ${film.rows} by ${film.columns} pixels`);
    this.element.dataset.frame = String(this.player.painted?.frame ?? "");
  }

  #tick() {
    this.ticking = true;
    requestAnimationFrame((time) => {
      this.ticking = false;
      this.player.tick(time);
      if (this.player.playing && !this.ticking) this.#tick();
    });
  }
}
