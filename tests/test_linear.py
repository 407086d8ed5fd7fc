"""Linear neurons against plain sums, and their receptive fields found again by spike-triggered average."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import workbench
from workbench.core.errors import ShapeError
from workbench.models import (
    Linear,
    LinearNonlinear,
    correlation,
    difference_of_gaussians,
    expected_correlation,
    separable,
    spike_triggered_average,
    temporal_kernel,
)
from workbench.models.linear import usual_field

SIZE, LAGS = (7, 9), 12


def unit_field() -> np.ndarray:
    field = separable(temporal_kernel(LAGS, 0.001, 0.002, 0.8, 0.004), difference_of_gaussians(SIZE, 10.0, 0.1, 0.3))
    return field / np.linalg.norm(field)


def white(kind: str, frames: int) -> np.ndarray:
    if kind == "uniform":  # RandomStream of unit variance
        film = workbench.streams.RandomStream(SIZE, level=np.sqrt(12), seed=11).get(frames)
        return workbench.to_numpy(film)
    draw = np.random.default_rng(11)
    shape = (frames, *SIZE)
    return draw.normal(size=shape) if kind == "gaussian" else draw.choice([-1.0, 1.0], shape)


def pink(frames: int) -> np.ndarray:
    """Noise whose amplitude falls with spatial and temporal frequency, at unit variance."""
    spectrum = np.fft.fftn(np.random.default_rng(3).normal(size=(frames, *SIZE)))
    axes = np.meshgrid(*(np.fft.fftfreq(n) for n in (frames, *SIZE)), indexing="ij")
    radius = np.sqrt(sum(axis**2 for axis in axes))
    film = np.fft.ifftn(spectrum / np.maximum(radius, 1 / frames)).real
    return (film - film.mean()) / film.std()


def spikes(film: np.ndarray, seed: int = 8) -> np.ndarray:
    rate = LinearNonlinear(unit_field(), gain=50.0, threshold=0.5).run(film)[0].flatten().numpy()
    return np.random.default_rng(seed).poisson(rate * 0.01)


def test_linear_is_the_plain_sum() -> None:
    draw = np.random.default_rng(2)
    film, field = draw.normal(size=(40, *SIZE)), draw.normal(size=(LAGS, *SIZE))
    film = film.astype(np.float32).astype(float)
    padded = np.concatenate([np.zeros((LAGS - 1, *SIZE)), film])
    wanted = [sum((field[k] * padded[t + LAGS - 1 - k]).sum() for k in range(LAGS)) for t in range(40)]
    assert np.allclose(Linear(field).run(film)[0].flatten(), wanted, atol=1e-4, rtol=1e-6)


@pytest.mark.parametrize("chunk", [1, 3, 11, 12, 13])
def test_cuts_change_nothing(chunk: int) -> None:
    film = white("gaussian", 100)
    whole, cut = Linear(unit_field()).run(film)[0], Linear(unit_field()).run(film, dt=chunk)[0]
    assert (whole - cut).abs().max() <= 1e-6 * whole.abs().max()


def test_nonlinearities() -> None:
    field = np.ones((1, 1, 1))
    drive = torch.linspace(-2, 2, 9).view(9, 1, 1)
    rectified = LinearNonlinear(field, gain=10.0, threshold=0.5)(drive).flatten().numpy()
    assert np.allclose(rectified, 10 * np.maximum(drive.flatten().numpy() - 0.5, 0))
    exponential = LinearNonlinear(field, gain=10.0, threshold=0.5, nonlinearity="exponential")(drive).flatten().numpy()
    assert np.allclose(exponential, 10 * np.exp(drive.flatten().numpy() - 0.5), rtol=1e-5)


@pytest.mark.parametrize("kind", ["gaussian", "binary", "uniform"])
def test_average_correlates_with_the_field_as_theory_says(kind: str) -> None:
    film, field = white(kind, 40_000), unit_field()
    fired = spikes(film)
    average = spike_triggered_average(film, fired, LAGS)
    wanted = expected_correlation(average, field, fired)
    found = correlation(average, field)
    assert abs(found - wanted) < 3 * (1 - wanted**2) / np.sqrt(field.size)
    assert wanted > 0.6  # the test would see a wrong field


def test_correlated_noise_misleads() -> None:
    film, field = pink(40_000), unit_field()
    fired = spikes(film)
    average = spike_triggered_average(film, fired, LAGS)
    wanted = expected_correlation(average, field, fired)
    assert abs(correlation(average, field) - wanted) > 3 * (1 - wanted**2) / np.sqrt(field.size)


def test_a_shifted_field_fails_the_theory() -> None:
    """The test above has the power to see timing that is off by one frame."""
    film, field = white("gaussian", 40_000), unit_field()
    fired = np.roll(spikes(film), 1)
    average = spike_triggered_average(film, fired, LAGS)
    wanted = expected_correlation(average, np.roll(field, 1, 0), fired)
    assert abs(correlation(average, field) - wanted) > 3 * (1 - wanted**2) / np.sqrt(field.size)


def test_profiles_have_their_closed_forms() -> None:
    profile = difference_of_gaussians((201, 201), 20.0, 0.15, 0.45, 0.9)
    assert profile.sum() == pytest.approx(0.1, abs=1e-4)
    tau, slow = 0.010, 0.030
    kernel = temporal_kernel(1000, 0.0005, tau, 0.8, slow)
    assert kernel.sum() == pytest.approx(1 - 0.8, abs=1e-3)


def test_wrong_sizes_are_told() -> None:
    with pytest.raises(ShapeError, match="receptive_field"):
        Linear(np.ones((3, 4, 5))).run(white("gaussian", 10))
    with pytest.raises(ShapeError, match="response"):
        spike_triggered_average(white("gaussian", 10), np.ones(9), 3)
    with pytest.raises(ShapeError, match="no spike"):
        spike_triggered_average(white("gaussian", 10), np.zeros(10), 3)


def test_the_usual_field_is_not_told_and_another_one_is() -> None:
    assert repr(Linear()) == "Linear()"
    assert repr(Linear(usual_field() * 2)) == "Linear(receptive_field=<array [100, 50, 50]>)"
    assert repr(Linear(np.ones((2, 3, 4)))) == "Linear(receptive_field=<array [2, 3, 4]>)"
