"""Plots of spikes, space–time and filters: what is drawn is what was given, in ms, degrees and Hz."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import workbench
from workbench import plotting
from workbench.core.errors import KnobError, ShapeError
from workbench.models import Linear


@pytest.fixture(autouse=True)
def _no_figure_is_left() -> object:
    plt.close("all")
    yield
    plt.close("all")


def test_a_raster_has_a_stroke_for_each_spike() -> None:
    spikes = np.zeros((2, 50, 3, 4), bool)
    spikes[0, 7, 1, 2], spikes[0, 30, 2, 3], spikes[1, 49, 0, 0] = True, True, True
    axes = plotting.plot_raster(spikes[None].astype(float), dt=0.002)
    first, second = axes.lines
    assert first.get_xydata().tolist() == [[14.0, 6.0], [60.0, 11.0]]
    assert second.get_xydata().tolist() == [[98.0, 12.0]]
    assert axes.get_xlim() == (0, 100)


def test_space_time_shows_the_row_that_was_asked_for() -> None:
    film = np.random.default_rng(1).normal(size=(30, 6, 8)).astype(np.float32)
    axes = plotting.plot_space_time(film, row=2, pixel_per_degree=4.0)
    assert np.array_equal(axes.images[0].get_array(), film[:, 2])
    assert axes.images[0].get_extent() == [0, 2.0, 30.0, 0.0]
    assert np.array_equal(plotting.plot_space_time(film, column=5).images[0].get_array(), film[:, :, 5])
    with pytest.raises(KnobError, match="outside the frame"):
        plotting.plot_space_time(film, row=6)
    with pytest.raises(KnobError, match="two lines"):
        plotting.plot_space_time(film, row=1, column=1)


def test_the_transfer_function_of_a_low_pass_is_its_closed_form() -> None:
    dt, keep = 0.001, np.exp(-0.1)
    frequency, gain = plotting.transfer_function((1 - keep) * keep ** np.arange(400), dt)
    wanted = (1 - keep) / (1 - keep * np.exp(-2j * np.pi * frequency * dt))
    assert np.allclose(gain, wanted, atol=1e-9)
    axes = plotting.plot_transfer((1 - keep) * keep ** np.arange(400), dt)
    assert np.allclose(axes.lines[0].get_ydata(), np.abs(wanted[1:]), atol=1e-9)


def test_the_transfer_function_is_what_a_model_does_to_a_sine() -> None:
    kernel, dt, hertz = workbench.models.temporal_kernel(200), 0.001, 8.0
    t = np.arange(2000) * dt
    out = Linear(kernel[:, None, None]).run(np.sin(2 * np.pi * hertz * t)[:, None, None])[0].flatten().numpy()
    found = np.abs(2 * np.mean(out[1000:] * np.exp(-2j * np.pi * hertz * t[1000:])))
    frequency, gain = plotting.transfer_function(kernel, dt)
    assert found == pytest.approx(np.interp(hertz, frequency, np.abs(gain)), rel=1e-3)


def test_a_receptive_field_is_drawn_symmetric_about_zero() -> None:
    field = np.random.default_rng(2).normal(size=(12, 4, 6))
    axes = plotting.plot_receptive_field(field, pixel_per_degree=2.0)
    assert np.array_equal(axes.images[0].get_array(), field[0])
    assert np.array_equal(axes.images[-1].get_array(), field[11])
    low, high = axes.images[0].get_clim()
    assert low == -high == -np.abs(field).max()


def test_axes_that_are_handed_in_are_used_and_no_other_figure_is_touched() -> None:
    mine, others = plt.subplots(1, 5)
    foreign = plt.figure()
    draws = (
        lambda axes: plotting.plot_raster(np.eye(5).reshape(5, 1, 5), axes=axes),
        lambda axes: plotting.plot_space_time(np.ones((5, 4, 3)), axes=axes),
        lambda axes: plotting.plot_kernel([1.0, 0.0], axes=axes),
        lambda axes: plotting.plot_transfer([1.0, 0.5], axes=axes),
        lambda axes: plotting.plot_receptive_field(np.ones((2, 3, 4)), axes=axes),
    )
    for draw, axes in zip(draws, others, strict=True):
        assert draw(axes) is axes
    assert plt.get_fignums() == [mine.number, foreign.number]
    assert foreign.axes == []


@pytest.mark.parametrize("wrong", [[], np.ones((2, 3))])
def test_what_is_no_kernel_is_told(wrong: object) -> None:
    with pytest.raises(ShapeError, match="lag"):
        plotting.plot_kernel(wrong)
    with pytest.raises(ShapeError, match="lag"):
        plotting.plot_receptive_field(wrong)
