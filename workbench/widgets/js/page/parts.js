// @ts-check
/** The parts of a bench beside its player: each has a drawer, and hears of the film. A new part is one file and one line here. */

import { Beside } from "../model/beside.js";
import { element } from "./element.js";
import { Exports } from "../export/exports.js";
import { Views } from "../views/views.js";

/**
 * What a part is given: the number of this view, the player, its stage and its warden, what a key does there, and a way to the kernel.
 * @typedef {{view: number, model: any, player: import("../player/player.js").Player, stage: import("../player/stage.js").Stage,
 *   warden: import("../guard/warden.js").Warden, key: (event: KeyboardEvent) => void, send: (message: object) => void}} Table
 */

/**
 * `element` goes into the drawer called `title`, `beside` beside the film. It may hear of what the kernel says of it (`facts`),
 * of another film, of every picture painted, four times a second (`watch`), of its messages (those with its name as `part`),
 * of its drawer, that what was under way is lost (a line that broke: ask again), and of the end.
 * @typedef {{title: string, element: HTMLElement, beside?: HTMLElement, facts?: (facts: any) => void, film?: (film: any) => void,
 *   painted?: (picture: import("../player/buffer.js").Picture) => void, watch?: () => void, lost?: () => void, receive?: (content: any, buffers: DataView[]) => void,
 *   opened?: (open: boolean) => void, close?: () => void}} Part
 */

/**
 * By the name that the kernel has for each.
 * @type {Record<string, new (table: Table) => Part>}
 */
const PARTS = { model: Beside, views: Views, exports: Exports };

export class Parts {
  /** @param {Table} table */
  constructor(table) {
    this.parts = Object.fromEntries(Object.entries(PARTS).map(([name, Part]) => [name, new Part(table)]));
  }

  /** What stands beside the film. */
  get beside() {
    return Object.values(this.parts).flatMap((part) => part.beside ?? []);
  }

  get drawers() {
    return Object.values(this.parts).map(drawer);
  }

  /**
   * Tells every part that listens.
   * @param {"film" | "painted" | "watch" | "lost" | "close"} what
   * @param {...any} news
   */
  all(what, ...news) {
    for (const part of Object.values(this.parts)) /** @type {any} */ (part)[what]?.(...news);
  }

  /** @param {Record<string, any>} facts of each part */
  facts(facts) {
    for (const [name, part] of Object.entries(this.parts)) if (name in facts) part.facts?.(facts[name]);
  }

  /**
   * Is a message one for a part?
   * @param {any} content
   * @param {DataView[]} buffers
   */
  receive(content, buffers) {
    const part = Object.hasOwn(this.parts, content.part) ? this.parts[content.part] : undefined;
    part?.receive?.(content, buffers);
    return part !== undefined;
  }
}

/** @param {Part} part */
function drawer(part) {
  const toggle = () => part.opened?.(made.open);
  const made = element("details", { class: "wb-drawer", ontoggle: toggle }, element("summary", {}, part.title), part.element);
  return made;
}
