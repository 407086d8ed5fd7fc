"""A model beside the film in a real browser: the same frame in both, spikes and their raster, errors, own layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from workbench.filters import LowPass
from workbench.models import Retina
from workbench.streams import RandomStream

from .conftest import DELAY
from .lab import _PIXELS, BenchOnPage, Notebook, slow_line

pytestmark = pytest.mark.browser

NOISE = RandomStream((20, 30), level=100.0, mean=127.0, seed=7)
OWN = """
class Negative(workbench.core.layer.Layer):
    def step(self, block, state):
        if state is not None and state > 500:
            raise ArithmeticError("the film is over my head")
        return 255 - block, (state or 0) + block.shape[2]
    def output_range(self, low, high):
        return 255 - high, 255 - low
bench.model = Negative()
"""


SLOW = """
import time
class Slow(LowPass):
    def step(self, block, state):
        time.sleep(0.1)
        return super().step(block, state)
bench.model = Slow()
"""
WATCH = """() => {
  const model = document.querySelector('.wb-model');
  window.seen = [];
  const look = () => { if (model.dataset.behind === 'false') window.seen.push(Number(model.dataset.frame)); };
  new MutationObserver(look).observe(model, {attributeFilter: ['data-frame']});
}"""


class ModelOnPage(BenchOnPage):
    """A bench with a model beside its film."""

    def __init__(self, bench: BenchOnPage) -> None:
        super().__init__(bench.page, bench.root)
        self.model = bench.root.locator(".wb-model")
        self.line = self.model.get_by_role("status")

    def model_pixels(self) -> np.ndarray:
        rows, columns, data = self.model.get_by_role("img").evaluate(_PIXELS)
        return np.array(data).reshape(rows, columns, 4)

    def model_range(self) -> tuple[float, float]:
        words = self.model.get_by_role("group", name="range of the model").locator("> span")
        low, high = (words.nth(k).inner_text().split()[0].replace("−", "-") for k in (0, 1))
        return float(low), float(high)

    def both_at(self, frame: int) -> None:
        self.go_to(frame)
        self.wait_for_model(frame)

    def wait_for_model(self, frame: int) -> None:
        model = "one.querySelector('.wb-model')"
        self.wait(f"{model}.dataset.frame === '{frame}' && {model}.dataset.behind === 'false'")

    def drawer(self) -> Any:
        self.root.locator("summary", has_text="Model").click()
        return self.root.locator(".wb-model-drawer")


@pytest.fixture(scope="module")
def page(open_notebook: Callable[..., Notebook]) -> Notebook:
    return open_notebook("model.ipynb")


@pytest.fixture
def bench(page: Notebook) -> ModelOnPage:
    return ModelOnPage(page.bench())


def grey(values: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.clip((values.astype(np.float64) - low) / (high - low), 0, 1) * 255


def assert_both_show(bench: ModelOnPage, frames: tuple[int, ...]) -> None:
    """Every pixel of both canvases is what film and model run by themselves have in these frames, in float64."""
    spikes = Retina(seed=3).run(NOISE.replace(), max_t=max(frames) + 1)[0][0, 0].numpy()
    for frame in frames:
        bench.both_at(frame)
        assert (bench.model_pixels()[..., 0] == 255 * spikes[frame]).all()
        wanted = grey(NOISE.read(frame, frame + 1)[0, 0, 0].numpy(), 77, 177)
        assert np.abs(bench.pixels()[..., 0] - wanted).max() <= 0.501


def test_both_canvases_show_the_same_frame_wherever_one_jumps(bench: ModelOnPage) -> None:
    assert_both_show(bench, (0, 1, 800, 130, 131, 799, 3))


def test_over_a_slow_line_too(lab: int, open_notebook: Callable[..., Notebook]) -> None:
    with slow_line(lab, DELAY) as line:
        bench = ModelOnPage(open_notebook("model_far.ipynb", line.port).bench())
        assert_both_show(bench, (0, 700, 64))


def test_playing_paints_the_models_frames_in_order(bench: ModelOnPage) -> None:
    bench.both_at(0)
    bench.page.evaluate(WATCH)
    bench.key(" ")
    again = bench.root.get_by_role("button", name="Play anyway")
    if again.is_visible():
        again.click()
    bench.wait("new Set(window.seen).size >= 30")
    bench.key(" ")
    bench.wait_for_model(bench.frame)
    seen = bench.page.evaluate("window.seen")
    assert seen == sorted(seen)


def test_the_raster_says_which_neurons_fire_in_the_present_frame(bench: ModelOnPage) -> None:
    spikes = Retina(seed=3).run(NOISE.replace(), max_t=320)[0][0, 0].numpy()
    sample = spikes[:, 1::2][:, :, 1::3]  # ten rows and ten columns: floor((k + 0.5) · 20 / 10), floor((k + 0.5) · 30 / 10)
    bench.both_at(300)
    drawer = bench.drawer()
    chart = drawer.locator("svg[role=img]")
    drawer.get_by_text("100 of 600 neurons: rows 1, 3 … 19, columns 1, 4 … 28, row by row").wait_for()
    for frame in (300, 305):
        bench.both_at(frame)
        drawer.get_by_text(f"frame {frame}: {int(sample[frame].sum())} of 100 neurons fire").wait_for()
    bench.page.wait_for_timeout(500)
    drawn = np.array(drawer.locator("canvas").evaluate(_PIXELS)[2]).reshape(100, 200, 4)[:, :106, 3] > 127
    assert (drawn == (sample[200:306].reshape(106, 100).T == 1)).all()
    assert "time (ms)" in chart.inner_html()
    bench.drawer()


def test_a_stage_is_chosen_and_seen_in_its_own_colours_and_range(bench: ModelOnPage) -> None:
    bench.both_at(150)
    drawer = bench.drawer()
    drawer.get_by_role("combobox", name="output").select_option(label="opl")
    bench.line.filter(has_text="Retina, opl").wait_for()
    bench.wait_for_model(150)
    low, high = bench.model_range()
    assert low == -high
    values = Retina(seed=3).run(NOISE.replace(), max_t=151, stages=True).opl[0, 0, 150].numpy()
    pixels = bench.model_pixels().astype(int)
    clear = np.abs(values) > 0.1 * high
    assert ((pixels[..., 0] > pixels[..., 2]) == (values > 0))[clear].all()  # red above zero, blue below
    drawer.get_by_role("combobox", name="colours").select_option(label="grey")
    assert np.abs(bench.model_pixels()[..., 0] - grey(values, low, high)).max() <= 0.7  # the range is shown in four digits
    assert "output='opl'" in bench.code
    bench.drawer()


def test_a_knob_of_the_model_is_turned_and_the_film_stays(bench: ModelOnPage, page: Notebook) -> None:
    page.execute("bench.model = LowPass(tau=0.02)")
    bench.line.filter(has_text="LowPass").wait_for()
    bench.both_at(70)
    drawer = bench.drawer()
    box = drawer.get_by_role("textbox", name="tau (s), exact")
    assert box.input_value() == "0.02"
    box.fill("0.005")
    box.press("Enter")
    bench.root.locator(".wb-code code", has_text="tau=0.005").wait_for()
    bench.wait_for_model(70)
    low, high = bench.model_range()
    drawer.get_by_role("combobox", name="colours").select_option(label="grey")
    values = LowPass(tau=0.005).run(NOISE.replace(), max_t=71)[0][0, 0, 70].numpy()
    assert np.abs(bench.model_pixels()[..., 0] - grey(values, low, high)).max() <= 0.7
    assert bench.frame == 70
    bench.model.get_by_role("button", name="fit range").click()
    bench.wait("one.querySelector('.wb-model [role=group][aria-label=\"range of the model\"] span').textContent !== '0'")
    assert bench.model_range()[0] > 0
    bench.drawer()


def test_a_knob_of_the_film_is_turned_and_the_page_follows(bench: ModelOnPage, page: Notebook) -> None:
    bench.both_at(3)
    box = bench.root.get_by_role("textbox", name="level, exact").first
    box.fill("60")
    box.press("Enter")
    bench.wait("one.querySelector('.wb-code code').textContent.includes('level=60.0')")
    page.page.wait_for_function("box => box.value === '60'", arg=box.element_handle())
    bench.wait_for_model(3)
    page.execute("bench.stream = bench.stream.replace(level=100.0)")
    bench.wait("one.querySelector('.wb-code code').textContent.includes('level=100.0')")
    assert page.errors == []


def test_a_layer_from_a_cell_goes_beside_the_film_and_what_it_raises_is_said(bench: ModelOnPage, page: Notebook) -> None:
    page.execute(OWN)
    bench.line.filter(has_text="Negative").wait_for()
    bench.both_at(33)
    low, high = bench.model_range()
    drawer = bench.drawer()
    drawer.get_by_role("combobox", name="colours").select_option(label="grey")
    values = 255 - NOISE.read(33, 34)[0, 0, 0].numpy()
    assert np.abs(bench.model_pixels()[..., 0] - grey(values, low, high)).max() <= 0.7
    bench.go_to(2000)
    bench.line.filter(has_text="ArithmeticError: the film is over my head").wait_for()
    bench.both_at(40)
    bench.line.filter(has_text="frame 40").wait_for()
    drawer.get_by_role("combobox", name="model").select_option(label="none")
    bench.model.wait_for(state="hidden")
    assert "model" not in bench.code
    drawer.get_by_role("combobox", name="model").select_option(label="Negative")
    bench.wait_for_model(40)
    bench.drawer()


def test_two_views_share_the_model_and_have_a_position_each(bench: ModelOnPage, page: Notebook) -> None:
    other = ModelOnPage(page.bench(1))
    page.execute("bench.model = Retina(seed=3)")
    for one in (bench, other):
        one.line.filter(has_text="Retina").wait_for()
    bench.both_at(500)
    other.both_at(90)
    assert (bench.frame, other.frame) == (500, 90)
    spikes = Retina(seed=3).run(NOISE.replace(), max_t=501)[0][0, 0].numpy()
    for one, frame in ((bench, 500), (other, 90)):
        assert (one.model_pixels()[..., 0] == 255 * spikes[frame]).all()


def test_a_long_way_shows_how_far_it_is_and_stops_on_demand(bench: ModelOnPage, page: Notebook) -> None:
    page.execute(SLOW)
    bench.line.filter(has_text="Slow").wait_for()
    bench.go_to(5000)
    bench.line.filter(has_text="computing").wait_for()
    bench.wait("one.querySelector('.wb-model progress').value > 0.02")
    bench.model.get_by_role("button", name="stop").click()
    bench.line.filter(has_text="stopped at frame").wait_for()
    bench.go_to(3)
    bench.model.get_by_role("button", name="go on").click()
    bench.wait_for_model(3)
    page.execute("bench.model = Retina(seed=3)")


def test_everything_has_a_name(bench: ModelOnPage) -> None:
    drawer = bench.drawer()
    drawer.get_by_role("combobox", name="output").wait_for()
    for place in (bench.model, drawer):
        roles = place.locator("input, select, button, progress, [role=img], [role=group]")
        names = roles.evaluate_all(
            "all => all.filter(one => !one.getAttribute('aria-label') && !one.textContent.trim() && !one.labels?.length)"
            ".map(one => one.outerHTML)"
        )
        assert names == []
    bench.drawer()
    assert bench.model.get_by_role("img").get_attribute("aria-label").startswith("Retina, ganglion_spikes_ON, frame")
