// @ts-check
/** The link to the kernel: sends, hears, says what has become of it, and where it is gone answers out of the saved clip. */

import { Clip } from "./clip.js";

/** Milliseconds without an answer from a kernel that has nothing else to do, after which a message counts as lost. */
const LOST_AFTER = 2000;
/** The same where nobody can tell whether the kernel is busy, and it has never said anything yet. */
const SILENT_AFTER = 4000;

/** @type {Record<string, string>} */
const WORDS = {
  dead: "kernel dead: start it again and run the cell",
  restarting: "kernel restarting",
  away: "not connected to the kernel, waiting",
  gone: "no kernel behind this bench: run its cell again",
  frozen: "",
  live: "",
};

export class Link {
  /**
   * @param {any} model
   * @param {boolean} frozen there never is a kernel
   */
  constructor(model, frozen = false) {
    this.model = model;
    this.frozen = frozen;
    this.gone = frozen;
    this.heard = false;
    this.lost = 0;
    /** @type {[string, (...news: any[]) => void, (...news: any[]) => void][]} event, what the model calls, what that calls */
    this.listeners = [];
  }

  /** @param {string} name */
  get(name) {
    return this.model.get(name);
  }

  /**
   * Calls when the way to the kernel may have gone or come back: after a restart nothing else tells.
   * @param {() => void} doubt
   */
  onDoubt(doubt) {
    this.listeners.push(["comm_live_update", doubt, doubt]);
    this.model.on("comm_live_update", doubt);
  }

  /**
   * @param {string} event
   * @param {(...news: any[]) => void} listener
   */
  on(event, listener) {
    const heard = (/** @type {any[]} */ ...news) => {
      this.#hear();
      listener(...news);
    };
    this.listeners.push([event, heard, listener]);
    this.model.on(event, heard);
  }

  /**
   * @param {string} event
   * @param {(...news: any[]) => void} listener
   */
  off(event, listener) {
    this.listeners = this.listeners.filter(([name, heard, given]) => {
      const same = name === event && given === listener;
      if (same) this.model.off(event, heard);
      return !same;
    });
  }

  close() {
    for (const [event, listener] of this.listeners) this.model.off(event, listener);
  }

  #hear() {
    this.heard = true;
    this.lost = 0;
    this.gone = this.frozen;
  }

  /** The clip that answers in the kernel's place, or null where the kernel does or nothing was saved. */
  get clip() {
    const saved = this.gone ? this.get("clip") : null;
    if (saved?.count > 0 && saved !== this.saved) [this.saved, this.made] = [saved, new Clip(saved)];
    return saved?.count > 0 ? /** @type {Clip} */ (this.made) : null;
  }

  /** @param {any} message */
  send(message) {
    const { clip } = this;
    if (clip === null) return this.#toKernel(message);
    setTimeout(() => {
      const [content, buffers] = clip.answer(message);
      for (const [event, , listener] of this.listeners) if (event === "msg:custom" && this.gone) listener(content, buffers);
    });
  }

  /** @param {any} message */
  #toKernel(message) {
    try {
      this.model.send(message);
    } catch {
      this.gone = true; // so a widget manager says that there is no kernel to send to
    }
  }

  /** What has become of the kernel: one of the keys of WORDS. */
  get state() {
    const kernel = kernelOf(this.model);
    if (this.frozen) return "frozen";
    if (kernel?.status === "dead") return "dead";
    if (kernel?.status === "restarting" || kernel?.status === "autorestarting") return "restarting";
    if (kernel && kernel.connectionStatus !== "connected") return "away";
    return this.gone ? "gone" : "live";
  }

  /** What the status line says of it, nothing where all is well. */
  get words() {
    const told = WORDS[this.state];
    const words = this.clip === null ? [told] : [told, this.frozen ? "saved clip, no kernel needed" : "this is a saved clip"];
    return words.filter((one) => one !== "").join(" · ");
  }

  /**
   * Called now and then. Were the messages under way lost? Then they have to be sent again; a second time there is nobody
   * to hear them.
   * @param {number} waiting milliseconds that the oldest of them has been waiting
   */
  isLost(waiting) {
    const kernel = kernelOf(this.model);
    if (["dead", "restarting", "autorestarting"].includes(kernel?.status ?? "") && !this.gone) return (this.gone = true);
    const idle = kernel ? kernel.status === "idle" && kernel.connectionStatus === "connected" : !this.heard;
    if (this.gone || !idle || waiting < (kernel ? LOST_AFTER : SILENT_AFTER)) return false;
    this.lost += 1;
    this.gone = !kernel || this.lost > 1;
    return true;
  }
}

/**
 * The kernel as JupyterLab's, Notebook's and Voilà's widget managers know it; null where a host does not tell.
 * @param {any} model
 * @returns {{status: string, connectionStatus: string} | null}
 */
function kernelOf(model) {
  try {
    return model.widget_manager?.kernel ?? null;
  } catch {
    return null;
  }
}
