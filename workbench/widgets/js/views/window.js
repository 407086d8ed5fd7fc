// @ts-check
/** Windows of frames: what of them is here, and what to ask the kernel for. Never more often than something changes. */

/**
 * A window: frames start..start+count of one film (its generation), of one channel or (-1) of the mean of three.
 * @typedef {{generation: number, start: number, count: number, channel: number}} Span
 * What the kernel gave for one measure of a window, which had `count` frames; or why it could not.
 * @typedef {{values: Float32Array, shape: number[], count: number, error?: undefined}} Measure
 * @typedef {Measure | {error: string}} Found
 */

/** Measures in the order in which the kernel answers them; `trace` and `line` are followed by their pixels. */
const RANKS = ["extent", "temporal", "spatial", "trace", "line"];
/** Bytes that are kept. */
const KEPT_BYTES = 64e6;

/**
 * The window that a frame is in: page k holds frames k·size to (k + 1)·size.
 * @param {number} frame
 * @param {{generation: number, first: number, length: number | null}} film
 * @param {number} channel
 * @param {number} size
 * @returns {Span | null} null where there is no such frame
 */
export function windowAt(frame, { generation, first, length }, channel, size) {
  const page = Math.floor(frame / size) * size;
  const start = Math.max(first, page);
  const stop = Math.min(page + size, length ?? Infinity);
  return size > 0 && stop > start ? { generation, start, count: stop - start, channel } : null;
}

/**
 * @param {Span} span
 * @param {string} item
 */
export function keyOf({ generation, start, count, channel }, item) {
  return [generation, start, count, channel, item].join(" ");
}

/**
 * The message that asks for measures of a window. Items are in the order of RANKS.
 * @param {number} view
 * @param {number} order
 * @param {Span} span
 * @param {string[]} items
 */
export function windowMessage(view, order, span, items) {
  const numbers = (/** @type {string} */ kind) => items.filter((item) => rankOf(item) === RANKS.indexOf(kind)).map((item) => item.split(" ").slice(1).map(Number));
  const [extent, temporal, spatial] = RANKS.map((kind) => items.includes(kind));
  return { op: "window", view, order, ...span, extent, temporal, spatial, pixels: numbers("trace"), line: numbers("line")[0] ?? null };
}

/** @param {string} item */
function rankOf(item) {
  return RANKS.indexOf(item.split(" ")[0]);
}

export class Windows {
  /** @param {(order: number, span: Span, items: string[]) => void} send */
  constructor(send) {
    this.send = send;
    /** @type {Map<string, Found>} the oldest first */
    this.found = new Map();
    this.size = 0;
    this.last = 0;
    /** @type {{order: number, span: Span, items: string[]} | null} */
    this.underWay = null;
  }

  /**
   * @param {Span} span
   * @param {string} item
   */
  get(span, item) {
    return this.found.get(keyOf(span, item));
  }

  /**
   * Asks for what is missing of a window; once that is here, for what is missing of the next one.
   * @param {Span} span
   * @param {string[]} items
   * @param {Span | null} ahead
   */
  want(span, items, ahead) {
    const missing = this.#missing(span, items);
    const { underWay } = this;
    if (underWay?.span.generation === span.generation) {
      const coming = new Set(underWay.items.map((item) => keyOf(underWay.span, item)));
      if (missing.every((item) => coming.has(keyOf(span, item)))) return;
    }
    if (missing.length) this.#ask(span, missing);
    else if (ahead && this.#missing(ahead, items).length) this.#ask(ahead, this.#missing(ahead, items));
  }

  /**
   * @param {Span} span
   * @param {string[]} items
   */
  #missing(span, items) {
    return items.filter((item) => this.get(span, item) === undefined).sort((a, b) => rankOf(a) - rankOf(b));
  }

  /**
   * @param {Span} span
   * @param {string[]} items
   */
  #ask(span, items) {
    this.underWay = { order: ++this.last, span, items };
    this.send(this.last, span, items);
  }

  /** What is under way was lost. */
  lost() {
    this.underWay = null;
  }

  /** What could not be made may be asked for again. */
  retry() {
    for (const [key, found] of this.found) if (found.error !== undefined) this.found.delete(key);
  }

  /**
   * An answer; was it the one that is waited for?
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    const { underWay } = this;
    if (underWay === null || content.order !== underWay.order) return false;
    this.underWay = null;
    if (content.op === "failed") for (const item of underWay.items) this.#keep(keyOf(underWay.span, item), { error: content.message });
    if (content.op === "window") partsOf(content, buffers).forEach((part, k) => this.#keep(keyOf(underWay.span, underWay.items[k]), part));
    return true;
  }

  /**
   * @param {string} key
   * @param {Found} found
   */
  #keep(key, found) {
    this.found.set(key, found);
    this.size += bytesOf(found);
    for (const [oldest, one] of this.found) {
      if (this.size <= KEPT_BYTES || oldest === key) return;
      this.size -= bytesOf(one);
      this.found.delete(oldest);
    }
  }
}

/** @param {Found} found */
function bytesOf(found) {
  return found.error === undefined ? found.values.byteLength : 0;
}

/**
 * The measures in an answer, one after the other in its buffer.
 * @param {{shapes: number[][], count: number}} content
 * @param {DataView[]} buffers
 */
export function partsOf({ shapes, count }, buffers) {
  const view = buffers[0];
  const all = new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  let at = 0;
  const parts = shapes.map((shape) => ({ values: all.slice(at, (at += shape.reduce((a, b) => a * b, 1))), shape, count }));
  if (at !== all.length) throw new Error(`${all.length} numbers are not ${at}`);
  return parts;
}
