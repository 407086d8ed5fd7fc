"""plot and plot_tensor: what is drawn is the data, in figures of their own or in axes handed in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

import workbench
from workbench import plot, plot_tensor, streams
from workbench.core.errors import EndOfStream, KnobError, ShapeError
from workbench.core.output import Output
from workbench.core.sequence import SequenceStream
from workbench.plotting.panel import BLUE, CHANNELS, PIXELS


@pytest.fixture(autouse=True)
def _no_figures() -> Iterator[None]:
    plt.close("all")
    yield
    plt.close("all")


def film(frames: int = 40, size: tuple[int, int] = (6, 9)) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(frames, *size)).astype(np.float32)


def line(axes: Axes, label: str) -> np.ndarray:
    found = [one for one in axes.lines if one.get_label() == label]
    assert len(found) == 1, label
    return found[0].get_xydata()


def images(axes: Axes) -> list:
    """The frames drawn in the figure of some axes, in order."""
    return [one.images[0] for one in axes.figure.axes if one.images]


def drawn(axes: Axes) -> None:
    axes.figure.canvas.draw()


def test_the_courses_are_those_of_the_film() -> None:
    x = film()
    axes = plot(x)
    drawn(axes)
    t = np.arange(40)
    assert np.allclose(line(axes, "mean"), np.stack([t, x.mean((1, 2), dtype=float)], 1))
    assert np.allclose(line(axes, "pixel 3, 4"), np.stack([t, x[:, 3, 4]], 1))
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(x.min())
    assert band[:, 1].max() == pytest.approx(x.max())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (ms)", "value")


def test_the_frames_share_limits_and_are_spread_over_the_film() -> None:
    x = film()
    axes = plot(x)
    shown = images(axes)
    highest = np.abs(x).max()
    assert len(shown) >= 3
    assert {one.get_clim() for one in shown} == {(-highest, highest)}
    assert np.array_equal(shown[0].get_array(), x[0])
    assert np.array_equal(shown[-1].get_array(), x[-1])
    assert [shown[k].axes.get_title() for k in (0, -1)] == ["0 ms", "39 ms"]
    assert (shown[0].axes.get_xlabel(), shown[0].axes.get_ylabel()) == ("deg", "deg")


def test_time_and_angle_come_from_the_data_or_from_the_keywords() -> None:
    x = film()
    for axes in (
        plot(x, dt=0.01, pixel_per_degree=3.0),
        plot(SequenceStream(x, None, 3.0, dt=0.01)),
        plot(Output({"one": torch.from_numpy(x)[None, None]}, 0.01, 3.0)),
        plot(SequenceStream(x), dt=0.01, pixel_per_degree=3.0),
    ):
        assert line(axes, "mean")[-1, 0] == pytest.approx(390)
        assert images(axes)[0].get_extent() == pytest.approx((0, 3, 2, 0))
    assert line(plot(SequenceStream(x, t_zero=2.0)), "mean")[0, 0] == 2000
    for wrong in ({"dt": 0.0}, {"pixel_per_degree": -1}, {"dt": "x"}):
        with pytest.raises(KnobError, match=next(iter(wrong))):
            plot(x, **wrong)


def test_a_stream_shows_its_next_frames_and_stays_where_it_is() -> None:
    stream = streams.RandomStream((4, 5), seed=1)
    stream.seek(30)
    axes = plot(stream)
    assert stream.position == 30
    assert np.array_equal(images(axes)[0].get_array(), stream.read(30, 31)[0, 0, 0])
    assert line(axes, "mean")[[0, -1], 0].tolist() == [30, 529]
    done = SequenceStream(film())
    done.seek(40)
    with pytest.raises(EndOfStream, match="reset"):
        plot(done)


def test_one_dimension_is_a_line() -> None:
    for x in (np.arange(5.0), torch.arange(5), [0, 1, 2, 3, 4]):
        axes = plot(x, dt=0.002)
        assert np.array_equal(axes.lines[0].get_xydata(), [[0, 0], [2, 1], [4, 2], [6, 3], [8, 4]])
        assert axes.get_xlabel() == "time (ms)"


@pytest.mark.parametrize("x", [film(1), np.full((9, 3, 4), 7.0), np.zeros((2, 1, 1)), film(3, (2, 90)), film(3, (90, 2))])
def test_odd_films_are_drawn_without_a_warning(x: np.ndarray) -> None:
    drawn(plot(x))
    drawn(plot_tensor(x)[0, 0])


def test_spikes_are_a_share_and_marks() -> None:
    x = (np.random.default_rng(1).random((50, 6, 9)) < 0.3).astype(np.float32)
    axes = plot(x)
    assert np.allclose(line(axes, "share of spikes")[:, 1], x.mean((1, 2)))
    assert np.allclose(line(axes, "pixel 3, 4")[:, 0], np.flatnonzero(x[:, 3, 4]))
    assert axes.get_ylabel() == "share of pixels"


def test_what_is_not_finite_is_left_out_of_the_limits() -> None:
    x = film()
    x[3, 2, 2], x[4, 1, 1] = np.nan, np.inf
    axes = plot(x)
    highest = np.abs(x[np.isfinite(x)]).max()
    assert images(axes)[0].get_clim() == (-highest, highest)
    drawn(axes)


def test_colour_is_shown_in_colour() -> None:
    x = np.random.default_rng(1).uniform(0, 255, (30, 6, 9, 3)).astype(np.float32)
    axes = plot(x)
    low, high = x.min(), x.max()
    assert np.allclose(images(axes)[0].get_array(), (x[0] - low) / (high - low), atol=1e-6)
    assert np.allclose(line(axes, "mean green")[:, 1], x[..., 1].mean((1, 2)), rtol=1e-5)


def test_a_colour_tensor_is_one_row_in_colour_above_its_channels() -> None:
    x = np.random.default_rng(1).uniform(0, 255, (30, 6, 9, 3)).astype(np.float32)
    rows = plot_tensor(x)
    assert rows.shape == (1, 4)
    firsts = [one for one in images(rows[0, 0]) if one.axes.get_xlabel() == "deg"]
    assert [one.get_array().ndim for one in firsts] == [3, 2, 2, 2]
    for channel in range(3):
        assert np.array_equal(firsts[channel + 1].get_array(), x[0, :, :, channel])
        assert np.allclose(line(rows[0, channel + 1], "mean")[:, 1], x[..., channel].mean((1, 2)), rtol=1e-5)


def test_every_batch_and_channel_has_its_row() -> None:
    x = torch.from_numpy(film(2 * 4 * 20)).view(2, 4, 20, 6, 9)
    rows = plot_tensor(x)
    assert rows.shape == (2, 4)
    for batch, channel in np.ndindex(2, 4):
        assert np.allclose(line(rows[batch, channel], "mean")[:, 1], x[batch, channel].mean((1, 2)), atol=1e-6)
    with pytest.raises(ShapeError, match="64"):
        plot_tensor(torch.zeros(16, 4, 2, 2, 2))


def test_of_several_batches_plot_shows_the_first_and_says_so() -> None:
    axes = plot(torch.from_numpy(film(80)).view(2, 2, 20, 6, 9))
    told = [text.get_text() for one in axes.figure.axes for text in one.texts]
    assert told == ["batch 0 of 2, channel 0 of 2"]


def test_figures_are_pyplots_own_and_new() -> None:
    for draw in (plot, plot_tensor):
        before = plt.figure()
        draw(film())
        assert plt.gcf() is not before
        assert plt.gcf().axes
        assert not before.axes
    assert plt.gca().get_xlabel() == "time (ms)"


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_given_axes_are_drawn_in_and_nothing_else(layout: str | None) -> None:
    figure, given = plt.subplots(2, 2, layout=layout)
    other = plt.figure()
    count = len(plt.get_fignums())
    boxes = [one.get_position().bounds for one in given.flat[1:]]
    axes = plot(film(), axes=given[0, 0])
    assert axes is given[0, 0]
    assert len(plt.get_fignums()) == count
    assert plt.gcf() is other
    assert not other.axes
    assert all(not one.lines and not one.images for one in given.flat[1:])
    assert [one.get_position().bounds for one in given.flat[1:]] == boxes
    assert plot(np.arange(4.0), axes=given[1, 1]) is given[1, 1]
    figure.canvas.draw()


def test_axes_put_by_hand_are_shared_out_in_place() -> None:
    figure = plt.figure()
    given = figure.add_axes((0.5, 0.5, 0.4, 0.4))
    plot(film(), axes=given)
    figure.canvas.draw()
    for one in figure.axes:
        box = one.get_position()
        assert 0.49 < box.x0 < box.x1 < 0.91
        assert 0.49 < box.y0 < box.y1 < 0.91


def test_a_tensor_takes_one_axes_for_each_row() -> None:
    figure, given = plt.subplots(4, 1)
    rows = plot_tensor(np.zeros((5, 6, 9, 3)), axes=given)
    assert list(rows.ravel()) == list(given)
    with pytest.raises(ShapeError, match="axes"):
        plot_tensor(np.zeros((5, 6, 9, 3)), axes=given[:3])
    figure.canvas.draw()


@pytest.mark.parametrize("wrong", [np.zeros((0, 3, 4)), np.zeros((3, 4)), np.zeros((2, 3, 4, 5)), "film", None, [[1, 2], [3]]])
def test_what_is_no_film_is_named(wrong: object) -> None:
    for draw in (plot, plot_tensor):
        with pytest.raises(ShapeError):
            draw(wrong)
    assert not plt.get_fignums()


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_lines_differ_by_more_than_hue() -> None:
    """Nobody needs to tell red from green: the lines of a plot differ in luminance or along blue–yellow."""
    for group in ((BLUE, *PIXELS), CHANNELS):
        for k, one in enumerate(group):
            for other in group[k + 1 :]:
                yellow = [min(to_rgb(c)[:2]) - to_rgb(c)[2] for c in (one, other)]
                assert abs(luminance(one) - luminance(other)) > 0.05 or abs(yellow[0] - yellow[1]) > 0.2, (one, other)


def test_matplotlib_waits_until_something_is_plotted() -> None:
    code = "import sys, workbench; assert 'matplotlib' not in sys.modules; workbench.plot; assert 'matplotlib' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert workbench.plot is plot
