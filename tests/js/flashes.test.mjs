import assert from "node:assert/strict";
import test from "node:test";
import { colourTable, contrastTable } from "../../workbench/widgets/js/player/colours.js";
import { FLASH_AREA, FlashCount, lightsOf } from "../../workbench/widgets/js/guard/flashes.js";
import { Sight } from "../../workbench/widgets/js/guard/sight.js";

const RATE = 60;
const grey = lightsOf(1, colourTable("grey", 1), contrastTable(1));

const filled = (byte, rows, columns) => ({ frame: 0, rows, columns, channels: 1, shrink: 1, bytes: new Uint8Array(rows * columns).fill(byte) });

/** The largest area on the way through a film of pictures, a sixtieth of a second each. */
function flashing(pictures, zoom = 6, lights = grey) {
  const count = new FlashCount();
  return Math.max(...pictures.map((picture, k) => count.add(picture, zoom, lights, (1000 * k) / RATE)));
}

/** The byte at each tick of a square wave, one second and one picture long. */
const wave = (hertz, [low, high] = [0, 255], seconds = 1) =>
  Array.from({ length: Math.round(seconds * RATE) + 1 }, (_, k) => (Math.floor((2 * hertz * k) / RATE + 1e-9) % 2 ? high : low));
const screens = (bytes, rows = 50, columns = 50) => bytes.map((byte) => filled(byte, rows, columns));

/** The grey byte nearest to a relative luminance, by the inverse of the sRGB curve. */
const byteOf = (light) => Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));

test("more than three flashes a second fail, three never do", () => {
  for (const hertz of [1, 2, 3]) assert.equal(flashing(screens(wave(hertz, undefined, 4))), 0, `${hertz} Hz`);
  for (const hertz of [4, 10, 30]) assert.equal(flashing(screens(wave(hertz))), 43 * 6 * 300, `${hertz} Hz`); // of 300 × 300: 10° are 256 high
});

test("pictures that come a little early make no fourth flash of three", () => {
  const count = new FlashCount();
  const times = Array.from({ length: 20 }, (_, k) => (1000 * k) / 6 + (k % 2 ? 8 : 0));
  assert.equal(Math.max(...times.map((time, k) => count.add(filled(255 * (k % 2), 50, 50), 6, grey, time))), 0);
});

test("the picture that is found to flash ends the third flash, the fourth is not seen", () => {
  const count = new FlashCount();
  const areas = wave(10).map((byte, k) => count.add(filled(byte, 50, 50), 6, grey, (1000 * k) / RATE));
  assert.equal(areas.findIndex((area) => area > 0), 7 * 3); // changes every three pictures, the first at the third
});

test("flashes of long ago do not count", () => {
  const calm = Array(RATE).fill(0);
  assert.equal(flashing(screens([...wave(3), ...calm, ...wave(3)])), 0);
  assert.ok(flashing(screens([...calm, ...calm, ...wave(10)])) > FLASH_AREA);
});

test("a quarter of ten degrees may flash: 144² = 20 736 and 148² = 21 904 stand on either side of 21 824", () => {
  assert.equal(FLASH_AREA, 21824);
  for (const side of [144, 148]) assert.equal(flashing(screens(wave(10), side, side), 1) > FLASH_AREA, side === 148);
});

test("flashes farther apart than ten degrees do not add up", () => {
  const pictures = screens(wave(10), 120, 1200);
  for (const { bytes } of pictures) bytes.forEach((_, k) => (k % 1200 >= 148 && (k % 1200 < 1000 || k % 1200 >= 1148) ? (bytes[k] = 0) : 0));
  assert.ok(Math.abs(flashing(pictures, 1) / (120 * 148) - 1) < 0.1);
});

test("a change counts from a tenth of luminance, with the darker below eight tenths", () => {
  for (const [dark, bright, risky] of [[0.1, 0.21, true], [0.1, 0.19, false], [0.79, 0.91, true], [0.81, 0.99, false]])
    assert.equal(flashing(screens(wave(10, [byteOf(dark), byteOf(bright)]))) > 0, risky, `${dark} to ${bright}`);
});

test("a slow swell is counted by its turns, not by its steps", () => {
  const swell = (hertz) => screens(Array.from({ length: 61 }, (_, k) => 127.5 - 127.5 * Math.cos((2 * Math.PI * hertz * k) / RATE)));
  assert.equal(flashing(swell(2)), 0);
  assert.ok(flashing(swell(8)) > FLASH_AREA);
});

test("noise is exempt only as a fine pattern, squares of 3.4 pixels being the border", () => {
  let state = 7;
  const chance = () => (state = (state * 48271) % 2147483647) / 2147483647; // Park and Miller
  for (const zoom of [1, 2, 3, 4, 6]) {
    const [rows, columns] = [Math.ceil(256 / zoom), Math.ceil(341 / zoom)];
    const noise = wave(1).map(() => ({ ...filled(0, rows, columns), bytes: Uint8Array.from({ length: rows * columns }, () => 256 * chance()) }));
    assert.equal(flashing(noise, zoom) > FLASH_AREA, zoom >= 4, `zoom ${zoom}`);
  }
  assert.ok(flashing(screens(wave(10), 300, 400), 1) > FLASH_AREA);
});

test("luminance is that of the colours on screen", () => {
  const [red, green, blue] = lightsOf(3, colourTable("grey", 1), contrastTable(1));
  assert.deepEqual([red[255], green[255], blue[255]], [0.2126, 0.7152, 0.0722]);
  assert.ok(Math.abs(grey[0][128] - 0.21586) < 1e-4); // sRGB 128: published as 21.586 %
  const [diverging] = lightsOf(1, colourTable("diverging", 1), contrastTable(1));
  assert.ok(Math.abs(diverging[0] - diverging[255]) < 0.03); // dark blue and dark red
  const [strong] = lightsOf(1, colourTable("grey", 10), contrastTable(10));
  assert.deepEqual([strong[100], strong[155]], [0, grey[0][255]]);
});

test("a film from one sign to the other flashes in grey and not in diverging colours, one from zero in both", () => {
  const diverging = lightsOf(1, colourTable("diverging", 1), contrastTable(1));
  const [signs, zero] = [screens(wave(10)), screens(wave(10, [128, 255]))];
  assert.deepEqual([signs, zero].map((film) => flashing(film) > 0), [true, true]);
  assert.deepEqual([signs, zero].map((film) => flashing(film, 6, diverging) > 0), [false, true]);
});

test("a film in colour flashes by the luminance of its three", () => {
  const lights = lightsOf(3, colourTable("grey", 1), contrastTable(1));
  const colour = (byte, channel) => ({ ...filled(0, 50, 50), channels: 3, bytes: new Uint8Array(7500).map((_, k) => (k % 3 === channel ? byte : 0)) });
  const film = (channel) => wave(10).map((byte) => colour(byte, channel));
  assert.deepEqual([0, 1, 2].map((channel) => flashing(film(channel), 6, lights) > 0), [true, true, false]);
});

/** What is said at the end of two films, side by side, each covering `rows` × 100 px. */
function said(film, model) {
  const sight = new Sight();
  let words = "";
  wave(10).forEach((byte, k) => {
    const see = (which, rows) => sight.see(which, filled(rows ? byte : 0, rows || 50, 100), 1, grey, (1000 * k) / RATE);
    see("film", film);
    words = see("model", model);
  });
  return words;
}

test("it is said what flashes, and the areas of film and model are added", () => {
  assert.deepEqual([said(0, 250), said(250, 0)], ["The model's film flashes", "The film flashes"]);
  assert.deepEqual([said(250, 250), said(150, 150)], ["Film and model flash", "Film and model together flash"]);
  assert.deepEqual([said(150, 0), said(100, 100)], ["", ""]);
});

test("pictures averaged over squares are as large on screen as they were", () => {
  const sight = new Sight();
  const words = wave(10).map((byte, k) => sight.see("model", { ...filled(byte, 50, 50), shrink: 3 }, 1, grey, (1000 * k) / RATE));
  assert.equal(words.at(-1), "The model's film flashes");
});
