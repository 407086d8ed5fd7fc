"""Plots of what a linear filter is: its kernel in time, its transfer function, its receptive field."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from ..core.errors import ShapeError
from .panel import BLUE, GREY, ORANGE, tidy
from .shown import sampled

Values = npt.NDArray[np.float64]
_FRAMES_SHOWN = 6
_HEARD = 0.01  # share of the largest gain below which a phase is only rounding


def plot_kernel(kernel: npt.ArrayLike, dt: float = 0.001, *, axes: Axes | None = None) -> Axes:
    """Draws a temporal kernel `(lag,)`: its weight over the time before the present, in ms.

    Another shape is a `ShapeError`.

    >>> plot_kernel([0.0, 1.0, -0.5]).get_xlabel()
    'time before present (ms)'
    """
    weights, step = _one_dimension(kernel, "plot_kernel"), sampled({}, dt, None, "plot_kernel").dt
    axes = axes or plt.figure(figsize=(6.0, 2.8), layout="constrained").add_subplot()
    axes.axhline(0, color=GREY, lw=0.8)
    axes.plot(1000 * step * np.arange(len(weights)), weights, color=BLUE, lw=1.4)
    axes.set(xlabel="time before present (ms)", ylabel="weight", xlim=(0, max(1000 * step * (len(weights) - 1), step)))
    tidy(axes)
    return axes


def plot_transfer(kernel: npt.ArrayLike, dt: float = 0.001, *, axes: Axes | None = None) -> Axes:
    """Draws the transfer function of a temporal kernel `(lag,)`: gain (left) and phase (right, degrees) over Hz.

    Both by the discrete Fourier transform of the kernel padded with zeros; the frequency axis is logarithmic. The phase
    is left out where the gain is below 1 % of its maximum. Another shape is a `ShapeError`.

    >>> plot_transfer([0.5, 0.5]).get_ylabel()
    'gain'
    """
    weights, step = _one_dimension(kernel, "plot_transfer"), sampled({}, dt, None, "plot_transfer").dt
    frequency, transfer = transfer_function(weights, step)
    axes = axes or plt.figure(figsize=(6.0, 2.8), layout="constrained").add_subplot()
    axes.plot(frequency[1:], np.abs(transfer[1:]), color=BLUE, lw=1.4)
    axes.set(xlabel="frequency (Hz)", ylabel="gain", xscale="log", xlim=(frequency[1], frequency[-1]))
    axes.yaxis.label.set_color(BLUE)
    phase = axes.twinx()
    gain = np.abs(transfer[1:])
    angle = np.degrees(np.unwrap(np.angle(transfer[1:])))
    angle[gain < _HEARD * gain.max()] = np.nan
    phase.plot(frequency[1:], angle, color=ORANGE, lw=1.4, ls="--")
    phase.set_ylabel("phase (degrees)", color=ORANGE)
    axes.spines["top"].set_visible(False)
    phase.spines["top"].set_visible(False)
    return axes


def transfer_function(kernel: npt.ArrayLike, dt: float) -> tuple[Values, npt.NDArray[np.complex128]]:
    """Gives the frequencies (Hz) and the complex gain of a temporal kernel `(lag,)` at them; `dt` in s.

    >>> frequency, gain = transfer_function([0.5, 0.5], 0.001)
    >>> gain[0].real, round(abs(gain[-1]), 6), frequency[-1]
    (np.float64(1.0), np.float64(0.0), np.float64(500.0))
    """
    weights = np.asarray(kernel, np.float64)
    padded = max(8192, 2 ** int(np.ceil(np.log2(4 * len(weights)))))
    return np.fft.rfftfreq(padded, dt).astype(np.float64), np.fft.rfft(weights, padded)


def plot_receptive_field(
    field: npt.ArrayLike, dt: float = 0.001, pixel_per_degree: float = 10.0, *, axes: Axes | None = None
) -> Axes:
    """Draws a receptive field `(lag, height, width)`: six of its frames side by side, the present one on the left.

    Red raises the response, blue lowers it, white is 0; axes in degrees. Draws into `axes`, else into a new figure.
    Another shape is a `ShapeError`.

    >>> plot_receptive_field(np.random.randn(12, 4, 5)).get_xlabel()
    'x (deg)'
    """
    weights = np.asarray(field, np.float64)
    if weights.ndim != 3 or 0 in weights.shape:
        msg = f"plot_receptive_field(field).shape = {weights.shape}, is not (lag, height, width); reshape it."
        raise ShapeError(msg)
    sampling = sampled({}, dt, pixel_per_degree, "plot_receptive_field")
    lags = np.unique(np.linspace(0, len(weights) - 1, min(_FRAMES_SHOWN, len(weights))).round().astype(int))
    height, width = (n / sampling.pixel_per_degree for n in weights.shape[1:])
    axes = axes or plt.figure(figsize=(9.0, 2.0 + 1.5 * height / width), layout="constrained").add_subplot()
    top = float(np.abs(weights).max()) or 1.0
    gap = 0.08 * width
    for k, lag in enumerate(lags):
        left = k * (width + gap)
        image = axes.imshow(
            weights[lag], cmap="RdBu_r", vmin=-top, vmax=top, extent=(left, left + width, height, 0), interpolation="nearest"
        )
        axes.text(
            left + width / 2,
            -0.03 * height,
            f"{-1000 * sampling.dt * lag:g} ms".replace("-0 ms", "0 ms"),
            ha="center",
            va="bottom",
        )
    axes.set(xlim=(0, len(lags) * (width + gap) - gap), ylim=(height, 0), xlabel="x (deg)", ylabel="y (deg)")
    axes.set_xticks([0, width], ["0", f"{width:g}"])
    axes.set_yticks([0, height], ["0", f"{height:g}"])
    axes.spines[:].set_visible(False)
    axes.figure.colorbar(image, ax=axes, label="weight", shrink=0.8)
    return axes


def _one_dimension(kernel: npt.ArrayLike, name: str) -> Values:
    weights = np.asarray(kernel, np.float64)
    if weights.ndim != 1 or not len(weights):
        msg = f"{name}(kernel).shape = {weights.shape}, is not (lag,); give one weight for each step back in time."
        raise ShapeError(msg)
    return weights
