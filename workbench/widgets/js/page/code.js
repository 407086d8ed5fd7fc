// @ts-check
/** The code line: what rebuilds the bench that is on screen. */

import { element } from "./element.js";

const COPIED_FOR = 1500;
/** Letters of a hash that tell recipes apart by eye. */
const SHORT = 10;

export class Code {
  constructor() {
    this.text = element("code", {});
    this.button = element("button", { type: "button", class: "wb-button wb-words", onclick: () => this.copy() }, "copy");
    this.button.setAttribute("aria-label", "Copy the code");
    const listing = element("pre", { tabindex: 0, "aria-label": "code" }, this.text);
    this.words = element("div", { class: "wb-code-words" });
    this.hash = element("span", { class: "wb-hash" });
    const lines = element("div", { class: "wb-code-lines" }, listing, this.words);
    this.element = element("div", { class: "wb-code" }, lines, this.hash, this.button);
  }

  /** @param {{hash: string, words: string, model: string} | undefined} identity of the film's recipe; what the code cannot hold, or why there is none; the same of the model */
  identify(identity) {
    const { hash, words, model } = identity ?? { hash: "", words: "", model: "" };
    this.words.replaceChildren(...[words, model].filter((line) => line !== "").map((line) => element("div", {}, line)));
    this.hash.textContent = hash === "" ? "" : `stimulus ${hash.slice(0, SHORT)}`;
    this.hash.title = hash === "" ? "" : `SHA-256 of the stimulus's recipe; the model is not in it: ${hash}`;
  }

  /** @param {string} code */
  show(code) {
    this.text.textContent = code;
  }

  async copy() {
    const done = await writeClipboard(this.text);
    this.button.textContent = done ? "copied" : "selected";
    setTimeout(() => (this.button.textContent = "copy"), COPIED_FOR);
  }
}

/**
 * Copies the text of an element; where the browser refuses, selects it, so that a key press copies.
 * @param {HTMLElement} source
 */
async function writeClipboard(source) {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}
