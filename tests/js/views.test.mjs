import assert from "node:assert/strict";
import test from "node:test";
import { shareOf, spanning, ticksOf } from "../../workbench/widgets/js/views/axes.js";
import { edgesOf, histogram, sharesOf } from "../../workbench/widgets/js/views/histogram.js";
import { linePath } from "../../workbench/widgets/js/views/curves.js";
import { pixelAt } from "../../workbench/widgets/js/views/marks.js";
import { indexIn, middleRow, toggled } from "../../workbench/widgets/js/views/picks.js";
import { TIME_VIEWS } from "../../workbench/widgets/js/views/plots.js";
import { POWER_VIEWS } from "../../workbench/widgets/js/views/powers.js";
import { Scene } from "../../workbench/widgets/js/views/scene.js";
import { slicePicture } from "../../workbench/widgets/js/views/slice.js";
import { Windows, partsOf, windowAt, windowMessage } from "../../workbench/widgets/js/views/window.js";

const words = (axis, most = 4) => ticksOf(axis, most).map(([, text]) => text);

test("ticks are round, at least three, and within the axis", () => {
  assert.deepEqual(words({ low: 0, high: 255 }), ["0", "100", "200"]);
  assert.deepEqual(words({ low: -0.9999, high: 0.9999 }), ["−0.5", "0", "0.5"]);
  assert.deepEqual(words({ low: 0, high: 1 }), ["0", "0.5", "1.0"]);
  assert.deepEqual(words({ low: 0.0115, high: 0.2685, factor: 1000 }), ["100", "200"]);
  for (const [low, high] of [[-3e-9, 5e-9], [1e6, 1.0001e6], [-7, -6.5], [0, 1e12], [12.288, 12.544]]) {
    for (const most of [2, 3, 4, 8]) {
      const values = ticksOf({ low, high }, most).map(([value]) => value);
      assert.ok(values.length >= 2 && values.length <= 8 * most, `${low} ${high} ${values}`);
      assert.ok(values.every((value) => value >= low - 1e-9 * (high - low) && value <= high + 1e-9 * (high - low)));
      assert.equal(new Set(words({ low, high }, most)).size, values.length);
    }
  }
});

test("logarithmic ticks are powers of ten, thinned, or 1, 2, 5 on a short axis", () => {
  assert.deepEqual(words({ low: 1, high: 100, log: true }), ["1", "2", "5", "10", "20", "50", "100"]);
  assert.deepEqual(words({ low: 1e-8, high: 1, log: true }), ["1e−8", "1e−5", "0.01"]);
  assert.equal(shareOf({ low: 1, high: 100, log: true }, 10), 0.5);
});

test("a span has room, without values that are no numbers", () => {
  assert.deepEqual(spanning([100, NaN, 0, Infinity]), { low: -4, high: 104 });
  assert.deepEqual(spanning([0, 0]), { low: -0.5, high: 0.5 });
  assert.deepEqual(spanning([10]), { low: 9, high: 11 });
  assert.deepEqual(spanning([]), { low: 0, high: 1 });
  assert.deepEqual(spanning([0, 0.02, 30], true), { low: 0.01, high: 100 });
  assert.deepEqual(spanning([1], true), { low: 1, high: 10 });
});

test("the histogram counts every pixel once, between the values that round to its levels", () => {
  const bytes = Uint8Array.from({ length: 1024 }, (_, k) => k % 256);
  const shares = sharesOf({ bytes, channels: 1 });
  assert.ok(shares.every((share) => share === 100 / 64));
  const edges = edgesOf(0, 255);
  assert.deepEqual([edges.length, edges[0], edges[1], edges[63], edges[64]], [65, 0, 3.5, 251.5, 255]);
});

test("a colour counts as the mean of its three", () => {
  const shares = sharesOf({ bytes: Uint8Array.of(0, 9, 0, 255, 255, 255), channels: 3 });
  assert.deepEqual([shares[0], shares[63]], [50, 50]);
});

test("the histogram says what was clipped, not what is at its ends, and its height only grows", () => {
  const picture = { frame: 4, shrink: 2, bytes: Uint8Array.of(0, 0, 128, 255), channels: 1, below: 1, above: 0 };
  const { plot, words: said, top } = histogram(picture, { low: -1, high: 1 }, 0);
  assert.equal(said, "clipped: 25 % below −1, 0 % above 1");
  assert.equal(histogram({ ...picture, below: undefined }, { low: -1, high: 1 }, 0).words, "clipped: not saved for each picture");
  assert.equal(plot.note, "frame 4 · averaged over 2 × 2 px");
  assert.deepEqual([top, histogram(picture, { low: -1, high: 1 }, 200).top], [50, 200]);
});

test("windows are pages, cut at both ends of the film", () => {
  const film = { generation: 3, first: 0, length: 700 };
  const at = (frame, about = film, size = 256) => windowAt(frame, about, 0, size);
  assert.deepEqual(at(255), { generation: 3, start: 0, count: 256, channel: 0 });
  assert.deepEqual([at(256).start, at(600).start, at(600).count], [256, 512, 188]);
  assert.deepEqual([at(300, { ...film, first: 290 }).start, at(300, { ...film, first: 290 }).count], [290, 222]);
  assert.equal(at(1e9, { ...film, length: null }).count, 256);
  assert.deepEqual([at(700, { ...film, length: 512 }), at(3, film, 0), at(0, { ...film, length: 0 })], [null, null, null]);
});

const SPAN = { generation: 1, start: 0, count: 4, channel: 0 };
const NEXT = { ...SPAN, start: 4 };
const answer = (order, shapes) => {
  const length = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const buffer = new ArrayBuffer(4 * length + 5);
  const bytes = new Uint8Array(buffer, 5);
  bytes.set(new Uint8Array(Float32Array.from({ length }, (_, k) => k).buffer));
  return [{ op: "window", order, shapes, count: 4 }, [new DataView(buffer, 5)]];
};

test("nothing is asked twice, and one thing at a time", () => {
  const asked = [];
  const windows = new Windows((order, span, items) => asked.push([order, span.start, items.join()]));
  for (let k = 0; k < 60; k++) windows.want(SPAN, ["spatial", "extent"], NEXT);
  assert.deepEqual(asked, [[1, 0, "extent,spatial"]]);
  assert.ok(windows.receive(...answer(1, [[3, 4], [2]])));
  assert.deepEqual([...windows.get(SPAN, "spatial").values], [12, 13]);
  for (let k = 0; k < 60; k++) windows.want(SPAN, ["spatial", "extent"], NEXT);
  assert.deepEqual(asked.slice(1), [[2, 4, "extent,spatial"]]);
  windows.receive(...answer(2, [[3, 4], [2]]));
  for (let k = 0; k < 60; k++) windows.want(k < 30 ? SPAN : NEXT, ["spatial", "extent"], k < 30 ? NEXT : null);
  assert.equal(asked.length, 2);
});

test("what is missing of the present window goes before what is under way for the next", () => {
  const asked = [];
  const windows = new Windows((order, span, items) => asked.push([order, span.start, items.join()]));
  windows.want(SPAN, ["extent"], null);
  windows.receive(...answer(1, [[3, 4]]));
  windows.want(SPAN, ["extent"], NEXT);
  windows.want(SPAN, ["extent", "trace 2 3"], NEXT);
  assert.deepEqual(asked.slice(1), [[2, 4, "extent"], [3, 0, "trace 2 3"]]);
  assert.ok(!windows.receive(...answer(2, [[3, 4]])));
  assert.ok(windows.receive(...answer(3, [[4]])));
  windows.want(SPAN, ["extent"], null);
  assert.equal(asked.length, 3);
});

test("an error is kept until it is asked for again; what is lost or of another film is not waited for", () => {
  const asked = [];
  const windows = new Windows((order) => asked.push(order));
  windows.want(SPAN, ["extent"], null);
  windows.receive({ op: "failed", order: 1, message: "torn" }, []);
  windows.want(SPAN, ["extent"], null);
  assert.deepEqual([windows.get(SPAN, "extent").error, asked.length], ["torn", 1]);
  windows.retry();
  windows.want(SPAN, ["extent"], null);
  windows.lost();
  windows.want(SPAN, ["extent"], null);
  windows.want({ ...SPAN, generation: 2 }, ["extent"], null);
  assert.deepEqual(asked, [1, 2, 3, 4]);
  assert.ok(windows.receive({ op: "stale", order: 4 }, []));
  assert.equal(windows.get({ ...SPAN, generation: 2 }, "extent"), undefined);
});

test("what is kept is bounded", () => {
  const windows = new Windows(() => {});
  const large = { op: "window", shapes: [[8e6]], count: 4 };
  for (let k = 0; k < 5; k++) {
    windows.want({ ...SPAN, start: 4 * k }, ["extent"], null);
    windows.receive({ ...large, order: k + 1 }, [new DataView(new ArrayBuffer(32e6))]);
  }
  assert.ok(windows.size <= 64e6 && windows.found.size === 2);
  assert.ok(windows.get({ ...SPAN, start: 16 }, "extent"));
});

test("a question carries numbers only, in the kernel's order", () => {
  const message = windowMessage(7, 9, SPAN, ["extent", "spatial", "trace 1 2", "trace 3 4", "line 0 1 2 3"]);
  const flags = { extent: true, temporal: false, spatial: true };
  assert.deepEqual(message, { op: "window", view: 7, order: 9, ...SPAN, ...flags, pixels: [[1, 2], [3, 4]], line: [0, 1, 2, 3] });
  assert.equal(windowMessage(7, 9, SPAN, []).line, null);
  assert.throws(() => partsOf({ shapes: [[3]], count: 3 }, [new DataView(new ArrayBuffer(16))]), /4 numbers are not 3/);
});

test("a pointer finds the film's pixel at any zoom, also at the edges", () => {
  const box = { left: 10, top: 20, width: 160, height: 80 };
  const film = { rows: 40, columns: 80 };
  const at = (clientX, clientY) => pixelAt({ clientX, clientY }, box, film);
  assert.deepEqual([at(10, 20), at(11.9, 21.9), at(12, 22), at(169.9, 99.9)], [[0, 0], [0, 0], [1, 1], [39, 79]]);
  assert.deepEqual([at(170, 100), at(-5, 0)], [[39, 79], [0, 0]]);
});

test("a pixel is added, removed by the same click, six at most, each with a colour of its own", () => {
  let pixels = [];
  for (let k = 0; k < 8; k++) pixels = toggled(pixels, [k, 0]);
  assert.deepEqual(pixels.map((one) => one[2]), [0, 1, 2, 3, 4, 5]);
  pixels = toggled(pixels, [2, 0]);
  assert.deepEqual(pixels.map((one) => one[0]), [0, 1, 3, 4, 5]);
  assert.deepEqual(toggled(pixels, [9, 9]).at(-1), [9, 9, 2]);
  assert.deepEqual([indexIn("3", 4), indexIn(" 0 ", 4), indexIn("4", 4), indexIn("-1", 4), indexIn("", 4), indexIn("1.5", 4)], [3, 0, null, null, null, null]);
});

test("without a line there is the middle row", () => {
  assert.deepEqual([middleRow({ rows: 5, columns: 8 }), middleRow({ rows: 1, columns: 1 })], [[2, 0, 2, 7], [0, 0, 0, 0]]);
});

test("a slice is a picture: places down, frames across, clipped, and black where there is no number", () => {
  const slice = { values: Float32Array.of(0, 1, 2, NaN, 0.5, -1), shape: [2, 3] };
  const { bytes, rows, columns } = slicePicture(slice, { low: 0, high: 1 });
  assert.deepEqual([rows, columns, [...bytes]], [3, 2, [0, 0, 255, 128, 255, 0]]);
});

const state = (more) => ({
  film: { rows: 4, columns: 8, t_zero: -0.5, dt: 0.01 },
  facts: { frames: 256, most: 256, averaged: 16, pixel_per_degree: 10 },
  span: { ...SPAN, start: 100 },
  frame: 102,
  pixels: [],
  line: [1, 0, 1, 7],
  ...more,
});
const measure = (values, shape = [values.length], count = 4) => ({ values: Float32Array.from(values), shape, count });

test("times count from the time of frame 0, in ms below a second", () => {
  const found = [measure([1, 2, 3, 4, 0, 0, 0, 0, 9, 9, 9, 9], [3, 4])];
  const { x } = TIME_VIEWS.mean.plot(state(), found);
  assert.deepEqual([x.label, x.low.toFixed(3), x.high.toFixed(3)], ["time (ms)", "0.495", "0.535"]);
  assert.equal(TIME_VIEWS.mean.plot(state({ film: { ...state().film, t_zero: 1 } }), found).x.label, "time (s)");
  assert.equal(TIME_VIEWS.mean.tell(state(), found), "frame 102: mean 3, lowest 0, highest 9");
});

test("frequencies go from one cycle in the window to half the rate; nothing is said of a still film", () => {
  const plot = POWER_VIEWS.temporal.plot(state(), [measure([1, 4])]);
  assert.deepEqual([[...plot.layers[0].x], plot.x.high], [[25, 50], 50]);
  assert.match(POWER_VIEWS.temporal.tell(state(), [measure([1, 4])]), /^greatest at 50 Hz: 4 value²\/Hz · Hann window/);
  assert.equal(POWER_VIEWS.temporal.plot(state(), [measure([0, 0])]), "nothing changes over these frames");
  assert.equal(POWER_VIEWS.temporal.plot(state(), [measure([], [0], 1)]), "one frame has no frequencies");
  const space = POWER_VIEWS.spatial.plot(state(), [measure([1, 2, 3, 4])]);
  assert.deepEqual([[...space.layers[0].x], space.x.high], [[1.25, 2.5, 3.75, 5], 5]);
  assert.equal(POWER_VIEWS.spatial.plot(state(), [measure([])]), "one pixel has no frequencies");
});

test("a slice's axis is in pixels and degrees", () => {
  const { y, right } = TIME_VIEWS.slice.plot(state(), [measure(new Array(32).fill(0), [4, 8])]);
  assert.deepEqual([y.low, y.high, right.factor], [-0.5, 7.5, 0.1]);
  assert.equal(TIME_VIEWS.slice.tell(state(), [measure([], [4, 8])]), "row 1, column 0 to row 1, column 7: 7 px, 0.7°, 8 pixels");
});

const stage = (film, more = {}) => {
  const player = { film: { generation: 1, first: 0, length: null, channels: 1, live: false, ...film }, channel: 0, position: 300, playing: false, rate: 60, isEmpty: false };
  const scene = new Scene({ player: { ...player, ...more.player }, model: { gone: false, ...more.model } });
  scene.facts = { frames: 256, most: 256, averaged: 16, pixel_per_degree: 10, ...more.facts };
  return scene;
};

test("where there is nothing to measure, it is said why", () => {
  assert.deepEqual([stage({}).reason, stage({}).state([], null).span.start], ["", 256]);
  assert.match(stage({ live: true }).reason, /live film/);
  assert.match(stage({}, { model: { gone: true } }).reason, /no kernel/);
  assert.match(stage({}, { player: { isEmpty: true } }).reason, /no frames/);
  assert.match(stage({}, { facts: { frames: 0 } }).reason, /too large for this view/);
  const fast = stage({}, { facts: { frames: 2 }, player: { playing: true } });
  assert.match(fast.reason, /when the film rests/);
  assert.equal(fast.state([], null), null);
  assert.equal(stage({}, { facts: { frames: 2 } }).reason, "");
});

test("the next window is looked for only while the film plays, and up to its end", () => {
  const playing = { player: { playing: true } };
  const ahead = (scene) => scene.ahead(scene.state([], null));
  assert.deepEqual([ahead(stage({})), ahead(stage({}, playing)).start, ahead(stage({ length: 512 }, playing))], [null, 512, null]);
});

test("a large film and a film in colour are remarked on", () => {
  const scene = stage({ channels: 3 }, { player: { channel: -1 }, facts: { frames: 69 } });
  assert.equal(scene.remark, "windows of 69 frames, as this film is large · values are the mean of red, green and blue");
  assert.equal(stage({}).remark, "");
});

test("a line is broken where there is no number, and a lonely point is a dot", () => {
  const places = { x: (value) => value, y: (value) => value, drawable: Number.isFinite };
  assert.equal(linePath({ kind: "line", x: [0, 1, 2, 3], y: [5, NaN, 6, 7] }, places), "M0,5h0.01M2,6h0.01L3,7");
});
