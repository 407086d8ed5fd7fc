// @ts-check
/** The download of an export: its bytes come through the widget and become a link, so that any page can keep them. */

import { element } from "../page/element.js";
import { Intake } from "./intake.js";
import { percentText } from "../knobs/scale.js";

export class Download {
  /** @param {(message: object) => void} send */
  constructor(send) {
    this.send = send;
    this.number = 0;
    this.wanted = false;
    /** @type {Intake | null} */
    this.intake = null;
    this.address = "";
    this.button = element("button", { type: "button", class: "wb-button wb-words", onclick: () => this.#want() }, "download");
    this.words = element("span", { role: "status" });
    this.element = element("span", { class: "wb-download" }, this.button, this.words);
    this.offer(0);
  }

  /** @param {number} number of the export, 0: nothing to download */
  offer(number) {
    this.number = number;
    this.#rest("");
    this.element.hidden = number === 0;
    URL.revokeObjectURL(this.address);
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    if (!this.wanted || content.number !== this.number) return;
    if (content.op === "undelivered") this.#rest(content.message);
    else if (content.op === "packed") this.#begin(content);
    else if (content.op === "piece" && this.intake) this.#add(content.offset, buffers[0]);
  }

  /** What was under way is lost. */
  lost() {
    if (this.intake) this.intake.again();
    else if (this.wanted) this.#want();
  }

  #want() {
    this.wanted = true;
    this.button.disabled = true;
    this.words.textContent = "packing";
    this.send({ op: "pack", number: this.number });
  }

  /** @param {{name: string, bytes: number, piece: number}} packed */
  #begin({ name, bytes, piece }) {
    if (this.intake) return;
    this.name = name;
    this.intake = new Intake(bytes, piece, (offset) => this.send({ op: "fetch", number: this.number, offset }));
  }

  /**
   * @param {number} offset
   * @param {DataView} view
   */
  #add(offset, view) {
    const intake = /** @type {Intake} */ (this.intake);
    intake.add(offset, view);
    this.words.textContent = percentText(intake.received, intake.size);
    if (!intake.complete) return;
    this.send({ op: "fetched", number: this.number });
    URL.revokeObjectURL(this.address);
    this.address = URL.createObjectURL(new Blob(/** @type {BlobPart[]} */ (intake.inOrder)));
    const link = element("a", { href: this.address, download: this.name }, `keep ${this.name}`);
    this.#rest(link);
    link.click();
  }

  /** @param {Node | string} words what is said at the end */
  #rest(words) {
    this.wanted = false;
    this.intake = null;
    this.button.disabled = false;
    this.words.replaceChildren(words);
  }
}
