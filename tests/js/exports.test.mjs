import assert from "node:assert/strict";
import test from "node:test";
import { kindWords } from "../../workbench/widgets/js/export/exports.js";
import { Intake } from "../../workbench/widgets/js/export/intake.js";
import { leftWords, stretchWords, typedStretch, wholeStretch } from "../../workbench/widgets/js/export/stretch.js";

test("to begin with it is the whole film, or 1000 frames of an endless one", () => {
  assert.deepEqual(wholeStretch({ first: 0, length: 200 }, false), { start: 0, stop: 200 });
  assert.deepEqual(wholeStretch({ first: 50, length: null }, true), { start: 50, stop: 1050 });
  assert.deepEqual(wholeStretch({ first: 0, length: null }, false), { start: 0, stop: null });
});

test("boxes say whole frame numbers, an empty second one the end", () => {
  assert.deepEqual(typedStretch(" 10 ", "20"), { start: 10, stop: 20 });
  assert.deepEqual(typedStretch("10", " "), { start: 10, stop: null });
  for (const [from, upTo] of [["", "20"], ["-1", "20"], ["1.5", "20"], ["0", "1e3"], ["0", "x"], ["9".repeat(16), ""]]) {
    assert.equal(typedStretch(from, upTo), null);
  }
});

test("a stretch in words has frames and seconds", () => {
  assert.equal(stretchWords({ start: 0, stop: 1000 }, 0.001), "1000 frames, 0 s to 1 s");
  assert.equal(stretchWords({ start: 25, stop: 26 }, 0.04), "1 frame, 1 s to 1.04 s");
  assert.equal(stretchWords({ start: 50, stop: null }, 0.04), "to the end, from 2 s on");
  assert.equal(stretchWords({ start: 0, stop: 1000 }, 0.01, -1), "1000 frames, −1 s to 9 s");
  assert.match(stretchWords({ start: 5, stop: 5 }, 0.04), /no frames/);
  assert.match(stretchWords(null, 0.04), /whole numbers/);
});

test("the time left is said as one would", () => {
  assert.equal(leftWords(null), "");
  assert.equal(leftWords(0.2), "1 s left");
  assert.equal(leftWords(99), "99 s left");
  assert.equal(leftWords(101), "2 min left");
  assert.equal(leftWords(7321), "2 h 3 min left");
});

test("a kind says whether it is exact, and what is missing", () => {
  const kind = { suffix: ".npy", meaning: "NumPy array", exact: true, missing: "" };
  assert.equal(kindWords(kind), ".npy (exact): NumPy array");
  assert.equal(kindWords({ ...kind, suffix: "", meaning: "a folder", exact: false, missing: "needs x" }), "PNGs: a folder, needs x");
});

/** Bytes 0, 1, 2 … of a file, as a view into a larger buffer. */
function piece(offset, length) {
  const whole = new Uint8Array(length + 7).map((_, k) => offset + k - 3);
  return new DataView(whole.buffer, 3, length);
}

test("pieces in any order become the file; few are under way at a time", () => {
  const asked = [];
  const intake = new Intake(23, 4, (offset) => asked.push(offset));
  assert.deepEqual(asked, [0, 4, 8]);
  for (const offset of [8, 0, 4, 12, 20, 16]) intake.add(offset, piece(offset, Math.min(4, 23 - offset)));
  assert.deepEqual(asked, [0, 4, 8, 12, 16, 20]);
  assert.ok(intake.complete);
  assert.deepEqual(intake.inOrder.flatMap((one) => [...one]), Array.from({ length: 23 }, (_, k) => k));
});

test("what nobody waits for counts for nothing, and what was lost is asked for again", () => {
  const asked = [];
  const intake = new Intake(8, 4, (offset) => asked.push(offset));
  intake.add(0, piece(0, 4));
  intake.add(0, piece(0, 4));
  intake.add(12, piece(12, 4));
  intake.add(4, piece(4, 3));
  assert.equal(intake.received, 4);
  intake.again();
  assert.deepEqual(asked, [0, 4, 4]);
  intake.add(4, piece(4, 4));
  assert.ok(intake.complete);
});
