import assert from "node:assert/strict";
import test from "node:test";
import { breakable } from "../../workbench/widgets/js/gallery/card.js";
import { Sender } from "../../workbench/widgets/js/gallery/sender.js";
import { clipFrame, clipMoves } from "../../workbench/widgets/js/gallery/thumbnail.js";

test("a clip plays at its rate, over and over; at rest it shows its middle", () => {
  assert.deepEqual([0, 66, 67, 1000, 4266, 4267].map((time) => clipFrame(64, 15, time)), [0, 0, 1, 15, 63, 0]);
  assert.deepEqual([clipFrame(64, 15, null), clipFrame(1, 15, null), clipFrame(1, 15, 500)], [32, 0, 0]);
});

test("what flashes, and anything under reduced motion, moves only while attended to", () => {
  assert.ok(clipMoves({ calm: true, reduced: false, attended: false }));
  assert.ok(!clipMoves({ calm: false, reduced: false, attended: false }));
  assert.ok(!clipMoves({ calm: true, reduced: true, attended: false }));
  assert.ok(clipMoves({ calm: false, reduced: true, attended: true }));
});

test("long names may break before capitals and after marks, and stay what they are", () => {
  assert.deepEqual(breakable("InrImageFileStreamer"), ["Inr", "Image", "File", "Streamer"]);
  assert.deepEqual(breakable("PseudoNMNIST"), ["Pseudo", "NMNIST"]);
  assert.deepEqual(breakable("my_film-2.inr.gz"), ["my_", "film-", "2.", "inr.", "gz"]);
  assert.equal(breakable("").join(""), "");
});

/** A kernel that takes what it is sent; `refuse` says which messages not. */
function kernel(refuse = () => false) {
  const sent = [];
  const got = new Map();
  const progress = [];
  const sender = new Sender(7, 10, (message, buffers = []) => {
    sent.push(message);
    if (message.op === "done") return;
    const data = buffers.length ? Buffer.from(buffers[0]).toString() : "";
    got.set(message.upload, (got.get(message.upload) ?? "") + data);
    const op = refuse(message) ? "refused" : "go";
    queueMicrotask(() => sender.answer({ op, upload: message.upload, at: got.get(message.upload).length, card: 3 }));
  }, (card, share) => progress.push([card, share]));
  return { sender, sent, got, progress };
}

const file = (text, name) => new File([text], name);

test("files go in bounded pieces, one after the other, and then the word that they belong together", async () => {
  const { sender, sent, got, progress } = kernel();
  await sender.drop([file("abcdefghijklmnopqrstuvwxy", "a.npy"), file("", "empty.npy")]);
  assert.deepEqual(sent.map(({ op }) => op), ["begin", "piece", "piece", "piece", "begin", "done"]);
  assert.deepEqual(sent.filter(({ op }) => op === "piece").map(({ at }) => at), [0, 10, 20]);
  assert.deepEqual([...got.values()], ["abcdefghijklmnopqrstuvwxy", ""]);
  assert.deepEqual(sent[0], { op: "begin", view: 7, upload: 1, drop: 1, name: "a.npy", size: 25 });
  assert.deepEqual(progress, [[3, 0], [3, 0.4], [3, 0.8]]);
});

test("a refused file is not sent on, the next one is", async () => {
  const { sender, sent } = kernel(({ op, upload }) => op === "begin" && upload === 1);
  await sender.drop([file("abc", "large.npy"), file("def", "b.npy")]);
  assert.deepEqual(sent.map(({ op, upload }) => [op, upload]), [["begin", 1], ["begin", 2], ["piece", 2], ["done", undefined]]);
});

test("a file that cannot be read ends its upload", async () => {
  const { sender, sent } = kernel();
  const folder = { name: "folder", size: 4096, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("a folder")) }) };
  await sender.drop([folder]);
  assert.deepEqual(sent.map(({ op }) => op), ["begin", "done"]);
});

test("two drops at once keep their answers apart", async () => {
  const { sender, got } = kernel();
  await Promise.all([sender.drop([file("a".repeat(25), "a")]), sender.drop([file("b".repeat(35), "b")])]);
  assert.deepEqual([...got.values()].sort(), ["a".repeat(25), "b".repeat(35)]);
});
