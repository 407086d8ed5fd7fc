// @ts-check
/** The drawer of exports: which frames, as what, under which name; how far it is, and what came of it. */

import { Download } from "./download.js";
import { element } from "../page/element.js";
import { Errand } from "./errand.js";
import { leftWords, stretchWords, typedStretch, wholeStretch } from "./stretch.js";

/**
 * @typedef {{suffix: string, meaning: string, exact: boolean, missing: string}} Kind
 * @typedef {{number: number, goal: string, name: string, film: string, generation: number, state: string, words: string,
 *   path: string, bytes: number}} Job
 * @typedef {{kinds: Kind[], folder: string, ceiling: number, endless: boolean, job: Job | null}} Facts
 */

/**
 * What a kind of file is, in a line.
 * @param {Kind} kind
 */
export function kindWords({ suffix, meaning, exact, missing }) {
  const name = suffix === "" ? "PNGs" : suffix;
  const worth = exact ? " (exact)" : "";
  return `${name}${worth}: ${meaning}${missing === "" ? "" : `, ${missing}`}`;
}

export class Exports {
  title = "Export";

  /** @param {import("../page/parts.js").Table} table */
  constructor({ view, model, send }) {
    this.view = view;
    this.model = model;
    this.send = (/** @type {object} */ message) => send({ view, ...message });
    this.shown = "";
    /** @type {Facts | null} */
    this.now = null;
    this.#boxes();
    this.download = new Download(this.send);
    this.bar = element("progress", { "aria-label": "export", max: 1 });
    this.done = element("span", {});
    const cancel = element("button", { type: "button", class: "wb-button wb-words", onclick: () => this.send({ op: "stop_export" }) }, "Cancel");
    this.progress = element("div", { class: "wb-exports-progress" }, this.bar, this.done, cancel);
    this.result = element("span", { role: "status" });
    this.of = element("div", { class: "wb-quiet" });
    this.element = this.#layout();
  }

  #boxes() {
    const box = (/** @type {string} */ label, /** @type {string} */ title) =>
      element("input", { type: "text", inputmode: "numeric", class: "wb-box", "aria-label": label, title, oninput: () => this.#typed() });
    this.from = box("first frame", "the first frame taken");
    this.upTo = box("up to frame", "the first frame left out; empty: to the end");
    this.upTo.placeholder = "end";
    this.stretched = element("span", { class: "wb-quiet" });
    this.kind = element("select", { "aria-label": "format", onchange: () => this.#chosen() });
    const file = { label: "file name", action: "Export", about: "Write these frames into a file", value: "" };
    this.file = new Errand(file, (name, replace) => this.#order({ op: "export", name, kind: this.kind.value, replace }));
    const variable = { label: "variable", action: "To NumPy", about: "Put these frames into a variable of the notebook", value: "frames" };
    this.variable = new Errand(variable, (name, replace) => this.#order({ op: "to_numpy", name, replace }));
    this.suffix = element("span", { class: "wb-quiet" });
    this.folder = element("span", { class: "wb-quiet wb-exports-folder" });
  }

  #layout() {
    const row = (/** @type {string} */ label, /** @type {any[]} */ ...parts) => [
      element("span", { class: "wb-exports-label", "aria-hidden": "true" }, label),
      element("div", { class: "wb-exports-row" }, ...parts),
    ];
    const rows = [
      row("frames", this.from, element("span", { class: "wb-quiet" }, "up to"), this.upTo, this.stretched),
      row("format", this.kind),
      row("file", this.file.name, this.suffix, this.file.button, this.folder, this.file.told),
      row("variable", this.variable.name, this.variable.button, this.variable.told),
    ].flat();
    const ended = element("div", { class: "wb-exports-ended" }, this.result, this.download.element);
    return element("div", { class: "wb-exports", role: "group", "aria-label": "export" }, ...rows, this.progress, ended, this.of);
  }

  /** @param {Facts} facts */
  facts(facts) {
    const kinds = JSON.stringify(facts.kinds);
    if (kinds !== JSON.stringify(this.now?.kinds)) this.#offer(facts.kinds);
    this.now = facts;
    this.folder.textContent = facts.folder === "" ? "" : `in ${facts.folder}`;
    this.#suggest();
    this.#show(facts.job);
  }

  /** Another film: where nothing was typed, its own frames and name; what could not be done with the last one may be now. */
  film() {
    this.file.forget();
    this.variable.forget();
    this.#suggest();
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    if (content.op === "progress") this.#progress(content);
    else if ("view" in content && content.view !== this.view) return;
    else if (content.op === "asks") this.#errand(content.goal).question(content.message);
    else if (content.op === "refused") this.#errand(content.goal).fault(content.message);
    else this.download.receive(content, buffers);
  }

  lost() {
    this.download.lost();
  }

  close() {
    this.download.offer(0);
  }

  /** @param {string} goal */
  #errand(goal) {
    return goal === "file" ? this.file : this.variable;
  }

  /** @param {Kind[]} kinds */
  #offer(kinds) {
    const { value } = this.kind;
    const options = kinds.map((kind) => element("option", { value: kind.suffix, disabled: kind.missing !== "" }, kindWords(kind)));
    this.kind.replaceChildren(...options);
    if (kinds.some((kind) => kind.suffix === value && value !== "")) this.kind.value = value;
    this.#chosen();
  }

  #chosen() {
    this.suffix.textContent = this.kind.value === "" ? "(folder)" : this.kind.value;
    this.file.forget();
  }

  #suggest() {
    if (this.now === null) return;
    const film = this.model.get("film");
    const { start, stop } = wholeStretch(film, this.now.endless);
    if (!this.stretchTyped) [this.from.value, this.upTo.value] = [start, stop ?? ""];
    this.file.suggest(film.name);
    this.#say();
  }

  #typed() {
    this.stretchTyped = true;
    this.file.forget();
    this.variable.forget();
    this.#say();
  }

  #say() {
    const film = this.model.get("film");
    this.stretched.textContent = stretchWords(typedStretch(this.from.value, this.upTo.value), film.dt, film.t_zero);
  }

  /** @param {object} message */
  #order(message) {
    const stretch = typedStretch(this.from.value, this.upTo.value);
    if (stretch !== null) this.send({ ...message, ...stretch });
    else this.from.focus();
    return stretch !== null;
  }

  /** @param {Job | null} job */
  #show(job) {
    const another = job !== null && job.generation !== this.model.get("film").generation;
    this.of.textContent = job === null || job.state === "failed" ? "" : `of ${job.film}${another ? " (the bench shows another film by now)" : ""}`;
    const key = `${job?.number} ${job?.state}`;
    if (key === this.shown) return;
    this.shown = key;
    const running = job?.state === "running";
    this.progress.hidden = !running;
    for (const errand of [this.file, this.variable]) errand.busy = running;
    if (running) this.#begun(job);
    else if (job !== null) this.#ended(job);
  }

  /** @param {Job} job */
  #begun(job) {
    for (const errand of [this.file, this.variable]) errand.forget();
    this.bar.removeAttribute("value");
    this.done.textContent = job.name;
    this.result.textContent = "";
    this.download.offer(0);
  }

  /** @param {Job} job */
  #ended(job) {
    const { ceiling } = /** @type {Facts} */ (this.now);
    const failed = job.state === "failed";
    if (failed) this.#errand(job.goal).fault(job.words);
    const large = job.path !== "" && job.bytes > ceiling ? `; too large for a download (${ceiling / 1e6} MB)` : "";
    this.result.textContent = failed ? "" : job.words + large;
    this.download.offer(job.path !== "" && large === "" ? job.number : 0);
  }

  /** @param {{number: number, done: number, total: number, left: number | null}} progress */
  #progress({ number, done, total, left }) {
    const job = this.now?.job;
    if (job?.number !== number || job.state !== "running") return;
    this.bar.value = done / total;
    this.done.textContent = [`${job.name}: ${done} of ${total} frames`, leftWords(left)].filter((one) => one !== "").join(", ");
  }
}
