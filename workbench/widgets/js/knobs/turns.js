// @ts-check
/** A panel and its gate: a knob that is turned goes to the kernel, and what it says of it comes back beside the knob. */

import { Gate } from "./gate.js";
import { Panel } from "./panel.js";

export class Turns {
  /**
   * @param {(number: number, knob: string, value: unknown) => void} send
   * @param {string} label what the parameters are of
   * @param {() => number} now milliseconds
   */
  constructor(send, label, now = () => performance.now()) {
    this.now = now;
    this.since = 0;
    this.gate = new Gate((number, knob, value) => this.#turn(send, number, knob, value), now, (action, delay) => setTimeout(action, delay));
    this.panel = new Panel((knob, value) => this.gate.offer(knob, value), label);
    /** @type {import("./panel.js").Control[]} */
    this.controls = [];
  }

  get element() {
    return this.panel.element;
  }

  /** Has every turn been answered? */
  get settled() {
    return this.gate.settled;
  }

  /** Milliseconds since the kernel last said something of a turn that is under way; 0 where there is none. */
  get waiting() {
    return this.settled ? 0 : this.now() - this.since;
  }

  /**
   * @param {(number: number, knob: string, value: unknown) => void} send
   * @param {number} number
   * @param {string} knob
   * @param {unknown} value
   */
  #turn(send, number, knob, value) {
    if (this.gate.underWay.size === 1) this.since = this.now();
    send(number, knob, value);
  }

  /**
   * What the kernel says of the parameters. While a hand is on a knob, its own values stay.
   * @param {import("./panel.js").Control[]} controls
   */
  show(controls) {
    this.controls = controls;
    if (this.settled) this.panel.show(controls);
  }

  /** What is under way was lost: the panel shows what holds. */
  forget() {
    this.gate.underWay.clear();
    this.gate.waiting.clear();
    this.show(this.controls);
  }

  /**
   * The kernel answered a turn.
   * @param {{turn: number, service: number, knob: string, message?: string}} content `message`: why it was refused
   */
  answered({ turn, service, knob, message }) {
    this.gate.answered(turn, service);
    this.since = this.now();
    this.panel.fault(knob, message ?? "");
    if (message === undefined) this.show(this.controls);
  }
}
