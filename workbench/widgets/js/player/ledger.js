// @ts-check
/** The book of orders under way: what was asked when, and the shortest round trip seen. */

/**
 * `epoch` tells orders of an earlier film or channel from those of the present one.
 * @typedef {{start: number, count: number, step: number, shrink: number, channel: number, epoch: number, time: number}} Order
 */

export class Ledger {
  constructor() {
    /** @type {Map<number, Order>} */
    this.underWay = new Map();
    this.last = 0;
    this.epoch = 0;
    this.shortest = Infinity;
  }

  /** Seconds of the shortest round trip, 0 as long as there was none. */
  get roundTrip() {
    return Number.isFinite(this.shortest) ? this.shortest : 0;
  }

  /** Orders of the present epoch. */
  get present() {
    return [...this.underWay.values()].filter((order) => order.epoch === this.epoch);
  }

  /**
   * Books an order and gives its number.
   * @param {{start: number, count: number, step: number, shrink: number, channel: number}} what
   * @param {number} time milliseconds
   */
  open(what, time) {
    this.underWay.set(++this.last, { ...what, epoch: this.epoch, time });
    return this.last;
  }

  /**
   * Strikes an order out; was it one of the present epoch?
   * @param {number} number
   */
  close(number) {
    const order = this.underWay.get(number);
    this.underWay.delete(number);
    return order?.epoch === this.epoch;
  }

  /**
   * Learns from a reply how long the way is; `service` is what the kernel itself needed, in milliseconds.
   * @param {number} number
   * @param {number} time milliseconds
   * @param {number} service
   */
  measure(number, time, service) {
    const order = this.underWay.get(number);
    if (order) this.shortest = Math.min(this.shortest, Math.max(0, time - order.time - service) / 1000);
  }

  /**
   * The frames under way that will come shrunk by no more than `shrink`.
   * @param {number} shrink
   */
  frames(shrink) {
    const fine = this.present.filter((order) => order.shrink <= shrink);
    return new Set(fine.flatMap(({ start, count, step }) => Array.from({ length: count }, (_, k) => start + k * step)));
  }

  /**
   * Milliseconds that the oldest order has been waiting.
   * @param {number} time milliseconds
   */
  waiting(time) {
    const times = [...this.underWay.values()].map((order) => order.time);
    return times.length ? time - Math.min(...times) : 0;
  }
}
