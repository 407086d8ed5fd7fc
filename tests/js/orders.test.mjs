import assert from "node:assert/strict";
import test from "node:test";
import {
  chunkOf,
  framesAbout,
  framesAhead,
  horizonOf,
  nextOrder,
  playingShrink,
  restingShrink,
} from "../../workbench/widgets/js/player/orders.js";

test("an order is 0.15 s of film, and two pictures at least", () => {
  assert.equal(chunkOf(60), 9);
  assert.equal(chunkOf(1), 2);
});

test("orders reach over twice the round trip and 0.3 s", () => {
  assert.ok(horizonOf(60, 0.15) >= 60 * (2 * 0.15 + 0.3));
  assert.ok(horizonOf(60, 0.15) <= 60 * (2 * 0.15 + 0.3) + 2 * chunkOf(60));
});

test("wide films are averaged down to about 4 MB a second, small ones not at all", () => {
  assert.equal(playingShrink(200 * 200, 60), 1);
  assert.equal(playingShrink(512 * 512, 60), 2);
  for (const side of [300, 512, 1080, 2000]) {
    const shrink = playingShrink(side * side, 60);
    assert.ok((side / shrink) ** 2 * 60 <= 4e6);
    assert.ok((side / (shrink - 1)) ** 2 * 60 > 4e6);
  }
  assert.equal(restingShrink(1920 * 1080), 1);
});

test("playing wants the frames ahead, once around a loop, and stops at an end", () => {
  const film = { first: 0, length: 10, step: 1, loop: true };
  assert.deepEqual(framesAhead(8, 4, film), [8, 9, 0, 1]);
  assert.deepEqual(framesAhead(8, 4, { ...film, loop: false }), [8, 9]);
  assert.deepEqual(framesAhead(0, 3, { first: 0, length: null, step: 16, loop: false }), [0, 16, 32]);
  assert.equal(new Set(framesAhead(3, 100, film)).size, framesAhead(3, 100, film).length);
});

test("resting wants the present frame first", () => {
  assert.deepEqual(framesAbout(0, { first: 0, length: null }), [0, 1, 2, 3, 4]);
  assert.deepEqual(framesAbout(9, { first: 0, length: 10 }), [9, 7, 8]);
});

test("a chunk of missing frames is ordered; a short one at the far end waits", () => {
  const frames = Array.from({ length: 20 }, (_, k) => k);
  const after = (n) => (frame) => frame >= n;
  assert.deepEqual(nextOrder(frames, after(0), 1, 9), { start: 0, count: 9 });
  assert.deepEqual(nextOrder(frames, after(9), 1, 9), { start: 9, count: 9 });
  assert.equal(nextOrder(frames, after(18), 1, 9), null);
  assert.equal(nextOrder(frames, after(20), 1, 9), null);
  assert.deepEqual(nextOrder(frames, (frame) => frame === 4 || frame === 5, 1, 9), { start: 4, count: 2 });
  assert.deepEqual(nextOrder([8, 9, 0, 1], after(0), 1, 9), { start: 8, count: 2 });
});
