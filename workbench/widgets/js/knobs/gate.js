// @ts-check
/** The gate between a hand on a slider and the kernel: the latest value wins, paced by what a change costs there. */

/** Milliseconds from change to change, at least. */
const SHORTEST_PAUSE = 33;
/** The pause between changes, in times of what the kernel needed for one. */
const COST_FACTOR = 1.25;
/** Changes under way at once, at most: a busy kernel must not collect a queue of old ones. */
const MOST_UNDER_WAY = 12;

export class Gate {
  /**
   * @param {(number: number, knob: string, value: unknown) => void} send
   * @param {() => number} now milliseconds
   * @param {(action: () => void, delay: number) => unknown} later as setTimeout
   */
  constructor(send, now, later) {
    this.send = send;
    this.now = now;
    this.later = later;
    /** @type {Map<string, unknown>} the latest value of each knob not sent yet */
    this.waiting = new Map();
    /** @type {Set<number>} */
    this.underWay = new Set();
    this.number = 0;
    this.cost = 0;
    this.nextTime = -Infinity;
    this.timed = false;
  }

  /** Has every change been answered? */
  get settled() {
    return this.waiting.size === 0 && this.underWay.size === 0;
  }

  /**
   * @param {string} knob
   * @param {unknown} value
   */
  offer(knob, value) {
    this.waiting.delete(knob);
    this.waiting.set(knob, value);
    this.#pump();
  }

  /**
   * An answer came: it, and all before it, are no longer under way.
   * @param {number} number of the change
   * @param {number} cost milliseconds that the kernel needed
   */
  answered(number, cost) {
    for (const one of this.underWay) if (one <= number) this.underWay.delete(one);
    this.cost = cost;
    this.#pump();
  }

  #pump() {
    if (this.waiting.size === 0 || this.timed || this.underWay.size >= MOST_UNDER_WAY) return;
    const pause = this.nextTime - this.now();
    if (pause > 0) {
      this.timed = true;
      this.later(() => this.#awake(), pause);
      return;
    }
    const [knob, value] = /** @type {[string, unknown]} */ (this.waiting.entries().next().value);
    this.waiting.delete(knob);
    this.underWay.add(++this.number);
    this.nextTime = this.now() + Math.max(SHORTEST_PAUSE, COST_FACTOR * this.cost);
    this.send(this.number, knob, value);
    this.#pump();
  }

  #awake() {
    this.timed = false;
    this.#pump();
  }
}
