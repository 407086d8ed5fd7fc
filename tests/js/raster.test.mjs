import assert from "node:assert/strict";
import test from "node:test";
import { unpacked } from "../../workbench/widgets/js/kernel/protocol.js";
import { firing, neuronsOf, neuronWords, stretchAbout } from "../../workbench/widgets/js/model/raster.js";

test("at most 100 neurons, spread over the frame, none twice", () => {
  for (const [rows, columns] of [[50, 50], [1, 1], [3, 400], [400, 3], [9, 11], [28, 28], [1, 7], [10, 10], [12, 9]]) {
    const neurons = neuronsOf(rows, columns);
    const count = neurons.rows.length * neurons.columns.length;
    assert.ok(count >= 1 && count <= 100, `${rows} × ${columns}: ${count}`);
    assert.ok(count >= Math.min(50, rows * columns), `${rows} × ${columns}: ${count}`);
    assert.equal(new Set(neurons.rows).size, neurons.rows.length);
    assert.equal(new Set(neurons.columns).size, neurons.columns.length);
    assert.ok(Math.max(...neurons.rows) < rows && Math.max(...neurons.columns) < columns);
  }
  assert.deepEqual(neuronsOf(50, 50).rows, [2, 7, 12, 17, 22, 27, 32, 37, 42, 47]);
});

test("neurons are numbered row by row and fire where their pixel is white, in any channel", () => {
  const neurons = { rows: [0, 2], columns: [1, 3] };
  const bytes = new Uint8Array(3 * 4);
  bytes[0 * 4 + 3] = bytes[2 * 4 + 1] = bytes[1 * 4 + 1] = 255;
  assert.deepEqual(firing({ bytes, columns: 4, channels: 1 }, neurons), [1, 2]);
  const coloured = new Uint8Array(3 * 4 * 3);
  coloured[(2 * 4 + 3) * 3 + 2] = 255;
  assert.deepEqual(firing({ bytes: coloured, columns: 4, channels: 3 }, neurons), [3]);
});

test("it is said which neurons they are", () => {
  assert.equal(neuronWords(neuronsOf(50, 50), 2500), "100 of 2500 neurons: rows 2, 7 … 47, columns 2, 7 … 47, row by row");
  assert.equal(neuronWords(neuronsOf(2, 3), 6), "all 6 neurons, row by row");
  assert.equal(neuronWords(neuronsOf(1, 300), 300).slice(0, 25), "100 of 300 neurons: row 0");
});

test("the present frame is always inside the raster, which turns over by half", () => {
  for (const position of [0, 99, 100, 199, 200, 12345]) {
    const { start, stop } = stretchAbout(position);
    assert.ok(start <= position && position < stop && start >= 0);
    assert.ok(position < 100 || position - start >= 100);
  }
});

test("bits become black and white, the highest first, the rest of the last byte left out", () => {
  assert.deepEqual([...unpacked(new Uint8Array([0b10000001, 0b01000000]), 10)], [255, 0, 0, 0, 0, 0, 0, 255, 0, 255]);
  assert.throws(() => unpacked(new Uint8Array(2), 17));
});
