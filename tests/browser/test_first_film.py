"""The first notebook in a real JupyterLab and a real browser: what a person sees is what the stream says."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.cbook import get_sample_data
from PIL import Image

from workbench.streams import RandomStream

from .lab import BenchOnPage, Notebook

pytestmark = pytest.mark.browser

NUMBER = r"([-\d.]+)"


def stream_of(bench: BenchOnPage) -> RandomStream:
    """The noise that the code line on the page says, made in this process."""
    rows, columns = map(int, re.search(r"size=\((\d+), (\d+)\)", bench.code).groups())
    level, mean, seed = (float(re.search(rf"{name}={NUMBER}", bench.code)[1]) for name in ("level", "mean", "seed"))
    return RandomStream((rows, columns), level=level, mean=mean, seed=int(seed))


def assert_shows(bench: BenchOnPage, stream: RandomStream, frame: int) -> None:
    """Every pixel of the canvas is the stream's own, put into bytes in float64; at a tie float32 may round otherwise."""
    low, high = bench.range()
    values = stream.read(frame, frame + 1)[0, 0, 0].numpy().astype(np.float64)
    wanted = np.clip((values - low) / (high - low), 0, 1) * 255
    pixels = bench.pixels()
    assert pixels.shape == (*wanted.shape, 4)
    assert np.abs(pixels[..., :3] - wanted[..., None]).max() <= 0.501
    assert (pixels[..., 3] == 255).all()


@pytest.fixture
def bench(first_film: Notebook) -> BenchOnPage:
    return first_film.bench()


def test_the_canvas_shows_the_kernels_frames_by_number(bench: BenchOnPage) -> None:
    stream = stream_of(bench)
    assert stream.size == (40, 80)
    for frame in (0, 1, 2, 57, 12_345, 3):
        bench.go_to(frame)
        assert_shows(bench, stream, frame)


def test_a_slider_moved_by_the_keyboard_changes_the_frames(bench: BenchOnPage) -> None:
    bench.go_to(7)
    before = stream_of(bench)
    slider = bench.root.get_by_role("slider", name="level", exact=True)
    for _ in range(5):
        slider.press("ArrowRight")
    bench.wait(f"!one.querySelector('.wb-code code').textContent.includes('level={before.level}')")
    bench.wait(f"one.querySelector('[aria-label=\"level\"]').getAttribute('aria-valuetext') !== '{before.level:g}'")
    bench.page.wait_for_timeout(600)
    after = stream_of(bench)
    assert after.level > before.level
    assert slider.get_attribute("aria-valuetext") == f"{after.level:g}"
    assert_shows(bench, after, 7)


def test_a_refused_value_is_told_beside_its_knob_and_the_film_stays(bench: BenchOnPage) -> None:
    bench.go_to(5)
    before, stream = bench.pixels(), stream_of(bench)
    box = bench.root.get_by_role("textbox", name="level, exact")
    box.fill("-3")
    box.press("Enter")
    knob = bench.root.get_by_role("group", name="level", exact=True)
    knob.get_by_role("alert").filter(has_text="is outside [0, ∞)").wait_for()
    assert (bench.pixels() == before).all()
    box.fill(f"{stream.level:g}")
    box.press("Enter")
    knob.get_by_role("alert").filter(has_text="is outside").wait_for(state="detached")
    assert_shows(bench, stream, 5)


def test_flashing_noise_waits_for_a_word_then_space_plays_and_arrows_step_exactly(
    first_film: Notebook, bench: BenchOnPage
) -> None:
    bench.go_to(0)
    cells = first_film.cells()
    notice = bench.root.get_by_text("The film flashes more than three times a second.")
    notice.wait_for()
    bench.key(" ")
    bench.page.wait_for_timeout(500)
    assert bench.frame == 0
    bench.root.get_by_role("button", name="Play anyway").click()
    bench.wait("Number(one.dataset.frame) >= 30")
    bench.key(" ")
    bench.root.get_by_role("button", name="Play", exact=True).wait_for()
    bench.page.wait_for_timeout(300)
    stopped, stream = bench.frame, stream_of(bench)
    assert_shows(bench, stream, stopped)
    for step, frame in (("ArrowLeft", stopped - 1), ("ArrowLeft", stopped - 2), ("ArrowRight", stopped - 1), ("Home", 0)):
        bench.key(step)
        bench.wait_for_frame(frame)
        assert_shows(bench, stream, frame)
    assert first_film.cells() == cells
    bench.key(" ")
    bench.wait("Number(one.dataset.frame) >= 5")
    bench.key(" ")


def test_a_stream_set_from_code_moves_picture_and_controls(first_film: Notebook, bench: BenchOnPage) -> None:
    bench.go_to(9)
    first_film.execute("bench.stream = workbench.streams.RandomStream((12, 10), level=20.0, mean=5.0, seed=3)")
    bench.wait("one.querySelector('canvas').width === 10")
    assert bench.range() == (-15, 15)  # evenly about zero, for its values have both signs
    box = bench.root.get_by_role("textbox", name="mean, exact")
    assert box.input_value() == "5"
    first_film.execute("bench.stream = workbench.streams.RandomStream((40, 80), level=60.0, mean=127.0, seed=3)")
    bench.wait("one.querySelector('canvas').width === 80")
    assert_shows(bench, stream_of(bench), 9)


def test_everything_has_a_name(bench: BenchOnPage) -> None:
    roles = bench.root.locator("input, select, button, canvas, [role=img], [role=group]")
    names = roles.evaluate_all(
        "all => all.filter(one => !one.getAttribute('aria-label') && !one.textContent.trim() && !one.labels?.length)"
        ".map(one => one.outerHTML)"
    )
    assert names == []
    assert re.search(r'img "RandomStream, frame \d+, 40 by 80 pixels"', bench.root.aria_snapshot())


SLOW = """
import time
class Slow(workbench.streams.Stream):
    size: tuple[int, int] = (40, 80)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001
    def read(self, start, stop):
        time.sleep(2)
        return workbench.streams.Blank(self.size).read(start, stop)
before, bench.stream = bench.stream, Slow()
"""


def test_a_busy_kernel_is_said(first_film: Notebook, bench: BenchOnPage) -> None:
    first_film.execute(SLOW)
    bench.status.filter(has_text="kernel busy").wait_for(timeout=10_000)
    bench.status.filter(has_text="paused").wait_for(timeout=20_000)
    first_film.execute("bench.stream = before")
    bench.root.locator(".wb-title", has_text="RandomStream").wait_for()


def test_the_photograph_is_the_file_in_its_own_colours(first_film: Notebook) -> None:
    bench = first_film.bench(1)
    with get_sample_data("grace_hopper.jpg") as file:
        whole = np.array(Image.open(file))
    assert (bench.pixels()[..., :3] == whole[110:310, 155:355]).all()
    bench.root.get_by_role("switch", name="offset, automatic").press("Enter")
    bench.root.locator(".wb-code code", has_not_text="offset").wait_for()
    bench.page.wait_for_timeout(600)
    assert (bench.pixels()[..., :3] == whole[200:400, 156:356]).all()  # 600 × 512 pixels: (600 - 200) / 2, (512 - 200) / 2


def test_two_views_have_a_position_each_and_one_recipe(open_notebook: Callable[..., Notebook]) -> None:
    page = open_notebook("two_views.ipynb")
    one, other = page.bench(0), page.bench(1)
    one.go_to(3)
    assert (one.frame, other.frame) == (3, 0)
    low, high = one.range()
    for bench, frame in ((one, 3), (other, 0)):
        wanted = (frame * 40 + np.arange(40).reshape(5, 8) - low) / (high - low) * 255
        assert np.abs(bench.pixels()[..., 0] - wanted).max() <= 0.501
    one.key("End")
    one.wait_for_frame(19)
    box = one.root.get_by_role("textbox", name="dt (s), exact")
    box.fill("0.04")
    box.press("Enter")
    other.wait("one.querySelector('.wb-code code').textContent.includes('dt=0.04')")
    assert (one.frame, other.frame) == (19, 0)
    for bench in (one, other):
        bench.root.get_by_role("combobox", name="speed").locator("option", has_text="25 frames/s, real time").wait_for(
            state="attached"
        )
