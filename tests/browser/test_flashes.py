"""A model that flashes beside a calm film, in a real browser: it is seen to, held, named, and plays on once a person says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .lab import Notebook

pytestmark = pytest.mark.browser

INVERTING = """
import torch
class Inverting(workbench.core.layer.Layer):
    def step(self, block, state):
        start = state or 0
        stop = start + block.shape[2]
        white = (torch.arange(start, stop) // 3 % 2).float().view(1, 1, -1, 1, 1)
        return 255 * white.expand_as(block), stop
    def output_range(self, low, high):
        return 0.0, 255.0
bench.stream = workbench.streams.RandomStream((20, 30), level=0.0, mean=127.0, dt=1 / 60)
bench.model = Inverting()
"""
WATCH = """() => {
  const model = document.querySelector('.wb-model canvas');
  const paint = CanvasRenderingContext2D.prototype.putImageData;
  window.lights = [];
  CanvasRenderingContext2D.prototype.putImageData = function (image, ...place) {
    if (this.canvas === model && window.lights.at(-1) !== image.data[1]) window.lights.push(image.data[1]);
    return paint.call(this, image, ...place);
  };
}"""
WORDS = "The model's film flashes more than three times a second."


@pytest.fixture(scope="module")
def notebook(open_notebook: Callable[..., Notebook]) -> Notebook:
    return open_notebook("model.ipynb")


def test_a_model_that_inverts_every_50_ms_is_held_until_a_person_says_so(notebook: Notebook) -> None:
    """Shown slowly it is calm; at 60 frames a second it turns ten times a second, and after the third flash it stands."""
    bench, page = notebook.bench(), notebook.page
    notebook.execute(INVERTING)
    bench.root.locator(".wb-model [role=status]", has_text="Inverting").wait_for()
    bench.go_to(0)
    speed, notice = bench.root.get_by_role("combobox", name="speed"), bench.root.get_by_text(WORDS)
    speed.select_option("5")
    page.evaluate(WATCH)
    bench.key(" ")
    bench.wait("Number(one.dataset.frame) >= 8")
    assert (bench.status.inner_text().split()[0], notice.is_visible()) == ("playing", False)
    speed.select_option("60")
    notice.wait_for()
    assert bench.status.inner_text().startswith("paused")
    assert len(page.evaluate("window.lights")) <= 1 + 2 + 7  # at first, shown slowly, three flashes and a half
    bench.key(" ")
    page.wait_for_timeout(300)
    assert notice.is_visible()
    bench.root.get_by_role("button", name="Play anyway").click()
    bench.wait("window.lights.length > 30")
    page.keyboard.press(" ")  # the film has the keyboard
    bench.wait("one.querySelector('.wb-status').textContent.startsWith('paused')")
