import assert from "node:assert/strict";
import test from "node:test";
import { Gate } from "../../workbench/widgets/js/knobs/gate.js";

/** A gate on a clock that is set by hand. */
function bench() {
  const sent = [];
  const timers = [];
  const world = { time: 0, sent };
  world.gate = new Gate(
    (number, knob, value) => sent.push({ number, knob, value, time: world.time }),
    () => world.time,
    (action, delay) => timers.push({ action, due: world.time + delay }),
  );
  world.advance = (time) => {
    for (timers.sort((a, b) => a.due - b.due); timers.length && timers[0].due <= time; ) {
      const { action, due } = timers.shift();
      world.time = due;
      action();
    }
    world.time = time;
  };
  return world;
}

test("the first change goes out at once, then the latest one after 33 ms", () => {
  const { gate, sent, advance } = bench();
  for (const value of [1, 2, 3]) gate.offer("level", value);
  assert.deepEqual(sent.map(({ value }) => value), [1]);
  advance(32);
  assert.equal(sent.length, 1);
  advance(33);
  assert.deepEqual(sent.map(({ value, time }) => [value, time]), [[1, 0], [3, 33]]);
});

test("changes are paced by 1.25 times what one costs the kernel", () => {
  const { gate, sent, advance } = bench();
  gate.offer("level", 1);
  gate.answered(1, 80);
  advance(40);
  gate.offer("level", 2);
  gate.offer("level", 3);
  gate.answered(2, 80);
  advance(139);
  assert.equal(sent.length, 2);
  advance(140);
  assert.deepEqual(sent.map(({ time }) => time), [0, 40, 140]);
});

test("the last value always goes out, and every knob's", () => {
  const { gate, sent, advance } = bench();
  for (let value = 0; value < 60; value++) {
    gate.offer("level", value);
    gate.offer("mean", -value);
    advance(4 * value);
    gate.answered(gate.number, 1);
  }
  advance(1000);
  assert.equal(sent.findLast(({ knob }) => knob === "level").value, 59);
  assert.equal(sent.findLast(({ knob }) => knob === "mean").value, -59);
});

test("a kernel that does not answer collects no queue", () => {
  const { gate, sent, advance } = bench();
  for (let value = 0; value < 200; value++) {
    gate.offer("level", value);
    advance(50 * value);
  }
  assert.equal(sent.length, 12);
  assert.equal(gate.settled, false);
  gate.answered(12, 1);
  assert.equal(sent.at(-1).value, 199);
});

test("it is settled when every change is answered; a late answer covers those before it", () => {
  const { gate, advance } = bench();
  gate.offer("level", 1);
  advance(50);
  gate.offer("level", 2);
  assert.equal(gate.settled, false);
  gate.answered(2, 5);
  assert.equal(gate.settled, true);
});
