"""Receptive fields: made as a difference of Gaussians times a temporal kernel, and found by spike-triggered average.

A receptive field is an array `(lag, height, width)`: `field[k]` weighs the frame k steps before the present one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core.block import as_block
from ..core.errors import ShapeError

Field = npt.NDArray[np.float64]


def difference_of_gaussians(
    size: tuple[int, int],
    pixel_per_degree: float = 10.0,
    sigma_centre: float = 0.15,
    sigma_surround: float = 0.45,
    surround_weight: float = 0.9,
    centre: tuple[float, float] | None = None,
) -> Field:
    """Gives a centre–surround profile `(height, width)`: two Gaussians of unit volume (σ in degrees), one taken off.

    `centre` is (row, column) in pixels, None the middle. Source: Rodieck 1965, doi 10.1016/0042-6989(65)90033-7.

    >>> difference_of_gaussians((9, 11)).argmax() == 4 * 11 + 5
    np.True_
    """
    row, column = centre or ((size[0] - 1) / 2, (size[1] - 1) / 2)
    y, x = np.ogrid[: size[0], : size[1]]
    squared = ((y - row) ** 2 + (x - column) ** 2) / pixel_per_degree**2

    def gaussian(sigma: float) -> Field:
        volume = 2 * np.pi * (sigma * pixel_per_degree) ** 2
        profile: Field = np.exp(-squared / (2 * sigma**2)) / volume
        return profile

    return gaussian(sigma_centre) - surround_weight * gaussian(sigma_surround)


def temporal_kernel(
    frames: int = 100, dt: float = 0.001, tau: float = 0.010, undershoot: float = 0.8, tau_undershoot: float = 0.030
) -> Field:
    """Gives a biphasic kernel `(lag,)`: two cascades of two low-passes, each of unit sum in the limit, one taken off.

    t/τ²·e^{−t/τ}·dt − undershoot·t/τ_u²·e^{−t/τ_u}·dt with t at the middle of each step (s).

    >>> kernel = temporal_kernel(400)
    >>> round(float(kernel.sum()), 2)
    0.2
    """
    t = (np.arange(frames) + 0.5) * dt
    fast, slow = (t / s**2 * np.exp(-t / s) * dt for s in (tau, tau_undershoot))
    kernel: Field = fast - undershoot * slow
    return kernel


def separable(temporal: npt.ArrayLike, spatial: npt.ArrayLike) -> Field:
    """Gives the receptive field `(lag, height, width)` of a temporal kernel times a spatial profile."""
    field: Field = np.multiply.outer(np.asarray(temporal, float), np.asarray(spatial, float))
    return field


def spike_triggered_average(film: object, response: npt.ArrayLike, lags: int) -> Field:
    """Gives the mean film before a spike, less the mean film: `(lags, height, width)`.

    `film` is `(time, height, width)` or a block, `response` a spike count or rate for each frame, `(time,)`. Frames
    whose past is not whole are left out. For white noise it points along the receptive field of a linear–nonlinear
    neuron (E. Chichilnisky 2001, doi 10.1080/713663221). Another number of values than frames, more lags than frames, and
    no spike at all are a `ShapeError`.

    >>> film = np.random.default_rng(1).normal(size=(4000, 3, 4))
    >>> sta = spike_triggered_average(film, np.roll(film[:, 1, 2], 2) > 1, 4)
    >>> np.unravel_index(abs(sta).argmax(), sta.shape)
    (np.int64(2), np.int64(1), np.int64(2))
    """
    frames = as_block(film, "film")[0, 0].numpy().astype(np.float64)
    weights = np.asarray(response, np.float64).ravel()
    if len(weights) != len(frames) or not 0 < lags <= len(frames):
        msg = (
            f"response has {len(weights)} frames and lags = {lags}, is not one value for each of {len(frames)} frames "
            f"and 1 … {len(frames)} lags; cut both alike."
        )
        raise ShapeError(msg)
    weights = weights[lags - 1 :]
    if not weights.sum() > 0:
        msg = "response has no spike with a whole past, is not enough for an average; record longer."
        raise ShapeError(msg)
    centred = frames - frames.mean(axis=0)
    past = (centred[lags - 1 - k : len(centred) - k] for k in range(lags))
    average: Field = np.stack([np.tensordot(weights, one, 1) for one in past]) / weights.sum()
    return average


def correlation(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Gives the cosine of the angle between two receptive fields, arrays of as many numbers in any shape."""
    one, other = np.ravel(a).astype(float), np.ravel(b).astype(float)
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def expected_correlation(average: npt.ArrayLike, field: npt.ArrayLike, response: npt.ArrayLike) -> float:
    """Gives the correlation with the true field that an average over that many spikes of white noise should have.

    `average` and `field` are `(lag, height, width)`, `response` is `(time,)`. α / √(α² + D/N) with α = average·field (of
    unit norm), D its number of dimensions and N = (Σy)²/Σy² the effective number of spikes; the noise has unit variance.
    """
    true = np.ravel(field).astype(float)
    alpha = float(np.ravel(average).astype(float) @ true / np.linalg.norm(true))
    y = np.asarray(response, float)
    spikes = y.sum() ** 2 / (y**2).sum()
    return float(alpha / np.sqrt(alpha**2 + true.size / spikes))
