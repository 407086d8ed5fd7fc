// @ts-check
/** The board of charts: a row of toggles that choose which are open, and the charts themselves. */

import { Chart } from "./chart.js";
import { element } from "../page/element.js";

export class Board {
  /**
   * @param {Record<string, {title: string, below?: HTMLElement}>} views `below`: what stands under the chart
   * @param {string[]} open
   * @param {() => void} changed others are open now
   */
  constructor(views, open, changed) {
    this.open = new Set(open);
    this.changed = changed;
    const made = Object.entries(views).map(([name, { title, below }]) => [name, new Chart(name, title, ...(below ? [below] : []))]);
    /** @type {Record<string, Chart>} */
    this.charts = Object.fromEntries(made);
    this.note = element("div", { class: "wb-views-note" });
    const toggles = element("div", { class: "wb-toggles", role: "group", "aria-label": "views" }, ...Object.keys(views).map((name) => this.#button(name)));
    const grid = element("div", { class: "wb-views" }, ...Object.values(this.charts).map((chart) => chart.element));
    this.element = element("div", {}, toggles, this.note, grid);
  }

  /** @param {string} name */
  #button(name) {
    const button = element("button", { type: "button", class: "wb-button wb-words wb-toggle" }, this.charts[name].title);
    const show = () => {
      button.setAttribute("aria-pressed", String(this.open.has(name)));
      this.charts[name].element.hidden = !this.open.has(name);
    };
    button.addEventListener("click", () => {
      if (!this.open.delete(name)) this.open.add(name);
      show();
      this.changed();
    });
    show();
    return button;
  }

  /** @param {string} words */
  say(words) {
    if (this.note.textContent !== words) this.note.textContent = words;
  }

  close() {
    for (const chart of Object.values(this.charts)) chart.close();
  }
}
