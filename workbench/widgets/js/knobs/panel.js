// @ts-check
/** The knob panel: built from what the kernel says of each parameter, no list of its own. */

import { element } from "../page/element.js";
import { inputFor } from "./inputs.js";

/**
 * One parameter: its parts (two for a pair), or only words where it has no control. `auto` says that it is None.
 * @typedef {{name: string, meaning: string, optional: boolean, auto: boolean, words: string,
 *   parts: import("./scale.js").Part[]}} Control
 */

export class Panel {
  /**
   * @param {(knob: string, value: unknown) => void} turned
   * @param {string} label
   */
  constructor(turned, label) {
    this.turned = turned;
    this.element = element("div", { class: "wb-panel", role: "group", "aria-label": label });
    this.key = "";
    /** @type {Map<string, Knob>} */
    this.knobs = new Map();
  }

  /** @param {Control[]} controls */
  show(controls) {
    const key = JSON.stringify(controls.map(({ name, parts }) => [name, parts.map(({ kind, choices }) => [kind, choices])]));
    if (key !== this.key) {
      this.key = key;
      this.knobs = new Map(controls.map((control) => [control.name, new Knob(control, this.turned)]));
      this.element.replaceChildren(...[...this.knobs.values()].map((knob) => knob.element));
    }
    for (const control of controls) this.knobs.get(control.name)?.show(control);
  }

  /**
   * @param {string} knob
   * @param {string} message empty: none
   */
  fault(knob, message) {
    this.knobs.get(knob)?.complain(message);
  }
}

class Knob {
  /**
   * @param {Control} control
   * @param {(knob: string, value: unknown) => void} turned
   */
  constructor(control, turned) {
    this.control = control;
    this.turned = turned;
    this.auto = false;
    this.inputs = control.parts.map((part, k) => inputFor(part, this.#labelOf(k), () => this.#turn(false), (text) => this.#refuse(text, part)));
    this.words = element("span", { class: "wb-words-only" });
    this.message = element("div", { class: "wb-fault", role: "alert" });
    this.element = element("div", { class: "wb-knob", role: "group", "aria-label": control.name }, ...this.#rows(), this.message);
  }

  /** @param {number} k */
  #labelOf(k) {
    const part = this.control.parts[k];
    const name = this.control.parts.length > 1 ? `${this.control.name}, ${part.name}` : this.control.name;
    return part.unit ? `${name} (${part.unit})` : name;
  }

  #rows() {
    if (this.inputs.length === 0) return [this.#label(0), this.words];
    return this.inputs.flatMap((input, k) => {
      const cells = input.cells.length === 1 ? [element("span", { class: "wb-wide" }, ...input.cells)] : input.cells;
      return [this.#label(k), ...cells, k === 0 && this.control.optional ? this.#automatic() : element("span")];
    });
  }

  /** @param {number} k */
  #label(k) {
    const { name, parts, meaning } = this.control;
    const title = parts[k]?.meaning || meaning;
    const part = parts.length > 1 ? [element("small", {}, parts[k].name)] : [];
    return element("span", { class: "wb-label", title }, k === 0 ? name : "", ...part);
  }

  #automatic() {
    const title = "Leave it to the workbench (None): found in the data, centred or drawn anew";
    const press = () => this.#turn(!this.auto);
    this.switch = element("button", { type: "button", class: "wb-button wb-small wb-auto", role: "switch", title, onclick: press }, "auto");
    this.switch.setAttribute("aria-label", `${this.control.name}, automatic`);
    return this.switch;
  }

  /** @param {boolean} auto */
  #turn(auto) {
    this.#setAuto(auto);
    const values = this.inputs.map((input) => input.value());
    this.turned(this.control.name, auto ? null : values.length === 1 ? values[0] : values);
  }

  /** @param {boolean} auto */
  #setAuto(auto) {
    this.auto = auto;
    this.switch?.setAttribute("aria-checked", String(auto));
    for (const input of this.inputs) input.enable(!auto);
  }

  /**
   * @param {string} text
   * @param {import("./scale.js").Part} part
   */
  #refuse(text, part) {
    const wanted = part.kind === "integer" ? "a whole number; give for example 2" : "a number; give for example 1.5";
    this.complain(`${this.control.name} = ${JSON.stringify(text)}, is not ${wanted}.`);
  }

  /** @param {Control} control */
  show(control) {
    this.inputs.forEach((input, k) => input.show(control.parts[k]));
    this.#setAuto(control.auto);
    this.words.textContent = control.words;
    this.complain("");
  }

  /** @param {string} message */
  complain(message) {
    this.message.textContent = message;
    this.element.classList.toggle("wb-refused", message !== "");
  }
}
