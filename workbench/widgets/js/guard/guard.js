// @ts-check
/** Whether a film may play: flashing films wait for a person to say so, once for each notebook page. */

const KEY = "workbench: flashing films may play on ";

/** Where the word of a person is kept: as long as the page's tab is open. */
export class Consent {
  /**
   * @param {Pick<Storage, "getItem" | "setItem"> | null} storage null where the browser refuses one
   * @param {string} page
   */
  constructor(storage, page) {
    this.storage = storage;
    this.key = KEY + page;
    this.given = false;
  }

  get isGiven() {
    return this.given || this.storage?.getItem(this.key) === "yes";
  }

  give() {
    this.given = true;
    this.storage?.setItem(this.key, "yes");
  }
}

/**
 * What the kernel found for a stretch of film, and whether that answers for `frame` as it is shown now.
 */
export class FlashWatch {
  constructor() {
    /** @type {{key: string, start: number, stop: number, risky: boolean} | null} */
    this.report = null;
    /** @type {string | null} what was asked and not answered yet */
    this.asked = null;
  }

  /**
   * @param {string} key generation, speed, zoom: whatever changes the answer
   * @param {number} frame
   */
  covers(key, frame) {
    const { report } = this;
    return report !== null && report.key === key && (report.risky || (frame >= report.start && frame < report.stop));
  }

  /**
   * @param {string} key
   * @param {{start: number, stop: number, risky: boolean}} answer
   */
  answer(key, answer) {
    this.asked = null;
    this.report = { key, ...answer };
  }
}

/**
 * The line that stands beside the play button, or null where nothing has to be said.
 * @param {string} flashing what does, in words; none where all is calm
 * @param {boolean} reducedMotion
 * @param {boolean} consent
 */
export function notice(flashing, reducedMotion, consent) {
  if (consent) return null;
  if (flashing) return `${flashing} more than three times a second.`;
  return reducedMotion ? "Your system asks for reduced motion." : null;
}
