// @ts-check
/** The gallery in a page: the cards, the place where files are dropped, and the way back from a bench. */

import { Card } from "./gallery/card.js";
import { element, icon } from "./page/element.js";
import { Sender } from "./gallery/sender.js";

class GalleryView {
  /** @param {any} model */
  constructor(model) {
    this.model = model;
    this.number = Math.floor(Math.random() * 2 ** 31);
    /** @type {Map<number, Card>} */
    this.cards = new Map();
    this.opened = -1;
    const send = (/** @type {object} */ message, /** @type {ArrayBuffer[]} */ buffers = []) => model.send(message, undefined, buffers);
    this.send = send;
    this.sender = new Sender(this.number, model.get("piece"), send, (card, share) => this.cards.get(card)?.progress(share));
    this.list = element("ul", { class: "wb-cards" });
    this.status = element("div", { class: "wb-status", role: "status" });
    this.shelf = element("div", {}, this.#zone(), this.list, this.status);
    const label = "Back to all streams";
    this.back = element("button", { type: "button", class: "wb-button wb-words wb-back", onclick: () => send({ op: "back" }) }, icon("back"), label);
    this.element = element("section", { class: "wb-gallery", "aria-label": "gallery", "data-lm-suppress-shortcuts": "true" }, this.back, this.shelf);
    this.#listen();
    this.#show();
    this.#turn();
  }

  /** The place for files; the whole gallery takes them. */
  #zone() {
    const files = element("input", { type: "file", multiple: true, hidden: true });
    files.addEventListener("change", () => {
      this.#take([...files.files]);
      files.value = "";
    });
    const button = element("button", { type: "button", class: "wb-button wb-words", onclick: () => files.click() }, "Choose files");
    const words = `Drop files here: ${this.model.get("kinds").join(", ")}`;
    return element("div", { class: "wb-drop", role: "group", "aria-label": "your own files" }, element("span", {}, words), button, files);
  }

  /** @param {File[]} files */
  #take(files) {
    if (files.length) this.sender.drop(files);
  }

  #listen() {
    this.events = [
      ["change:cards", () => this.#show()],
      ["change:opened", () => this.#turn()],
      ["msg:custom", (/** @type {any} */ content, /** @type {any} */ buffers) => this.#receive(content, buffers)],
    ];
    for (const [event, listener] of this.events) this.model.on(event, listener);
    for (const kind of ["keydown", "keyup", "keypress"]) this.element.addEventListener(kind, (/** @type {Event} */ event) => event.stopPropagation());
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) this.element.addEventListener(kind, (/** @type {DragEvent} */ event) => this.#drag(event));
    this.sight = new IntersectionObserver((entries) => this.#seen(entries));
    this.timer = setInterval(() => this.#tick(), 1000 / this.model.get("rate"));
  }

  close() {
    clearInterval(this.timer);
    this.sight.disconnect();
    for (const [event, listener] of this.events ?? []) this.model.off(event, listener);
  }

  /** @param {DragEvent} event */
  #drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    const inside = event.type === "dragleave" && this.element.contains(/** @type {Node} */ (event.relatedTarget));
    this.element.classList.toggle("wb-over", event.type.startsWith("drage") || event.type === "dragover" || inside);
    if (event.type === "drop") this.#take([...event.dataTransfer.files]);
  }

  #show() {
    const facts = /** @type {import("./gallery/card.js").CardFacts[]} */ (this.model.get("cards"));
    const there = new Set(facts.map((one) => one.number));
    for (const [number, card] of this.cards) if (!there.has(number)) this.#drop(number, card);
    facts.forEach((one, place) => {
      const card = this.cards.get(one.number) ?? this.#add(one);
      if (card.facts.receiving && !one.receiving) this.status.textContent = `${one.name}: ${one.trouble || one.line}`;
      card.update(one);
      if (this.list.children[place] !== card.element) this.list.insertBefore(card.element, this.list.children[place] ?? null);
    });
    this.#want([...this.cards.values()]);
  }

  /** @param {import("./gallery/card.js").CardFacts} facts */
  #add(facts) {
    const card = new Card(facts, (op, number) => this.send({ op, card: number }));
    this.cards.set(facts.number, card);
    card.element.dataset.card = String(facts.number);
    this.sight.observe(card.element);
    return card;
  }

  /**
   * @param {number} number
   * @param {Card} card
   */
  #drop(number, card) {
    this.sight.unobserve(card.element);
    card.element.remove();
    this.cards.delete(number);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    const seen = entries.map(({ target, isIntersecting }) => {
      const card = this.cards.get(Number(/** @type {HTMLElement} */ (target).dataset.card));
      if (card) card.visible = isIntersecting;
      return card;
    });
    this.#want(/** @type {Card[]} */ (seen.filter(Boolean)));
  }

  /**
   * Asks for clips. The kernel makes the one asked for last first: the uppermost.
   * @param {Card[]} cards
   */
  #want(cards) {
    for (const card of cards.filter((one) => one.isWanted).reverse()) {
      card.asked = true;
      this.send({ op: "look", view: this.number, card: card.facts.number });
    }
  }

  /** Shows the cards, or the way back to them; the focus goes along. */
  #turn() {
    const opened = this.model.get("opened");
    const focused = this.element.contains(document.activeElement);
    this.shelf.hidden = opened >= 0;
    this.back.hidden = opened < 0;
    if (focused) (opened >= 0 ? this.back : this.cards.get(this.opened)?.open)?.focus();
    this.opened = opened;
  }

  /**
   * @param {any} content
   * @param {DataView[]} buffers
   */
  #receive(content, buffers) {
    if (content.op === "malformed") this.status.textContent = content.message;
    if (content.view !== this.number) return;
    if (content.op === "go" || content.op === "refused") this.sender.answer(content);
    else this.cards.get(content.card)?.receive(content, buffers);
  }

  #tick() {
    if (document.hidden || this.opened >= 0) return;
    const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const time = performance.now();
    for (const card of this.cards.values()) if (card.visible) card.thumbnail.tick(time, this.model.get("rate"), reduced);
  }
}

export default {
  /** @param {{model: any, el: HTMLElement}} page */
  render({ model, el }) {
    const view = new GalleryView(model);
    el.append(view.element);
    return () => view.close();
  },
};
