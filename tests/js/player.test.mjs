import assert from "node:assert/strict";
import test from "node:test";
import { Player } from "../../workbench/widgets/js/player/player.js";
import { statusOf } from "../../workbench/widgets/js/player/status.js";

const FILM = { generation: 1, name: "Noise", first: 0, length: null, rows: 2, columns: 2, channels: 1, t_zero: 0, dt: 0.001, position: 0 };

/** A player on a screen of 60 Hz whose kernel answers after `delay` milliseconds. */
function table(facts = {}, delay = 0) {
  const world = { time: 0, painted: [], orders: [], post: [], kernel: true };
  world.player = new Player({ ...FILM, ...facts }, {
    order: (number, frames, manner) => {
      world.orders.push({ number, ...frames, ...manner });
      world.post.push({ number, ...frames, ...manner, due: world.time + delay, generation: world.player.film.generation });
    },
    paint: (picture) => world.painted.push(picture.frame),
    changed: () => {},
    now: () => world.time,
    suspended: () => false,
  });
  world.answer = () => {
    const due = world.kernel ? world.post.filter((order) => order.due <= world.time) : [];
    world.post = world.post.filter((order) => !due.includes(order));
    for (const { number, start, count, step, shrink, generation } of due) {
      const pictures = Array.from({ length: count }, (_, k) => ({ frame: start + k * step, shrink, bytes: new Uint8Array(4) }));
      world.player.receive(number, generation, 0, pictures);
    }
  };
  world.run = (ticks) => {
    for (let tick = 0; tick < ticks; tick++) {
      world.time += 1000 / 60;
      world.answer();
      world.player.tick(world.time);
    }
  };
  return world;
}

for (const delay of [0, 20, 150, 400]) {
  test(`60 frames a second without a gap, ${delay} ms from the kernel`, () => {
    const world = table({}, delay);
    world.player.play();
    world.run(60);
    const before = world.painted.length;
    world.run(120);
    assert.ok(world.painted.length - before >= 119);
    assert.deepEqual(world.painted, world.painted.map((_, k) => world.painted[0] + k));
  });
}

test("what is ordered ahead is bounded", () => {
  const world = table({}, 150);
  world.player.play();
  world.run(300);
  const ahead = Math.max(...world.orders.map(({ start, count }) => start + count)) - world.player.position;
  assert.ok(ahead <= 60 * (2 * 0.17 + 0.3 + 2 * 0.15), `${ahead}`);
  assert.equal(new Set(world.orders.flatMap(({ start, count }) => Array.from({ length: count }, (_, k) => start + k))).size,
    world.orders.reduce((sum, { count }) => sum + count, 0));
});

test("a kernel that stops answering holds the film, and the film goes on from there", () => {
  const world = table({}, 20);
  world.player.play();
  world.run(60);
  world.kernel = false;
  world.run(120);
  const held = world.player.position;
  assert.ok(world.player.ledger.waiting(world.time) > 1000);
  assert.match(statusOf(world.player, { clipped: 0, total: 1 }, world.player.ledger.waiting(world.time)), /kernel busy/);
  world.kernel = true;
  world.run(30);
  assert.deepEqual(world.painted, world.painted.map((_, k) => k));
  assert.ok(world.player.position > held);
});

test("steps and jumps show exactly the frame asked for", () => {
  const world = table();
  world.player.seek(0);
  world.answer();
  world.player.seek(100);
  world.answer();
  world.player.stepBy(1);
  world.answer();
  world.player.stepBy(-2);
  world.answer();
  assert.deepEqual(world.painted, [0, 100, 101, 99]);
  world.player.stepBy(-500);
  assert.equal(world.player.position, 0);
});

test("a finite film stops on its last frame, or loops", () => {
  const world = table({ length: 20 });
  world.player.loop = false;
  world.player.play();
  world.run(60);
  assert.equal(world.player.playing, false);
  assert.deepEqual(world.painted, Array.from({ length: 20 }, (_, k) => k));
  world.player.loop = true;
  world.player.play();
  world.run(60);
  assert.equal(world.player.playing, true);
  assert.deepEqual(world.painted.slice(20, 45), Array.from({ length: 25 }, (_, k) => k % 20));
});

test("a position past the end of the next film is the last of its frames", () => {
  const world = table();
  world.player.seek(500);
  world.player.setFilm({ ...FILM, generation: 2, length: 30 });
  assert.equal(world.player.position, 29);
});

test("pictures of an earlier film or channel are never shown", () => {
  const world = table({ channels: 2 }, 100);
  world.player.pump();
  world.player.setFilm({ ...FILM, channels: 2, generation: 2 });
  world.player.setChannel(1);
  const late = world.post.filter(({ channel }) => channel === 0);
  assert.ok(late.length > 0);
  world.time = 200;
  world.post = late;
  world.answer();
  assert.deepEqual(world.painted, []);
});

test("an order that fails is said and not sent again until someone moves", () => {
  const world = table();
  world.player.pump();
  world.player.fail(world.orders[0].number, "FormatError: film.dat is torn");
  const sent = world.orders.length;
  world.player.pump();
  assert.equal(world.orders.length, sent);
  assert.match(statusOf(world.player, { clipped: 0, total: 0 }, 0), /torn/);
  world.player.seek(3);
  assert.ok(world.orders.length > sent);
});

test("a wide film is averaged while it plays and sharp when it rests", () => {
  const world = table({ rows: 512, columns: 512 });
  world.player.play();
  world.run(10);
  assert.equal(world.orders.at(-1).shrink, 2);
  assert.match(statusOf(world.player, { clipped: 0, total: 1 }, 0), /averaged over 2 × 2/);
  world.player.pause();
  world.answer();
  assert.equal(world.player.painted.shrink, 1);
});
