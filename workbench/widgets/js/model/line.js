// @ts-check
/** The model's own line: which frame it shows, how far it is on a long way, what is wrong, and what it has to say of the film. */

import { element } from "../page/element.js";
import { percentText } from "../knobs/scale.js";

/**
 * What the line says, and how much of a way is done (null: there is none).
 * @param {{name: string, output: string, shown: number | null, behind: boolean, computing: boolean, stopped: boolean, trouble: string,
 *   way: {since: number, at: number, target: number} | null, clipped: {clipped: number, total: number}}} state
 * @returns {{words: string, share: number | null}}
 */
export function lineOf({ name, output, shown, behind, computing, stopped, trouble, way, clipped }) {
  if (trouble) return { words: trouble, share: null };
  const title = output && output !== "output" ? `${name}, ${output}` : name;
  const at = shown === null ? "" : `at frame ${shown}`;
  if (stopped && behind) return { words: [title, `stopped ${at}`.trim()].join(" · "), share: null };
  if (!behind) return { words: [title, `frame ${shown}`, `${percentText(clipped.clipped, clipped.total)} clipped`].join(" · "), share: null };
  const share = way && way.target > way.since ? Math.min(1, Math.max(0, (way.at - way.since) / (way.target - way.since))) : null;
  const state = [at, computing ? "computing" : "waiting"].filter((one) => one !== "").join(", ");
  return { words: [title, state].join(" · "), share };
}

export class ModelLine {
  /** @param {() => void} halt */
  constructor(halt) {
    this.words = element("span", { role: "status", class: "wb-model-words" });
    this.bar = element("progress", { max: 1, value: 0, "aria-label": "way to the present frame", class: "wb-idle" });
    this.button = element("button", { type: "button", class: "wb-button wb-small", onclick: halt }, "stop");
    this.remarks = element("div", { class: "wb-remarks", role: "note" });
    const row = element("div", { class: "wb-model-row" }, this.words, this.button);
    this.element = element("div", { class: "wb-model-line" }, this.bar, row, this.remarks);
    this.forget();
  }

  forget() {
    /** @type {{since: number, at: number, target: number} | null} */
    this.way = null;
    this.clipped = { clipped: 0, total: 0 };
  }

  /** @param {import("./beside.js").ModelFacts} told */
  say({ remarks }) {
    this.remarks.replaceChildren(...remarks.map((one) => element("div", {}, one)));
  }

  /** @param {any} content of a reply */
  came(content) {
    this.way = content.op === "way" ? { since: content.since, at: content.start, target: content.target } : null;
    this.clipped = content;
  }

  /**
   * @param {import("./beside.js").Beside} part
   * @param {boolean} behind
   */
  show({ told, made: film, stage, follower, frame }, behind) {
    const { name } = told?.choices[told.choice] ?? { name: "" };
    const output = film?.output ?? "";
    const trouble = told?.trouble || follower.trouble;
    const shown = film ? (stage.picture?.frame ?? null) : null;
    const computing = film === null || follower.orders.size > 0;
    const { words, share } = lineOf({ name, output, shown, behind, computing, trouble, stopped: follower.stopped, way: this.way, clipped: this.clipped });
    if (this.words.textContent !== words) this.words.textContent = words;
    this.element.classList.toggle("wb-trouble", trouble !== "");
    this.bar.value = share ?? 0;
    this.bar.classList.toggle("wb-idle", share === null);
    const halting = film !== null && !trouble && (follower.stopped || (behind && computing));
    this.button.classList.toggle("wb-idle", !halting);
    this.button.disabled = !halting;
    this.button.textContent = follower.stopped ? "go on" : "stop";
    const size = film ? `, ${film.rows} by ${film.columns} pixels` : "";
    const at = shown === null ? "" : `, frame ${shown}`;
    stage.canvas.setAttribute("aria-label", `${[name, output].filter((one) => one && one !== "output").join(", ")}${at}${size}${behind ? `, behind the film at ${frame}` : ""}`);
  }
}
