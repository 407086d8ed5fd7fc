"""Views in a real JupyterLab and a real browser: the numbers in the charts are numpy's, of the stream itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workbench.streams import RandomStream

from .lab import BenchOnPage, Notebook
from .test_first_film import stream_of

pytestmark = pytest.mark.browser

ASKED = """
() => {
  window.asked = [];
  const send = window.sendOfSockets ??= WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    for (const found of text.matchAll(/"op": ?"(window|read)"/g)) window.asked.push(found[1]);
    return send.call(this, data);
  };
}
"""
PIXELS = """
canvas => {
  const {data, width, height} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return [height, width, Array.from(new Uint32Array(data.buffer))];
}
"""
NUMBERS = """
figure => JSON.parse(JSON.stringify(figure.numbers, (name, value) =>
  name === 'picture' ? undefined : ArrayBuffer.isView(value) ? Array.from(value) : value))
"""


class Drawer:
    """The views of a bench, by their names."""

    def __init__(self, bench: BenchOnPage) -> None:
        self.bench = bench
        self.root = bench.root.locator(".wb-drawer", has=bench.page.get_by_text("Views", exact=True))
        if not self.root.evaluate("one => one.open"):
            self.root.get_by_text("Views", exact=True).click()

    def open(self, *names: str) -> None:
        for button in self.root.get_by_role("group", name="views").get_by_role("button").all():
            if (button.get_attribute("aria-pressed") == "true") != (button.inner_text() in names):
                button.click()

    def figure(self, name: str) -> Any:
        return self.root.locator("figure", has=self.bench.page.get_by_text(name, exact=True))

    def label(self, name: str, words: str) -> str:
        """Waits until the chart says some words, and gives all that it says."""
        chart = self.figure(name).locator("svg[role=img]")
        self.bench.page.wait_for_function(
            "([chart, words]) => chart.getAttribute('aria-label').includes(words)",
            arg=[chart.element_handle(), words],
            timeout=20_000,
        )
        return str(chart.get_attribute("aria-label"))

    def numbers(self, name: str, note: str) -> dict[str, Any]:
        """The data of a chart once its note says for which frames, as the page holds them."""
        self.figure(name).locator("figcaption small", has_text=note).wait_for()
        self.figure(name).locator(".wb-chart-words").wait_for(state="hidden")
        return dict(self.figure(name).evaluate(NUMBERS))


NEAR = pytest.mark.parametrize("first_film", ["near"], indirect=True)


@pytest.fixture
def bench(first_film: Notebook) -> BenchOnPage:
    bench = first_film.bench()
    bench.go_to(0)
    return bench


@pytest.fixture
def drawer(bench: BenchOnPage) -> Drawer:
    return Drawer(bench)


def frames(stream: RandomStream, start: int, count: int) -> np.ndarray:
    return stream.read(start, start + count)[0, 0].numpy().astype(np.float64)


@NEAR
def test_the_histogram_is_numpys_of_the_frame_on_screen(bench: BenchOnPage, drawer: Drawer) -> None:
    drawer.open("Histogram")
    for frame in (0, 300):
        bench.go_to(frame)
        shown = drawer.numbers("Histogram", f"frame {frame}")["layers"][0]
        edges = np.array(shown["edges"])
        low, high = bench.range()
        assert (edges[0], edges[-1]) == (low, high)
        values = frames(stream_of(bench), frame, 1)
        wanted = np.histogram(values, [-np.inf, *edges[1:-1], np.inf])[0] * 100 / values.size
        np.testing.assert_allclose(shown["y"], wanted, atol=2.1 * 100 / values.size)  # float32 may round a tie otherwise
        drawer.label("Histogram", f"clipped: 0 % below {low:g}, 0 % above {high:g}")


@NEAR
def test_the_histogram_says_the_share_clipped(bench: BenchOnPage, drawer: Drawer) -> None:
    drawer.open("Histogram")
    low, high = bench.range()
    level = bench.root.get_by_role("textbox", name="level, exact")
    before = level.input_value()
    level.fill("250")
    level.press("Enter")
    bench.root.locator(".wb-code code", has_text="level=250").wait_for()
    values = frames(stream_of(bench), 0, 1)
    below, above = (f"{100 * np.mean(outside):.2g} %" for outside in (values < low, values > high))
    drawer.label("Histogram", f"clipped: {below} below {low:g}, {above} above {high:g}")
    level.fill(before)
    level.press("Enter")
    drawer.label("Histogram", "clipped: 0 %")


def test_mean_range_and_powers_are_numpys_and_move_on_with_the_position(bench: BenchOnPage, drawer: Drawer) -> None:
    drawer.open("Mean and range", "Temporal power", "Spatial power")
    stream = stream_of(bench)
    for position, start in ((3, 0), (300, 256)):
        bench.go_to(position)
        note = f"frames {start} to {start + 255}"
        wanted = frames(stream, start, 256)
        band, line = drawer.numbers("Mean and range", note)["layers"]
        np.testing.assert_allclose(line["y"], wanted.mean((1, 2)), rtol=1e-6)
        np.testing.assert_allclose(line["x"], (start + np.arange(256)) * stream.dt)
        assert (band["low"], band["high"]) == (wanted.min((1, 2)).tolist(), wanted.max((1, 2)).tolist())
        said = drawer.label("Mean and range", f"frame {position}:")
        assert f"mean {wanted[position - start].mean():.4g}," in said

        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(256) / 256)
        found = np.abs(np.fft.rfft((wanted - wanted.mean(0)) * window[:, None, None], axis=0)) ** 2
        density = found.mean((1, 2))[1:] * 2 * stream.dt / (window**2).sum()
        density[-1] /= 2
        shown = drawer.numbers("Temporal power", note)
        np.testing.assert_allclose(shown["layers"][0]["y"], density, rtol=1e-5)
        np.testing.assert_allclose(shown["layers"][0]["x"], np.fft.rfftfreq(256, stream.dt)[1:])
        assert shown["x"]["high"] == pytest.approx(0.5 / stream.dt)

        some = wanted[::16]
        power = (np.abs(np.fft.fft2(some - some.mean((1, 2), keepdims=True))) ** 2).mean(0)
        across, down = np.fft.fftfreq(80) * 10, np.fft.fftfreq(40)[:, None] * 10  # cycles per degree
        ring = np.rint(np.hypot(down, across) / (10 / 80)).astype(int)
        radial = [power[ring == k].mean() / power.size / 10**2 for k in range(1, 41)]
        shown = drawer.numbers("Spatial power", note)
        np.testing.assert_allclose(shown["layers"][0]["y"], radial, rtol=1e-5)
        np.testing.assert_allclose(shown["layers"][0]["x"], np.arange(1, 41) * 10 / 80)


@NEAR
@pytest.mark.parametrize("zoom", ["fit", "3 ×"])
def test_a_click_traces_the_films_own_pixel_and_a_second_one_removes_it(bench: BenchOnPage, drawer: Drawer, zoom: str) -> None:
    drawer.open("Pixel traces")
    bench.root.get_by_role("combobox", name="zoom").select_option(label=zoom)
    canvas = bench.root.locator("canvas.wb-canvas").first
    box = canvas.bounding_box()
    traced = drawer.root.get_by_role("group", name="pixels traced")

    def click(row: int, column: int) -> None:
        place = {"x": (column + 0.3) / 80 * box["width"], "y": (row + 0.7) / 40 * box["height"]}
        canvas.click(position=place)

    click(39, 79)
    click(12, 5)
    traced.get_by_text("row 12, column 5").wait_for()
    wanted = frames(stream_of(bench), 0, 256)
    drawer.label("Pixel traces", "row 12, column 5:")
    shown = drawer.numbers("Pixel traces", "frames 0 to 255")["layers"]
    assert [line["y"] for line in shown] == [wanted[:, 39, 79].tolist(), wanted[:, 12, 5].tolist()]
    assert bench.root.locator(".wb-marks .wb-ring").count() == 2
    ring = bench.root.locator(".wb-marks .wb-ring").nth(1)
    assert float(ring.get_attribute("cx")) == pytest.approx(5.5 / 80 * box["width"])
    assert float(ring.get_attribute("cy")) == pytest.approx(12.5 / 40 * box["height"])
    click(12, 5)
    click(39, 79)
    drawer.label("Pixel traces", "click a pixel of the film")
    assert bench.root.locator(".wb-marks .wb-ring").count() == 0
    bench.root.get_by_role("combobox", name="zoom").select_option(label="fit")


@NEAR
def test_a_pixel_is_traced_and_removed_by_the_keyboard(bench: BenchOnPage, drawer: Drawer) -> None:
    drawer.open("Pixel traces")
    for name, value in (("row of the pixel", "40"), ("column of the pixel", "7")):
        drawer.root.get_by_role("textbox", name=name).fill(value)
    drawer.root.get_by_role("button", name="Add").press("Enter")
    drawer.root.get_by_role("alert").filter(has_text="give a row below 40 and a column below 80").wait_for()
    drawer.root.get_by_role("textbox", name="row of the pixel").fill("39")
    drawer.root.get_by_role("button", name="Add").press("Enter")
    drawer.label("Pixel traces", "row 39, column 7:")
    drawer.root.get_by_role("button", name="remove row 39, column 7").press("Enter")
    drawer.label("Pixel traces", "click a pixel of the film")


def pixels(canvas: Any) -> np.ndarray:
    """The pixels of a canvas as `(rows, columns, 4)`."""
    rows, columns, data = canvas.evaluate(PIXELS)
    return np.array(data, "<u4").view(np.uint8).reshape(rows, columns, 4)


@NEAR
def test_a_slice_is_the_streams_pixels_along_the_line_in_the_stages_colours(bench: BenchOnPage, drawer: Drawer) -> None:
    drawer.open("Space–time slice")
    slice_ = drawer.figure("Space–time slice").locator("canvas")
    low, high = bench.range()
    wanted = (frames(stream_of(bench), 0, 256) - low) / (high - low) * 255
    row = drawer.root.get_by_role("textbox", name="slice along row")
    row.fill("31")
    row.press("Enter")
    drawer.label("Space–time slice", "row 31, column 0 to row 31, column 79: 79 px, 7.9°, 80 pixels")
    assert np.abs(pixels(slice_)[..., :3] - wanted[:, 31, :].T[..., None]).max() <= 0.501

    canvas = bench.root.locator("canvas.wb-canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    mouse = bench.page.mouse
    mouse.move(box["x"] + 4.5 / 80 * box["width"], box["y"] + 2.5 / 40 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"])
    mouse.move(box["x"] + 64.5 / 80 * box["width"], box["y"] + 32.5 / 40 * box["height"])
    mouse.up()
    drawer.label("Space–time slice", "row 2, column 4 to row 32, column 64: 67.1 px, 6.71°, 61 pixels")
    columns = np.arange(4, 65)
    rows = np.floor(2 + (columns - 4) / 2 + 0.5).astype(int)
    assert np.abs(pixels(slice_)[..., :3] - wanted[:, rows, columns].T[..., None]).max() <= 0.501
    assert drawer.root.get_by_role("group", name="pixels traced").locator(".wb-trace").count() == 0

    before = pixels(slice_)
    bench.root.get_by_role("combobox", name="colours").select_option(label="viridis")
    bench.page.wait_for_timeout(600)
    shown, table = pixels(slice_), pixels(canvas)
    byte = np.rint(wanted[0]).astype(int)
    for value in np.unique(byte)[::16]:
        where = np.abs(wanted[:, rows, columns].T - value) < 0.4
        if where.any():
            assert (shown[where][:, :3] == table[byte == value][0, :3]).all()
    assert (before != shown).any()
    bench.root.get_by_role("combobox", name="colours").select_option(label="grey")


def test_playing_asks_for_each_window_once_and_for_the_next_one_ahead(bench: BenchOnPage, drawer: Drawer) -> None:
    drawer.open("Histogram", "Mean and range", "Temporal power", "Space–time slice")
    bench.go_to(5180)
    drawer.label("Mean and range", "frame 5180:")
    bench.page.wait_for_timeout(700)
    bench.page.evaluate(ASKED)
    anyway = bench.root.get_by_role("button", name="Play anyway")
    bench.key(" ")
    if anyway.is_visible():
        anyway.click()
    bench.wait("Number(one.dataset.frame) >= 5250")
    assert bench.page.evaluate("window.asked.filter(one => one === 'window').length") == 1  # 5376 to 5631, ahead
    assert bench.page.evaluate("window.asked.includes('read')")
    bench.key(" ")
    bench.root.get_by_role("button", name="Play", exact=True).wait_for()
    frame = bench.frame
    said = drawer.label("Mean and range", f"frame {frame}:")
    assert f"mean {frames(stream_of(bench), frame, 1).mean():.4g}," in said
    drawer.numbers("Histogram", f"frame {frame}")
    bench.page.evaluate("window.asked = []")
    bench.go_to(5400)
    drawer.label("Mean and range", "frame 5400:")
    bench.page.wait_for_timeout(600)
    assert bench.page.evaluate("window.asked.filter(one => one === 'window').length") == 0  # it had been asked for ahead


SLOW = """
import time
class Slow(workbench.streams.Stream):
    size: tuple[int, int] = (4, 5)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001
    def read(self, start, stop):
        if stop - start > 8:
            time.sleep(0.05)
        if start >= 256 + 64:
            raise OSError("the disk is gone")
        return workbench.streams.Blank(self.size).read(start, stop)
before, bench.stream = bench.stream, Slow()
"""


@NEAR
def test_a_slow_film_is_computing_and_a_torn_one_says_why(first_film: Notebook, bench: BenchOnPage, drawer: Drawer) -> None:
    drawer.open("Mean and range", "Temporal power")
    first_film.execute(SLOW)
    drawer.figure("Mean and range").get_by_text("computing…").wait_for()
    drawer.label("Mean and range", "mean 0, lowest 0, highest 0")
    drawer.label("Temporal power", "nothing changes over these frames")
    bench.go_to(300)
    for name in ("Mean and range", "Temporal power"):
        drawer.label(name, "OSError: the disk is gone")
    bench.go_to(0)
    drawer.label("Temporal power", "nothing changes over these frames")
    first_film.execute("bench.stream = before")
    bench.root.locator(".wb-title", has_text="RandomStream").wait_for()


@NEAR
def test_another_film_is_measured_anew_and_keeps_what_is_open(first_film: Notebook, bench: BenchOnPage, drawer: Drawer) -> None:
    drawer.open("Mean and range")
    first_film.execute(
        "before = bench.stream; bench.stream = workbench.streams.RandomStream((12, 10), level=20.0, mean=5.0, seed=3)"
    )
    wanted = frames(RandomStream((12, 10), level=20.0, mean=5.0, seed=3), 0, 256)
    drawer.label("Mean and range", f"lowest {wanted[0].min():.4g},".replace("-", "−"))
    band, _ = drawer.numbers("Mean and range", "frames 0 to 255")["layers"]
    assert band["high"] == wanted.max((1, 2)).tolist()
    assert drawer.figure("Histogram").is_hidden()
    drawer.open("Space–time slice")
    drawer.label("Space–time slice", "row 6, column 0 to row 6, column 9:")
    first_film.execute("bench.stream = before")
    bench.root.locator("canvas.wb-canvas[width='80']").wait_for()
