"""The live preview in a real browser: `python -m benchmarks.player`; ends with 1 where a target is missed.

Targets: 60 pictures a second at 50×50, 200×200 and 256×256, none dropped, here and over a line of 150 ms round trip; at
most 1 ms of kernel time a frame; the first picture within 1 s of the cell; a knob's first new frame within one round trip
and 60 ms; at least 30 pictures painted in one drag of 60 moves over that line; film and retina together at 30 a second.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.browser.conftest import DELAY, notebook
from tests.browser.lab import Notebook, chromium, slow_line
from tests.browser.servers import jupyter_lab

SIZES = (50, 200, 256)
SECONDS = 5
MOVES = 60
PAINTED_A_SECOND, KERNEL_MS, PAINTED_IN_A_DRAG = 60, 1.0, 30
FIRST_MS, KNOB_MS, WITH_RETINA = 1000, 60, 30
TOLERANCE = 0.98  # of a screen's 60 Hz: the seconds are counted by another clock

BENCH = """
import workbench
workbench.bench(workbench.streams.RandomStream((4, 4), seed=7))  # the package and its script are loaded
bench = workbench.bench(workbench.streams.RandomStream(({size}, {size}), level=100.0, mean=127.0, seed=7))
served = [0, 0.0]
plain = bench.send
def counting(content, buffers=None):
    served[0] += content.get("count", 0)
    served[1] += content.get("service", 0.0)
    plain(content, buffers)
bench.send = counting
bench
"""
RETINA = """
import workbench
film = workbench.streams.RandomStream((50, 50), level=100.0, mean=127.0, seed=7)
workbench.bench(film, model=workbench.models.Retina(seed=1), output="bipolar")
"""
AGAIN = """async () => {
  const before = document.querySelectorAll('.wb-bench').length;
  const began = performance.now();
  const seen = new Promise((done) => {
    const look = () => {
      const all = [...document.querySelectorAll('.wb-bench')];
      if (all.length && all.every((one) => one.dataset.frame !== '' && !one.dataset.old)) return done(performance.now() - began);
      requestAnimationFrame(look);
    };
    document.querySelectorAll('.wb-bench').forEach((one) => (one.dataset.old = 'yes'));
    look();
  });
  jupyterapp.commands.execute('notebook:run-all-cells');
  return seen;
}"""
KNOB = """async () => {
  const bench = document.querySelector('.wb-bench');
  const slider = bench.querySelector('input[aria-label="level"]');
  window.paintings = [];
  const began = performance.now();
  slider.value = Number(slider.value) + 20;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  while (window.paintings.length === 0) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
COUNT_PAINTINGS = """() => {
  window.paintings = [];
  window.onModel = 0;
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...all) {
    if (this.canvas.closest('.wb-model')) window.onModel += 1;
    else window.paintings.push(Number(this.canvas.closest('.wb-bench').dataset.frame || -1));
    return put.apply(this, all);
  };
}"""
SERVED = """async () => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const asked = kernel.requestExecute({code: 'print(*served)'});
  let words = '';
  asked.onIOPub = (message) => { if (message.content.text) words += message.content.text; };
  await asked.done;
  return words;
}"""


def main() -> int:
    """Measures, prints a table, and says whether every target is met."""
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        served = folder / "notebooks"
        served.mkdir()
        for size in SIZES:
            (served / f"{size}.ipynb").write_text(notebook([BENCH.format(size=size)]))
        (served / "retina.ipynb").write_text(notebook([RETINA]))
        with jupyter_lab(folder, served) as port, slow_line(port, DELAY) as far, chromium(folder / "profile") as browser:
            for line, at in (("near", port), ("far", far.port)):
                for size in SIZES:
                    opened = Notebook(browser.new_page(), at, f"{size}.ipynb")
                    missed += report(f"{line} {size}×{size}", measure(opened, line), 0 if line == "near" else 2000 * DELAY)
            missed += report("near 50×50, retina", with_retina(Notebook(browser.new_page(), port, "retina.ipynb")), 0)
    return min(1, missed)


def measure(opened: Notebook, line: str) -> dict[str, float]:
    found = {"first picture, ms": float(opened.page.evaluate(AGAIN))}
    bench = opened.bench()
    opened.page.evaluate(COUNT_PAINTINGS)
    opened.page.wait_for_timeout(1000)
    changes = []
    for _ in range(5):
        changes.append(float(opened.page.evaluate(KNOB)))
        opened.page.wait_for_timeout(500)
    found["knob's first frame, ms"] = statistics.median(changes)
    start(opened)
    bench.wait("Number(one.dataset.frame) > 60")
    found |= playing(opened)
    bench.key(" ")
    opened.page.wait_for_timeout(1000)
    if line == "far":
        found["painted in a drag"] = drag(opened)
    opened.page.close()
    return found


def start(opened: Notebook) -> None:
    bench = opened.bench()
    bench.key(" ")
    opened.page.wait_for_timeout(700)
    anyway = bench.root.get_by_role("button", name="Play anyway")
    if anyway.is_visible():
        anyway.click()


def with_retina(opened: Notebook) -> dict[str, float]:
    """Pictures of the model painted a second while the film plays at 30."""
    bench = opened.bench()
    bench.root.get_by_role("combobox", name="speed").select_option("30")
    start(opened)
    bench.wait("Number(one.dataset.frame) > 60")
    opened.page.evaluate(COUNT_PAINTINGS)
    began = time.perf_counter()
    opened.page.wait_for_timeout(SECONDS * 1000)
    painted = opened.page.evaluate("window.onModel")
    found = {"with the retina": painted / (time.perf_counter() - began)}
    opened.page.close()
    return found


def playing(opened: Notebook) -> dict[str, float]:
    count, cost = served(opened)
    opened.page.evaluate("window.paintings = []")
    began = time.perf_counter()
    opened.page.wait_for_timeout(SECONDS * 1000)
    frames = opened.page.evaluate("window.paintings")
    seconds = time.perf_counter() - began
    count, cost = (now - before for now, before in zip(served(opened), (count, cost), strict=True))
    dropped = sum(after - before - 1 for before, after in itertools.pairwise(frames))
    return {"painted a second": len(frames) / seconds, "dropped": dropped, "kernel ms a frame": cost / max(1, count)}


def served(opened: Notebook) -> list[float]:
    return [float(word) for word in opened.page.evaluate(SERVED).split()]


def drag(opened: Notebook) -> int:
    """One drag of the `level` slider in 60 moves of 16 ms; gives the pictures painted until it settles."""
    slider = opened.bench().root.get_by_role("slider", name="level", exact=True)
    box: Any = slider.bounding_box()
    mouse = opened.page.mouse
    mouse.move(box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2)
    mouse.down()
    opened.page.wait_for_timeout(500)
    opened.page.evaluate("window.paintings = []")
    for move in range(MOVES):
        mouse.move(box["x"] + (0.4 + 0.5 * move / MOVES) * box["width"], box["y"] + box["height"] / 2)
        opened.page.wait_for_timeout(16)
    mouse.up()
    opened.page.wait_for_timeout(1000)
    return len(opened.page.evaluate("window.paintings"))


def report(what: str, found: dict[str, float], round_trip: float) -> int:
    """Prints what was found; gives the number of targets missed."""
    kept = {
        "first picture, ms": lambda value: value <= FIRST_MS,
        "knob's first frame, ms": lambda value: value <= round_trip + KNOB_MS,
        "painted a second": lambda value: value >= TOLERANCE * PAINTED_A_SECOND,
        "dropped": lambda value: value == 0,
        "kernel ms a frame": lambda value: value <= KERNEL_MS,
        "painted in a drag": lambda value: value >= PAINTED_IN_A_DRAG,
        "with the retina": lambda value: value >= TOLERANCE * WITH_RETINA,
    }
    for name, value in found.items():
        print(f"{what:20} {name:24} {value:8.2f}  {'met' if kept[name](value) else 'MISSED'}", flush=True)
    return sum(not kept[name](value) for name, value in found.items())


if __name__ == "__main__":
    sys.exit(main())
