"""The live preview in a real browser: `python -m benchmarks.player`; ends with 1 where a target is missed.

Targets: 60 pictures a second at 200×200, none dropped, here and over a line of 150 ms round trip; at most 1 ms of
kernel time a frame; at least 30 pictures painted in one drag of 60 moves over that line.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.browser.conftest import DELAY, notebook
from tests.browser.lab import Notebook, chromium, slow_line
from tests.browser.servers import jupyter_lab

SIZE = 200
SECONDS = 5
MOVES = 60
PAINTED_A_SECOND, KERNEL_MS, PAINTED_IN_A_DRAG = 60, 1.0, 30
TOLERANCE = 0.98  # of a screen's 60 Hz: the seconds are counted by another clock

BENCH = f"""
import workbench
bench = workbench.bench(workbench.streams.RandomStream(({SIZE}, {SIZE}), level=100.0, mean=127.0, seed=7))
served = [0, 0.0]
plain = bench.send
def counting(content, buffers=None):
    served[0] += content.get("count", 0)
    served[1] += content.get("service", 0.0)
    plain(content, buffers)
bench.send = counting
bench
"""
COUNT_PAINTINGS = """() => {
  window.paintings = [];
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...all) {
    window.paintings.push(Number(this.canvas.closest('.wb-bench').dataset.frame || -1));
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
        for line in ("near", "far"):
            (served / f"{line}.ipynb").write_text(notebook([BENCH]))
        with jupyter_lab(folder, served) as port, slow_line(port, DELAY) as far, chromium(folder / "profile") as browser:
            for line, at in (("near", port), ("far", far)):
                missed += report(line, measure(Notebook(browser.new_page(), at, f"{line}.ipynb"), line))
    return min(1, missed)


def measure(opened: Notebook, line: str) -> dict[str, float]:
    bench = opened.bench()
    opened.page.evaluate(COUNT_PAINTINGS)
    bench.key(" ")
    opened.page.wait_for_timeout(700)
    anyway = bench.root.get_by_role("button", name="Play anyway")
    if anyway.is_visible():
        anyway.click()
    bench.wait("Number(one.dataset.frame) > 60")
    found = playing(opened)
    bench.key(" ")
    opened.page.wait_for_timeout(1000)
    if line == "far":
        found["painted in a drag"] = drag(opened)
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


def report(line: str, found: dict[str, float]) -> int:
    """Prints what was found; gives the number of targets missed."""
    kept = {
        "painted a second": lambda value: value >= TOLERANCE * PAINTED_A_SECOND,
        "dropped": lambda value: value == 0,
        "kernel ms a frame": lambda value: value <= KERNEL_MS,
        "painted in a drag": lambda value: value >= PAINTED_IN_A_DRAG,
    }
    for name, value in found.items():
        print(f"{line:5} {name:20} {value:8.2f}  {'met' if kept[name](value) else 'MISSED'}")
    return sum(not kept[name](value) for name, value in found.items())


if __name__ == "__main__":
    sys.exit(main())
