// @ts-check
/** A card of the gallery: a moving picture, a name, a line. */

import { element } from "../page/element.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {{number: number, name: string, line: string, trouble: string, receiving: boolean, sent: boolean}} CardFacts */

const FLASHES = "Flashes: plays while the pointer or the focus is on it.";

/**
 * A long name in parts between which a line may end: CamelCase before its capitals, file names after - _ and dots.
 * @param {string} name
 */
export function breakable(name) {
  return name.split(/(?<=[a-z])(?=[A-Z])|(?<=[-_.])(?=.)/);
}

export class Card {
  /**
   * @param {CardFacts} facts
   * @param {(op: "open" | "remove", number: number) => void} ask
   */
  constructor(facts, ask) {
    this.facts = facts;
    this.asked = false;
    this.visible = false;
    this.thumbnail = new Thumbnail();
    this.name = element("strong", {});
    this.line = element("span", { class: "wb-line" });
    this.note = element("small", { class: "wb-note" });
    const screen = element("span", { class: "wb-thumb" }, this.thumbnail.canvas, this.note);
    const attend = (/** @type {boolean} */ attended) => () => (this.thumbnail.attended = attended);
    this.open = element("button", { type: "button", class: "wb-open", onclick: () => ask("open", facts.number) }, screen, this.name, this.line);
    for (const [event, attended] of /** @type {[string, boolean][]} */ ([
      ["pointerenter", true],
      ["focus", true],
      ["pointerleave", false],
      ["blur", false],
    ])) this.open.addEventListener(event, attend(attended));
    this.remove = element("button", { type: "button", class: "wb-button wb-small", onclick: () => ask("remove", facts.number) }, "remove");
    this.fault = element("p", { class: "wb-fault" });
    this.element = element("li", { class: "wb-card" }, this.open, this.fault);
    if (facts.sent) this.element.append(this.remove);
    this.update(facts);
  }

  /** Is its clip still to be asked for? */
  get isWanted() {
    return this.visible && !this.asked && !this.facts.receiving && !this.facts.trouble;
  }

  /** @param {CardFacts} facts */
  update(facts) {
    if (facts.line !== this.facts.line) this.asked = false;
    this.facts = facts;
    this.name.replaceChildren(...breakable(facts.name).flatMap((part, k) => (k ? [element("wbr"), part] : [part])));
    this.remove.setAttribute("aria-label", `Remove ${facts.name}`);
    this.line.textContent = facts.line;
    this.line.title = facts.line;
    this.fault.textContent = facts.trouble;
    this.open.disabled = facts.receiving || facts.trouble !== "";
    if (!facts.receiving && this.note.textContent.startsWith("receiving")) this.note.textContent = "";
    this.element.classList.toggle("wb-troubled", facts.trouble !== "");
  }

  /** @param {number} share of the file that was sent */
  progress(share) {
    this.note.textContent = `receiving ${Math.floor(100 * share)} %`;
  }

  /**
   * What the kernel answers to the wish for a clip.
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    if (content.op === "trouble") {
      this.fault.textContent = content.message;
      return;
    }
    this.thumbnail.receive(content, buffers);
    this.note.textContent = content.count === 0 ? "no frames" : content.calm ? "" : "flashes";
    this.note.title = content.calm ? "" : FLASHES;
  }
}
