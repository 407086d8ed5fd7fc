import assert from "node:assert/strict";
import test from "node:test";
import { numberText, percentText, placeOf, sliderOf, typedNumber, valueAt } from "../../workbench/widgets/js/knobs/scale.js";

const part = (facts) => ({ kind: "number", low: 0, high: 1, step: null, log: false, ...facts });

test("a logarithmic slider never gives a value outside its range: 10 ** log10(4.5) alone is too large", () => {
  assert.ok(10 ** Math.log10(4.5) > 4.5);
  for (let high = 0.1; high < 100; high += 0.1) {
    const log = part({ low: 0.01, high, log: true });
    const { min, max } = sliderOf(log);
    assert.ok(valueAt(log, max) <= high && valueAt(log, min) >= 0.01);
  }
});

test("a place and its value go there and back", () => {
  const log = part({ low: 0.0001, high: 0.1, log: true });
  for (const value of [0.0001, 0.001, 0.0417, 0.1]) assert.equal(valueAt(log, placeOf(log, value)), value);
  const plain = part({ low: -255, high: 255 });
  for (const value of [-255, 127, 0.5]) assert.equal(valueAt(plain, placeOf(plain, value)), value);
});

test("whole numbers stay whole", () => {
  const rows = part({ kind: "integer", low: 1, high: 512 });
  assert.equal(sliderOf(rows).step, 1);
  assert.equal(valueAt(rows, 17.6), 18);
});

test("a range of one value makes a slider that stands still", () => {
  assert.ok(sliderOf(part({ low: 3, high: 3 })).step > 0);
  assert.ok(sliderOf(part({ low: 3, high: 3, log: true })).step > 0);
});

test("typed numbers: decimal commas and minus signs are taken, words are not, long integers are not rounded", () => {
  assert.equal(typedNumber(part({}), " 1,5 "), 1.5);
  assert.equal(typedNumber(part({}), "−3"), -3);
  assert.equal(typedNumber(part({}), "1e-3"), 0.001);
  for (const text of ["", "abc", "1 2", "Infinity", "NaN"]) assert.equal(typedNumber(part({}), text), null);
  const seed = part({ kind: "integer" });
  assert.equal(typedNumber(seed, "18446744073709551615"), "18446744073709551615");
  assert.equal(typedNumber(seed, "7"), 7);
});

test("numbers as text", () => {
  assert.equal(numberText(-0.12345), "−0.1235");
  assert.equal(numberText(0.1 + 0.2), "0.3");
  assert.equal(percentText(0, 10), "0 %");
  assert.equal(percentText(1, 3), "33 %");
  assert.equal(percentText(1, 1e6), "< 0.1 %");
});
