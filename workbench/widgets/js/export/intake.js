// @ts-check
/** A file on its way into the page: pieces are asked for some at a time, and put together in order. */

/** Pieces asked for and not yet here: the line is never idle, and neither side holds many. */
const PIECES_ASKED = 3;

export class Intake {
  /**
   * @param {number} size bytes in all
   * @param {number} piece bytes in each answer but the last
   * @param {(offset: number) => void} ask
   */
  constructor(size, piece, ask) {
    this.size = size;
    this.piece = piece;
    this.ask = ask;
    this.next = 0;
    this.received = 0;
    /** @type {Set<number>} */
    this.asked = new Set();
    /** @type {Map<number, Uint8Array>} */
    this.pieces = new Map();
    for (let k = 0; k < PIECES_ASKED; k++) this.#askNext();
  }

  get complete() {
    return this.received === this.size;
  }

  /** The pieces in order. */
  get inOrder() {
    return [...this.pieces.keys()].sort((a, b) => a - b).map((offset) => this.pieces.get(offset));
  }

  #askNext() {
    if (this.next >= this.size) return;
    const offset = this.next;
    this.next += this.piece;
    this.asked.add(offset);
    this.ask(offset);
  }

  /**
   * A piece came. One that nobody waits for, or of another length than it must have, counts for nothing.
   * @param {number} offset
   * @param {DataView} view possibly into a larger buffer
   */
  add(offset, view) {
    if (!this.asked.has(offset) || view.byteLength !== Math.min(this.piece, this.size - offset)) return;
    this.asked.delete(offset);
    this.pieces.set(offset, new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    this.received += view.byteLength;
    this.#askNext();
  }

  /** What was under way is lost. */
  again() {
    for (const offset of this.asked) this.ask(offset);
  }
}
