import assert from "node:assert/strict";
import test from "node:test";
import { advance, clampFrame, frameAt, stepFor } from "../../workbench/widgets/js/player/clock.js";

const endless = { first: 0, length: null, step: 1, loop: false };

test("60 frames a second on a 60 Hz screen shows every frame once, though its ticks jitter", () => {
  let clock = 0;
  let time = 0;
  for (let tick = 1; tick <= 600; tick++) {
    const at = (tick + 0.2 * Math.sin(7 * tick)) / 60; // a fifth of a tick early or late
    ({ clock } = advance(clock, (at - time) * 60, endless));
    time = at;
    assert.equal(frameAt(clock, 1), tick);
  }
});

test("a film of 1000 frames a second keeps its time: 16.7 frames a tick, shown in steps of 16", () => {
  assert.equal(stepFor(1000), 16);
  let clock = 0;
  for (let tick = 0; tick < 60; tick++) ({ clock } = advance(clock, 1000 / 60, { ...endless, step: 16 }));
  assert.ok(Math.abs(clock - 1000) < 1e-6);
  assert.equal(frameAt(clock, 16) % 16, 0);
});

test("slow films are shown frame by frame", () => {
  assert.equal(stepFor(1), 1);
  assert.equal(stepFor(60), 1);
  assert.equal(stepFor(119), 1);
  assert.equal(stepFor(120), 2);
});

test("a film ends on its last frame, or turns back to its first", () => {
  const film = { first: 0, length: 10, step: 1, loop: false };
  assert.deepEqual(advance(9, 1, film), { clock: 9, ended: true });
  assert.deepEqual(advance(9, 1, { ...film, loop: true }), { clock: 0, ended: false });
  assert.deepEqual(advance(8, 1, film), { clock: 9, ended: false });
  assert.deepEqual(advance(24, 1, { first: 20, length: 25, step: 1, loop: true }), { clock: 20, ended: false });
});

test("steps count from the first frame that there is", () => {
  assert.equal(frameAt(5, 4, 5), 5);
  assert.equal(frameAt(9.1, 4, 5), 9);
});

test("frame numbers are kept inside the film", () => {
  const film = { first: 5, length: 10 };
  assert.deepEqual([-3, 7.4, 99, NaN].map((frame) => clampFrame(frame, film)), [5, 7, 9, 5]);
  assert.equal(clampFrame(1e9, { first: 0, length: null }), 1e9);
  assert.equal(clampFrame(3, { first: 0, length: 0 }), 0);
});
