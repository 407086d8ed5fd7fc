import assert from "node:assert/strict";
import test from "node:test";
import { Follower, framesFor, runsOf } from "../../workbench/widgets/js/model/follower.js";
import { lineOf } from "../../workbench/widgets/js/model/line.js";

const MANNER = { step: 1, shrink: 1, channel: 0 };
const range = (start, stop, step = 1) => Array.from({ length: Math.ceil((stop - start) / step) }, (_, k) => start + k * step);
const pictures = (frames, shrink = 1) => frames.map((frame) => ({ frame, shrink, bytes: new Uint8Array(4) }));

function desk() {
  const orders = [];
  const follower = new Follower((number, run, manner, after) => orders.push({ number, ...run, ...manner, after }));
  return { orders, follower };
}

test("frames become runs of neighbours, bounded", () => {
  assert.deepEqual(runsOf([7, 8, 9, 0, 1], 1), [{ start: 7, count: 3 }, { start: 0, count: 2 }]);
  assert.deepEqual(runsOf(range(0, 80, 16), 16), [{ start: 0, count: 5 }]);
  assert.deepEqual(runsOf(range(0, 300), 1).map(({ count }) => count), [256, 44]);
  assert.deepEqual(runsOf([], 1), []);
});

test("what is under way is not ordered twice, and only whole chunks are added to it", () => {
  const { orders, follower } = desk();
  follower.pump(range(0, 20), MANNER, 5);
  follower.pump(range(1, 21), MANNER, 5);
  follower.pump(range(4, 24), MANNER, 5);
  assert.deepEqual(orders.map(({ start, count, after }) => [start, count, after]), [[0, 20, false]]);
  follower.receive(1, false, pictures(range(0, 8)), 5);
  follower.pump(range(5, 25), MANNER, 5);
  assert.deepEqual(orders.map(({ start, count, after }) => [start, count, after]), [[0, 20, false], [20, 5, true]]);
});

test("a jump is ordered at once, in the place of what was wanted", () => {
  const { orders, follower } = desk();
  follower.pump(range(0, 20), MANNER, 5);
  follower.pump(range(500, 520), MANNER, 5);
  follower.pump(range(500, 520), MANNER, 5);
  assert.deepEqual(orders.map(({ start, after }) => [start, after]), [[0, false], [500, false]]);
  follower.receive(1, true, pictures(range(0, 3)), 500);
  assert.ok(follower.buffer.has(2, 1));
});

test("at the end of a looping film both runs are wanted", () => {
  const { orders, follower } = desk();
  follower.pump([18, 19, 0, 1], MANNER, 2);
  assert.deepEqual(orders.map(({ start, count, after }) => [start, count, after]), [[18, 2, false], [0, 2, true]]);
});

test("an order that ended short is asked for again, one that is done and whole is not", () => {
  const { orders, follower } = desk();
  follower.pump(range(0, 4), MANNER, 1);
  follower.receive(1, true, pictures(range(0, 2)), 0);
  follower.pump(range(0, 4), MANNER, 1);
  follower.receive(2, true, pictures(range(2, 4)), 0);
  follower.pump(range(0, 4), MANNER, 1);
  assert.deepEqual(orders.map(({ start, count }) => [start, count]), [[0, 4], [2, 2]]);
});

test("coarser pictures are ordered anew, finer ones serve", () => {
  const { orders, follower } = desk();
  follower.pump(range(0, 4), { ...MANNER, shrink: 2 }, 1);
  follower.receive(1, true, pictures(range(0, 4), 2), 0);
  follower.pump(range(0, 4), MANNER, 1);
  assert.deepEqual(orders.map(({ shrink, after }) => [shrink, after]), [[2, false], [1, false]]);
  follower.receive(2, true, pictures(range(0, 4)), 0);
  follower.pump(range(0, 4), { ...MANNER, shrink: 2 }, 1);
  assert.equal(orders.length, 2);
});

test("nothing is ordered while it is stopped or in trouble; another film begins anew", () => {
  const { orders, follower } = desk();
  follower.stopped = true;
  follower.pump([0], MANNER, 1);
  follower.forget();
  follower.fail("ValueError: no");
  follower.pump([0], MANNER, 1);
  assert.equal(orders.length, 0);
  follower.forget();
  follower.pump([0], MANNER, 1);
  assert.equal(orders.length, 1);
});

test("playing looks ahead, further for small pictures; resting looks about, within the film", () => {
  const film = { playing: true, position: 10, rate: 30, step: 1, loop: true, first: 0, length: null };
  assert.deepEqual(framesFor(film, 2500, 0.01, false).frames, range(10, 106));
  assert.equal(framesFor(film, 262144, 0.01, false).frames.length, Math.ceil(30 * 0.32) + 5);
  assert.deepEqual(framesFor({ ...film, length: 12 }, 2500, 0.01, false).frames, [10, 11, ...range(0, 10)]);
  const rest = { ...film, playing: false };
  assert.deepEqual(framesFor(rest, 2500, 0.01, false).frames, range(8, 15));
  assert.deepEqual(framesFor({ ...rest, position: 1, length: 3 }, 2500, 0.01, false).frames, [0, 1, 2]);
  assert.ok(framesFor({ ...rest, position: 1000 }, 2500, 0.01, true).frames.length > 150);
});

const STATE = { name: "Retina", output: "opl", shown: 7, behind: false, computing: false, stopped: false, trouble: "", way: null, clipped: { clipped: 0, total: 9 } };

test("the line says which frame is shown, what is under way and how much of it is done", () => {
  assert.equal(lineOf(STATE).words, "Retina, opl · frame 7 · 0 % clipped");
  assert.equal(lineOf({ ...STATE, output: "output" }).words, "Retina · frame 7 · 0 % clipped");
  const behind = lineOf({ ...STATE, behind: true, computing: true, way: { since: 100, at: 150, target: 300 } });
  assert.deepEqual(behind, { words: "Retina, opl · at frame 7, computing", share: 0.25 });
  assert.equal(lineOf({ ...STATE, shown: null, behind: true, computing: true }).words, "Retina, opl · computing");
  assert.equal(lineOf({ ...STATE, behind: true, stopped: true }).words, "Retina, opl · stopped at frame 7");
  assert.equal(lineOf({ ...STATE, behind: true, trouble: "ValueError: no" }).words, "ValueError: no");
});

test("what was dropped for a jump is ordered again on the way back", () => {
  const { orders, follower } = desk();
  for (const start of [0, 500, 0]) follower.pump(range(start, start + 20), MANNER, 5);
  assert.deepEqual(orders.map(({ start, after }) => [start, after]), [[0, false], [500, false], [0, false]]);
});

test("pictures under way that are coarser than wanted do not count", () => {
  const { orders, follower } = desk();
  follower.pump(range(0, 4), { ...MANNER, shrink: 2 }, 1);
  follower.pump(range(0, 4), MANNER, 1);
  assert.deepEqual(orders.map(({ shrink, after }) => [shrink, after]), [[2, false], [1, false]]);
});
