import assert from "node:assert/strict";
import test from "node:test";
import { colourTable, contrastTable, gradient, paint } from "../../workbench/widgets/js/player/colours.js";

const colour = (map, byte, contrast = 1) => [...colourTable(map, contrast).slice(4 * byte, 4 * byte + 4)];

test("grey at contrast 1 shows each byte as itself", () => {
  for (let byte = 0; byte < 256; byte++) assert.deepEqual(colour("grey", byte), [byte, byte, byte, 255]);
});

test("viridis is matplotlib's, to two steps of 255", () => {
  // matplotlib.colormaps["viridis"](byte, bytes=True)
  const published = [[0, 68, 1, 84], [37, 70, 51, 127], [100, 42, 118, 142], [128, 33, 145, 140], [230, 189, 223, 38], [255, 253, 231, 37]];
  for (const [byte, ...wanted] of published) {
    colour("viridis", byte).slice(0, 3).forEach((value, k) => assert.ok(Math.abs(value - wanted[k]) <= 2, `${byte}`));
  }
});

test("the diverging map is white about zero, blue below and red above, as dark on both sides", () => {
  const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [blue, white, red] = [20, 127, 235].map((byte) => colour("diverging", byte));
  assert.ok(Math.min(...white.slice(0, 3)) > 240);
  assert.ok(blue[2] > blue[0] && red[0] > red[2]);
  assert.ok(Math.abs(luminance(colour("diverging", 0)) - luminance(colour("diverging", 255))) < 15);
});

test("contrast spreads about the middle and clips", () => {
  const table = contrastTable(2);
  assert.equal(table[0], 0);
  assert.equal(table[255], 255);
  assert.ok(Math.abs(table[160] - (127.5 + 2 * 32.5)) <= 0.5);
  assert.deepEqual([...contrastTable(1)], Array.from({ length: 256 }, (_, k) => k));
});

test("one channel goes through the colour map, three are colours already", () => {
  const image = new Uint8ClampedArray(8);
  const table = colourTable("grey", 1);
  paint({ bytes: Uint8Array.of(7, 200), channels: 1 }, table, contrastTable(1), image);
  assert.deepEqual([...image], [7, 7, 7, 255, 200, 200, 200, 255]);
  paint({ bytes: Uint8Array.of(1, 2, 3, 4, 5, 6), channels: 3 }, table, contrastTable(1), image);
  assert.deepEqual([...image], [1, 2, 3, 255, 4, 5, 6, 255]);
});

test("the bar under the film goes from the darkest to the brightest colour", () => {
  assert.match(gradient("grey", 1), /^linear-gradient\(to right, rgb\(0,0,0\), .*rgb\(255,255,255\)\)$/);
});
