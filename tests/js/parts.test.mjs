import assert from "node:assert/strict";
import test from "node:test";
import { PictureBuffer } from "../../workbench/widgets/js/player/buffer.js";
import { Consent, FlashWatch, notice } from "../../workbench/widgets/js/guard/guard.js";
import { actionOf } from "../../workbench/widgets/js/player/keys.js";
import { channelsOf, speedsOf } from "../../workbench/widgets/js/player/look.js";
import { scrubEnd } from "../../workbench/widgets/js/player/transport.js";

const picture = (frame, shrink = 1, size = 10) => ({ frame, shrink, bytes: new Uint8Array(size) });

test("the buffer keeps what is near and stays within its bound", () => {
  const buffer = new PictureBuffer(100);
  for (let frame = 0; frame < 50; frame++) buffer.add([picture(frame)], frame);
  assert.ok(buffer.size <= 100);
  assert.ok(buffer.has(49, 1) && !buffer.has(0, 1));
});

test("a finer picture takes the place of a coarser one, not the other way round", () => {
  const buffer = new PictureBuffer();
  buffer.add([picture(3, 4)], 3);
  assert.ok(buffer.has(3, 4) && !buffer.has(3, 1));
  buffer.add([picture(3, 1)], 3);
  buffer.add([picture(3, 4)], 3);
  assert.equal(buffer.get(3).shrink, 1);
  assert.equal(buffer.size, 10);
});

test("keys of the film, and none with Ctrl, Alt or Meta", () => {
  const actions = [" ", "ArrowRight", "ArrowLeft", "Home", "End"].map((key) => actionOf({ key }));
  assert.deepEqual(actions, ["toggle", "forward", "back", "first", "last"]);
  assert.equal(actionOf({ key: "a" }), null);
  assert.equal(actionOf({ key: "Home", ctrlKey: true }), null);
  assert.equal(actionOf({ key: "constructor" }), null);
});

test("a risky film needs a word, once for a page", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const consent = new Consent(storage, "/lab/tree/a.ipynb");
  assert.equal(notice("The film flashes", false, consent.isGiven), "The film flashes more than three times a second.");
  consent.give();
  assert.equal(notice("The film flashes", true, consent.isGiven), null);
  assert.ok(new Consent(storage, "/lab/tree/a.ipynb").isGiven);
  assert.ok(!new Consent(storage, "/lab/tree/b.ipynb").isGiven);
});

test("reduced motion is honoured, a calm film needs no word", () => {
  assert.match(notice("", true, false), /reduced motion/);
  assert.equal(notice("", false, false), null);
});

test("a report answers for its own stretch of its own film; a risky one for all of it", () => {
  const watch = new FlashWatch();
  watch.answer("film 1", { start: 0, stop: 60, risky: false });
  assert.ok(watch.covers("film 1", 59) && !watch.covers("film 1", 60) && !watch.covers("film 2", 0));
  watch.answer("film 1", { start: 0, stop: 60, risky: true });
  assert.ok(watch.covers("film 1", 600));
});

test("speeds go up to twice real time, which is marked", () => {
  const rates = speedsOf(0.001).map(([rate]) => Number(rate));
  assert.ok(rates.includes(60) && rates.includes(1000) && Math.max(...rates) === 1000);
  assert.deepEqual(speedsOf(1 / 25).filter(([, words]) => words.includes("real time")).length, 1);
  assert.ok(speedsOf(1).length >= 1);
});

test("channels: none to choose of one, colour first of three", () => {
  assert.deepEqual(channelsOf(1), []);
  assert.deepEqual(channelsOf(3).map(([key]) => key), ["-1", "0", "1", "2"]);
  assert.deepEqual(channelsOf(2).map(([key]) => key), ["0", "1"]);
});

test("the scrubber of an endless film always reaches past where it stands", () => {
  assert.equal(scrubEnd({ length: 40 }, 3), 39);
  for (const position of [0, 999, 1000, 12345, 1e9]) assert.ok(scrubEnd({ length: null }, position) > position);
});
