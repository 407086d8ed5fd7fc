"""Views of the bench without a browser: what is measured is what numpy and scipy find in the stream, in float64."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
import pytest
import torch
from scipy.signal import periodogram
from typing_extensions import override

from workbench.core.block import Block
from workbench.core.errors import FormatError
from workbench.core.knob import Size
from workbench.core.stream import Stream
from workbench.streams import Blank, RandomStream, SequenceStream
from workbench.widgets.bench import Bench
from workbench.widgets.views import measures
from workbench.widgets.views import part as views

WINDOW = {
    "op": "window",
    "view": 1,
    "order": 5,
    "generation": 1,
    "start": 0,
    "count": 256,
    "channel": 0,
    "extent": False,
    "temporal": False,
    "spatial": False,
    "pixels": [],
    "line": None,
}


class Page:
    """What a browser would send and see; waits for the answers."""

    def __init__(self, stream: Stream) -> None:
        self.table = Bench(stream)
        self.replies: list[tuple[dict[str, Any], list[bytes]]] = []
        self.table.send = lambda content, buffers=None: self.replies.append((content, buffers or []))

    @property
    def part(self) -> views.Views:
        return self.table._parts["views"]

    def send(self, **changes: Any) -> dict[str, Any]:
        self.table._handle_custom_msg(WINDOW | changes, [])
        self.wait()
        return self.replies[-1][0]

    def wait(self) -> None:
        for worker in self.part._workers.values():
            worker.wait()

    @property
    def found(self) -> list[np.ndarray]:
        """The measures in the last answer, from its one buffer."""
        content, (buffer,) = self.replies[-1]
        values = np.frombuffer(buffer, "<f4")
        ends = np.cumsum([math.prod(shape) for shape in content["shapes"]])
        assert ends[-1] == len(values)
        return [part.reshape(shape) for part, shape in zip(np.split(values, ends[:-1]), content["shapes"], strict=True)]


def noise(**changes: Any) -> RandomStream:
    return RandomStream((12, 20), pixel_per_degree=8.0, level=100.0, mean=127.0, seed=7, dt=0.002).replace(**changes)


def frames(stream: Stream, start: int, count: int) -> np.ndarray:
    return stream.read(start, start + count)[0, 0].numpy().astype(np.float64)


def test_mean_and_range_of_every_frame_are_numpys() -> None:
    page = Page(noise())
    header = page.send(start=256, extent=True)
    wanted = frames(noise(), 256, 256)
    about = {"op": "window", "part": "views", "view": 1, "order": 5, "generation": 1, "start": 256, "count": 256}
    assert about.items() <= header.items()
    mean, low, high = page.found[0]
    np.testing.assert_allclose(mean, wanted.mean((1, 2)), rtol=1e-6)
    assert (low == wanted.min((1, 2))).all()
    assert (high == wanted.max((1, 2))).all()


def test_traces_are_the_streams_own_values_in_the_order_asked() -> None:
    page = Page(noise())
    page.send(start=100, count=50, pixels=[[11, 19], [0, 0], [3, 4]])
    wanted = frames(noise(), 100, 50)
    for got, (row, column) in zip(page.found, [(11, 19), (0, 0), (3, 4)], strict=True):
        assert (got == wanted[:, row, column]).all()


@pytest.mark.parametrize("line", [[5, 0, 5, 19], [0, 7, 11, 7], [11, 2, 0, 2], [4, 4, 4, 4]])
def test_a_slice_along_a_row_or_column_is_that_row_or_column(line: list[int]) -> None:
    page = Page(noise())
    page.send(count=30, line=line)
    row, column, last_row, last_column = line
    wanted = frames(noise(), 0, 30)[:, min(row, last_row) : max(row, last_row) + 1, min(column, last_column) : last_column + 1]
    flat = wanted.reshape(30, -1)
    assert (page.found[0] == (flat if last_row >= row else flat[:, ::-1])).all()


def test_a_slanted_line_takes_the_nearest_pixels_evenly_from_end_to_end() -> None:
    line = (1, 2, 9, 17)
    rows, columns = (part.numpy() for part in measures.places(line))
    assert (rows[0], columns[0], rows[-1], columns[-1]) == line
    assert (np.diff(columns) == 1).all()
    assert set(np.diff(rows)) == {0, 1}
    assert np.abs(rows - (1 + (columns - 2) * 8 / 15)).max() <= 0.5
    page = Page(noise())
    page.send(count=9, line=list(line))
    assert (page.found[0] == frames(noise(), 0, 9)[:, rows, columns]).all()


@pytest.mark.parametrize("count", [2, 3, 129, 256])
def test_temporal_power_is_scipys_periodogram_averaged_over_pixels(count: int) -> None:
    page = Page(noise())
    page.send(count=count, temporal=True)
    frequencies, density = periodogram(frames(noise(), 0, count), 1 / 0.002, window="hann", detrend="constant", axis=0)
    assert len(page.found[0]) == count // 2
    assert frequencies[-1] <= 1 / (2 * 0.002)
    np.testing.assert_allclose(page.found[0], density.mean((1, 2))[1:], rtol=1e-5)


def test_temporal_power_sums_to_the_variance_under_the_window() -> None:
    values = frames(noise(), 0, 200)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(200) / 200)
    weighted = (values - values.mean(0)) * window[:, None, None]
    at_zero = np.abs(weighted.sum(0)) ** 2 / 200  # the frequency 0, which is not shown
    variance = ((weighted**2).sum(0) - at_zero) / (window**2).sum()
    power = measures.temporal_power(torch.tensor(values), 0.002)
    assert float(power.sum()) / (200 * 0.002) == pytest.approx(variance.mean(), rel=1e-9)


def test_a_sine_has_half_its_squared_amplitude_at_its_own_frequency() -> None:
    film = 3 * np.sin(2 * np.pi * 25 * np.arange(200) * 0.002)[:, None, None] * np.ones((1, 2, 3))
    power = measures.temporal_power(torch.tensor(film), 0.002).numpy() / (200 * 0.002)
    peak = power.argmax()
    assert (peak + 1) / (200 * 0.002) == pytest.approx(25)
    assert power[peak - 1 : peak + 2].sum() == pytest.approx(4.5, rel=1e-9)


def radial(values: np.ndarray, pixel_per_degree: float) -> np.ndarray:
    """The slow plain way: every frequency by itself put into its ring."""
    height, width = values.shape
    density = np.abs(np.fft.fft2(values - values.mean())) ** 2 / values.size / pixel_per_degree**2
    longer = max(height, width)
    rings: list[list[float]] = [[] for _ in range(longer // 2 + 1)]
    for row in range(height):
        for column in range(width):
            down, across = (min(k, size - k) / size for k, size in ((row, height), (column, width)))
            ring = round(math.hypot(down, across) * longer)
            if ring <= longer // 2:
                rings[ring].append(density[row, column])
    return np.array([np.mean(ring) for ring in rings[1:]])


def test_spatial_power_is_numpys_over_rings_and_frames() -> None:
    page = Page(noise())
    page.send(count=48, spatial=True)
    wanted = np.mean([radial(values, 8.0) for values in frames(noise(), 0, 48)[::3]], axis=0)
    assert len(page.found[0]) == 10
    np.testing.assert_allclose(page.found[0], wanted, rtol=1e-5)


def test_spatial_power_sums_to_the_variance_within_a_frame() -> None:
    values = torch.tensor(frames(noise(), 0, 5))
    density = measures.spatial_power(values, 8.0)
    variance = values.numpy().var((1, 2)).mean()
    assert float(density.sum()) * 8.0**2 / values[0].numel() == pytest.approx(variance, rel=1e-9)


@pytest.mark.parametrize("size", [(1, 30), (30, 1), (5, 30)])
def test_a_grating_peaks_at_its_cycles_per_degree(size: tuple[int, int]) -> None:
    row, column = np.mgrid[: size[0], : size[1]]
    grating = np.sin(2 * np.pi * 1.5 * (column + row if 1 in size else column) / 10.0)
    power = measures.radial(measures.spatial_power(torch.tensor(grating[None]), 10.0))
    assert (int(power.argmax()) + 1) * 10.0 / 30 == pytest.approx(1.5, abs=0.17)
    assert bool(torch.isfinite(power).all())


def test_one_pixel_and_one_frame_have_no_frequencies() -> None:
    page = Page(SequenceStream(np.ones((1, 1, 1))))
    page.send(count=1, temporal=True, spatial=True)
    assert [part.shape for part in page.found] == [(0,), (0,)]


def test_colour_is_the_mean_of_its_three_channels_unless_one_is_chosen() -> None:
    colours = np.random.default_rng(1).random((6, 4, 5, 3)).astype(np.float32)
    page = Page(SequenceStream(colours))
    page.send(count=6, channel=-1, pixels=[[2, 3]])
    np.testing.assert_allclose(page.found[0], colours[:, 2, 3].astype(np.float64).mean(-1), rtol=1e-6)
    page.send(count=6, channel=2, pixels=[[2, 3]])
    assert (page.found[0] == colours[:, 2, 3, 2]).all()


def test_several_measures_come_in_the_order_of_the_message() -> None:
    page = Page(noise())
    header = page.send(count=10, extent=True, temporal=True, spatial=True, pixels=[[1, 2], [3, 4]], line=[0, 0, 0, 19])
    assert header["shapes"] == [[3, 10], [5], [10], [10], [10], [10, 20]]
    assert len(page.found) == 6


def test_at_the_end_of_a_film_there_are_fewer_frames() -> None:
    page = Page(SequenceStream(np.arange(20 * 6.0).reshape(20, 2, 3)))
    assert page.send(start=10, pixels=[[0, 0]])["count"] == 10
    assert page.found[0].tolist() == [60.0 + 6 * k for k in range(10)]
    reply = page.send(start=20, pixels=[[0, 0]])
    assert (reply["op"], "past the film's end" in reply["message"]) == ("failed", True)


def test_the_film_given_is_never_moved() -> None:
    film = noise()
    film.get(3)
    page = Page(film)
    page.send(extent=True)
    assert film.position == 3


class Counting(Stream):
    """A film that tells what was read of it."""

    size: Size = (64, 64)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001
    reads: Any = None

    @override
    def read(self, start: int, stop: int) -> Block:
        self.reads.append((start, stop))
        return torch.zeros(1, 1, stop - start, *self.size)


@pytest.mark.parametrize(
    ("size", "most"), [((1, 1), 256), ((181, 181), 256), ((256, 256), 128), ((2896, 2896), 1), ((3000, 3000), 0)]
)
def test_a_window_holds_no_more_values_than_its_bound(size: tuple[int, int], most: int) -> None:
    reads: list[tuple[int, int]] = []
    page = Page(Counting(size, reads=reads))
    assert page.table.parts["views"]["frames"] == most
    reply = page.send(count=most + 1, extent=True) if most < 256 else {"op": "failed", "message": "no more than 256"}
    assert (reply["op"], reads) == ("failed", [])
    assert str(most) in reply["message"]
    if most and size != (1, 1):
        assert page.send(count=most, extent=True)["count"] == most
        assert max((stop - start) * math.prod(size) for start, stop in reads) <= max(1 << 19, math.prod(size))
        assert [start for start, _ in reads] + [most] == [0] + [stop for _, stop in reads]


BROKEN = [
    {"count": 0},
    {"count": 257},
    {"count": "8"},
    {"start": -1},
    {"start": 0.5},
    {"channel": 256},
    {"extent": "yes"},
    {"line": [0, 0, 1]},
    {"line": [0, 0, 1, -1]},
    {"line": [0, 0, 1, 2**20]},
    {"line": "0 0 1 1"},
    {"path": "/etc/passwd"},
    {"generation": None},
]


@pytest.mark.parametrize("change", BROKEN)
def test_a_malformed_question_is_refused(change: dict[str, Any]) -> None:
    reads: list[Any] = []
    page = Page(Counting(reads=reads))
    assert page.send(**change)["op"] == "malformed"
    assert reads == []


OUTSIDE = [
    {"pixels": "0 0"},
    {"pixels": [[0]]},
    {"pixels": [[0, 64]]},
    {"pixels": [[-1, 0]]},
    {"pixels": [[True, 0]]},
    {"pixels": [[0.0, 0]]},
    {"pixels": [[0, 0]] * 7},
    {"pixels": {"0": [0, 0]}},
    {"line": [0, 0, 64, 0]},
    {"line": [0, 64, 0, 0]},
]


@pytest.mark.parametrize("change", OUTSIDE)
def test_pixels_that_the_film_has_not_are_refused_before_a_frame_is_read(change: dict[str, Any]) -> None:
    reads: list[Any] = []
    page = Page(Counting(reads=reads))
    reply = page.send(**change)
    assert (reply["op"], reads) == ("failed", [])
    assert f"message.{next(iter(change))} = " in reply["message"]


def test_a_question_for_an_earlier_film_is_stale() -> None:
    page = Page(noise())
    page.table.stream = noise(level=50.0)
    assert page.send(extent=True)["op"] == "stale"
    assert page.send(extent=True, generation=2)["op"] == "window"


class Torn(Blank):
    """A film whose file is torn."""

    size: Size = (4, 5)

    @override
    def read(self, start: int, stop: int) -> Block:
        raise FormatError("torn.avi, byte 12, is not a frame; copy it again.")


def test_what_a_film_raises_is_told() -> None:
    reply = Page(Torn()).send(extent=True)
    assert (reply["op"], reply["order"]) == ("failed", 5)
    assert reply["message"] == "FormatError: torn.avi, byte 12, is not a frame; copy it again."


class Gated(Blank):
    """A film whose frames wait."""

    size: Size = (4, 5)
    gate: Any = None
    began: Any = None

    @override
    def read(self, start: int, stop: int) -> Block:
        self.began.set()
        assert self.gate.wait(20)
        return torch.zeros(1, 1, stop - start, *self.size)


def gated() -> tuple[Page, threading.Event]:
    gate, began = threading.Event(), threading.Event()
    page = Page(Gated(gate=gate, began=began))
    page.table._handle_custom_msg(WINDOW | {"extent": True}, [])
    assert began.wait(20)
    return page, gate


def test_only_a_pages_newest_question_is_answered_and_another_pages_too() -> None:
    page, gate = gated()
    page.table._handle_custom_msg(WINDOW | {"extent": True, "view": 2, "order": 9}, [])
    page.table._handle_custom_msg(WINDOW | {"extent": True, "order": 6}, [])
    gate.set()
    page.wait()
    assert sorted((content["view"], content["order"]) for content, _ in page.replies) == [(1, 6), (2, 9)]


@pytest.mark.parametrize("end", [lambda page: page.table.close(), lambda page: setattr(page.table, "stream", noise())])
def test_another_film_or_the_end_gives_up_what_is_under_way(end: Any) -> None:
    page, gate = gated()
    end(page)
    gate.set()
    page.wait()
    assert page.replies == []
    assert not [one for one in threading.enumerate() if one.name.startswith("workbench views")]


def test_pages_are_bounded() -> None:
    page = Page(noise())
    for view in range(40):
        page.send(view=view, count=1, extent=True)
    assert len(page.part._workers) == 16
