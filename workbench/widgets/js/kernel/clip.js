// @ts-check
/** A clip: a bounded stretch of film that is saved with a notebook, and answers orders where there is no kernel. */

/**
 * @typedef {{start: number, count: number, rows: number, columns: number, channels: number, shrink: number, risky: boolean,
 *   clipped: number, total: number, data: DataView | Uint8Array}} Saved
 */

const NO_KERNEL = "there is no kernel behind this picture; run the cell again.";

export class Clip {
  /** @param {Saved} saved */
  constructor(saved) {
    const { data } = saved;
    this.saved = saved;
    this.bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }

  /**
   * What is left of a film.
   * @param {any} film
   */
  film(film) {
    const { start, count, rows, columns, channels, shrink } = this.saved;
    const position = Math.min(Math.max(film.position, start), start + count - 1);
    return { ...film, first: start, length: start + count, rows, columns, channels, averaged: shrink, live: false, position };
  }

  /**
   * What the kernel would have said.
   * @param {any} message
   * @returns {[any, DataView[]]}
   */
  answer(message) {
    const { view } = message;
    if (message.op === "read") return this.#pictures(message);
    if (message.op === "flash") return [this.#flash(message), []];
    if ("turn" in message) return [{ op: "refused", view, turn: message.turn, knob: message.knob, service: 0, message: NO_KERNEL }, []];
    return [{ op: "unheard", view }, []];
  }

  /** @param {any} message */
  #flash({ view, generation }) {
    const { start, count, risky } = this.saved;
    return { op: "flash", view, generation, risky, start, stop: start + count + 1 };
  }

  /**
   * @param {any} message
   * @returns {[any, DataView[]]}
   */
  #pictures({ view, order, generation, start, count, step, channel }) {
    const last = this.saved.start + this.saved.count;
    const frames = Array.from({ length: count }, (_, k) => start + k * step).filter((frame) => frame >= this.saved.start && frame < last);
    const { rows, columns, clipped, total } = this.saved;
    const channels = channel < 0 ? this.saved.channels : 1;
    const size = rows * columns * channels;
    const data = new Uint8Array(frames.length * size);
    frames.forEach((frame, k) => data.set(this.#frame(frame, channel), k * size));
    const facts = { start: frames[0] ?? start, step, count: frames.length, rows, columns, channels, shrink: 1, clipped, total, length: last };
    return [{ op: "pictures", view, order, generation, service: 0, ...facts }, [new DataView(data.buffer)]];
  }

  /**
   * @param {number} frame
   * @param {number} channel
   */
  #frame(frame, channel) {
    const { rows, columns, channels } = this.saved;
    const size = rows * columns * channels;
    const whole = this.bytes.subarray((frame - this.saved.start) * size, (frame - this.saved.start + 1) * size);
    return channel < 0 || channels === 1 ? whole : whole.filter((_, k) => k % channels === channel);
  }
}
