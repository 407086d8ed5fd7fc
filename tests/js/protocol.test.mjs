import assert from "node:assert/strict";
import test from "node:test";
import { flashMessage, picturesOf, readMessage, turnMessage } from "../../workbench/widgets/js/kernel/protocol.js";

const manner = { step: 2, shrink: 1, channel: 0 };

test("messages hold the fields of the protocol and nothing else", () => {
  assert.deepEqual(readMessage(1, 2, 3, { start: 4, count: 5, more: 1 }, { ...manner, more: 1 }), {
    op: "read", view: 1, order: 2, generation: 3, start: 4, count: 5, step: 2, shrink: 1, channel: 0,
  });
  assert.deepEqual(turnMessage(1, 2, "level", 0.5, 4, manner), {
    op: "turn", view: 1, turn: 2, knob: "level", value: 0.5, start: 4, step: 2, shrink: 1, channel: 0,
  });
});

test("the flash question tells the time between pictures on the screen in whole microseconds", () => {
  const { interval, contrast } = flashMessage(1, 1, 0, { rate: 60, zoom: 6, contrast: 1.25, step: 1, channel: 0 });
  assert.equal(interval, 16667);
  assert.equal(contrast, 1250);
});

test("pictures are cut from the one buffer, wherever in memory it begins", () => {
  const memory = Uint8Array.from({ length: 20 }, (_, k) => k);
  const content = { start: 10, step: 2, count: 2, rows: 2, columns: 3, channels: 1, shrink: 1 };
  const pictures = picturesOf(content, [new DataView(memory.buffer, 5, 12)]);
  assert.deepEqual(pictures.map(({ frame }) => frame), [10, 12]);
  assert.deepEqual([...pictures[1].bytes], [11, 12, 13, 14, 15, 16]);
  assert.throws(() => picturesOf({ ...content, count: 3 }, [new DataView(memory.buffer, 5, 12)]), /12 bytes/);
  assert.deepEqual(picturesOf({ ...content, count: 0 }, []), []);
});
