// @ts-check
/** The code line: what rebuilds the bench that is on screen. */

import { element } from "./element.js";

const COPIED_FOR = 1500;

export class Code {
  constructor() {
    this.text = element("code", {});
    this.button = element("button", { type: "button", class: "wb-button wb-words", onclick: () => this.copy() }, "copy");
    this.button.setAttribute("aria-label", "Copy the code");
    const listing = element("pre", { tabindex: 0, "aria-label": "code" }, this.text);
    this.element = element("div", { class: "wb-code" }, listing, this.button);
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
