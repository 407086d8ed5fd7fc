// @ts-check
/** An errand: a name, a button that sends it, and what the kernel says of it: a question, a fault, or how it ended. */

import { element } from "../page/element.js";

export class Errand {
  /**
   * @param {{label: string, action: string, about: string, value: string}} words
   * @param {(name: string, replace: boolean) => boolean} send whether it could be sent
   */
  constructor({ label, action, about, value }, send) {
    this.send = send;
    this.edited = false;
    this.name = element("input", { type: "text", class: "wb-text", "aria-label": label, spellcheck: "false", autocomplete: "off" });
    this.name.value = value;
    this.name.addEventListener("input", () => this.#edit());
    this.name.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && this.#submit(false));
    this.button = element("button", { type: "button", class: "wb-button wb-words", title: about, onclick: () => this.#submit(false) }, action);
    this.words = element("span", { role: "alert", class: "wb-errand-words" });
    this.replace = element("button", { type: "button", class: "wb-button wb-words", onclick: () => this.#submit(true) }, "replace");
    this.replace.hidden = true;
    this.told = element("div", { class: "wb-errand-told" }, this.words, this.replace);
  }

  /** @param {string} name what it is called as long as nobody has typed anything */
  suggest(name) {
    if (!this.edited) this.name.value = name;
  }

  /** @param {boolean} busy */
  set busy(busy) {
    this.button.disabled = busy;
    this.replace.disabled = busy;
  }

  /** @param {string} words why it cannot be done */
  fault(words) {
    this.#tell(words, false);
  }

  /** @param {string} words what is in its way */
  question(words) {
    this.#tell(words, true);
  }

  forget() {
    this.#tell("", false);
  }

  #edit() {
    this.edited = this.name.value.trim() !== "";
    this.forget();
  }

  /** @param {boolean} replace */
  #submit(replace) {
    if (!this.button.disabled && this.send(this.name.value.trim(), replace)) this.forget();
  }

  /**
   * @param {string} words
   * @param {boolean} asks
   */
  #tell(words, asks) {
    if (this.words.textContent !== words) this.words.textContent = words;
    this.words.classList.toggle("wb-asks", asks);
    this.replace.hidden = !asks;
  }
}
