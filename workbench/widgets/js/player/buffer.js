// @ts-check
/** Pictures that came from the kernel, by frame number, within a bound of memory. */

/**
 * `below` and `above`: how many of its values were clipped; a saved picture does not know.
 * @typedef {{frame: number, rows: number, columns: number, channels: number, shrink: number, bytes: Uint8Array, below?: number, above?: number}} Picture
 */

const CAPACITY = 48e6;

export class PictureBuffer {
  /** @param {number} capacity bytes */
  constructor(capacity = CAPACITY) {
    this.capacity = capacity;
    this.size = 0;
    /** @type {Map<number, Picture>} */
    this.pictures = new Map();
  }

  clear() {
    this.pictures.clear();
    this.size = 0;
  }

  /** @param {number} frame */
  get(frame) {
    return this.pictures.get(frame);
  }

  /**
   * Is the frame here, shrunk by no more than `shrink`?
   * @param {number} frame
   * @param {number} shrink
   */
  has(frame, shrink) {
    const picture = this.pictures.get(frame);
    return picture !== undefined && picture.shrink <= shrink;
  }

  /**
   * Keeps pictures; while there are too many, those farthest from `around` go.
   * @param {Picture[]} pictures
   * @param {number} around
   */
  add(pictures, around) {
    for (const picture of pictures) {
      if (this.has(picture.frame, picture.shrink)) continue;
      this.#drop(picture.frame);
      this.pictures.set(picture.frame, picture);
      this.size += picture.bytes.byteLength;
    }
    if (this.size > this.capacity) this.#evict(around);
  }

  /**
   * Drops every picture but one.
   * @param {number} frame
   */
  keep(frame) {
    for (const other of [...this.pictures.keys()]) if (other !== frame) this.#drop(other);
  }

  /** @param {number} around */
  #evict(around) {
    const far = [...this.pictures.keys()].sort((a, b) => Math.abs(b - around) - Math.abs(a - around));
    for (const frame of far) {
      if (this.size <= this.capacity / 2 || this.pictures.size <= 2) return;
      this.#drop(frame);
    }
  }

  /** @param {number} frame */
  #drop(frame) {
    this.size -= this.pictures.get(frame)?.bytes.byteLength ?? 0;
    this.pictures.delete(frame);
  }
}
