// @ts-check
/** Sends files to the kernel: one after the other, each in bounded pieces, each piece after the answer to the last. */

/** @typedef {{op: "go" | "refused", upload: number, at: number, card: number}} Answer */

export class Sender {
  /**
   * @param {number} view
   * @param {number} most bytes in a piece
   * @param {(message: object, buffers?: ArrayBuffer[]) => void} send
   * @param {(card: number, share: number) => void} progress
   */
  constructor(view, most, send, progress) {
    this.view = view;
    this.most = most;
    this.send = send;
    this.progress = progress;
    this.drops = 0;
    this.uploads = 0;
    /** @type {Map<number, (answer: Answer) => void>} */
    this.waiting = new Map();
  }

  /**
   * Sends files that belong together.
   * @param {Iterable<File>} files
   */
  async drop(files) {
    const drop = ++this.drops;
    for (const file of files) await this.#file(file, drop);
    this.send({ op: "done", view: this.view, drop });
  }

  /** @param {Answer} answer */
  answer(answer) {
    this.waiting.get(answer.upload)?.(answer);
    this.waiting.delete(answer.upload);
  }

  /**
   * @param {File} file
   * @param {number} drop
   */
  async #file(file, drop) {
    const { view, most } = this;
    const upload = ++this.uploads;
    const ask = (/** @type {object} */ message, /** @type {ArrayBuffer[]} */ ...buffers) =>
      new Promise((/** @type {(answer: Answer) => void} */ resolve) => {
        this.waiting.set(upload, resolve);
        this.send({ view, upload, ...message }, buffers);
      });
    let answer = await ask({ op: "begin", drop, name: file.name, size: file.size });
    while (answer.op === "go" && answer.at < file.size) {
      const { at, card } = answer;
      this.progress(card, at / file.size);
      const bytes = await pieceOf(file, at, at + most);
      if (bytes === null) return; // the kernel says that it did not come whole
      answer = await ask({ op: "piece", at }, bytes);
    }
  }
}

/**
 * Some bytes of a file, or null where it cannot be read: a folder, or a file that is gone.
 * @param {File} file
 * @param {number} start
 * @param {number} stop
 */
async function pieceOf(file, start, stop) {
  try {
    return await file.slice(start, stop).arrayBuffer();
  } catch {
    return null;
  }
}
