"""plot_space_time: one row or column of a film over time."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from ..core.cast import frame_number
from ..core.errors import KnobError
from .panel import limits
from .shown import shown


def plot_space_time(
    x: object,
    row: int | None = None,
    column: int | None = None,
    dt: float | None = None,
    pixel_per_degree: float | None = None,
    *,
    axes: Axes | None = None,
) -> Axes:
    """Draws a row of the film (the middle one, or `row`), or a `column`, over time: degrees to the right, ms downwards.

    Takes what `plot` takes; shows the first batch and channel. A drifting pattern shows as slanted lines, whose slope
    is its speed. Draws into `axes`, else into a new figure of pyplot's, with a colour bar beside it. Both a row and a
    column, or one outside the frame, are a `KnobError`. Raises as `plot` does, too.

    >>> import numpy as np
    >>> plot_space_time(np.random.rand(20, 4, 5)).get_ylabel()
    'time (ms)'
    """
    film = shown(x, dt, pixel_per_degree, "plot_space_time")
    values = film.values[0, 0]
    if column is not None and row is not None:
        msg = f"plot_space_time(row={row}, column={column}), are two lines through the film; give one of them."
        raise KnobError(msg)
    at = _line(row if column is None else column, values.shape[1 if column is None else 2])
    line = values[:, at] if column is None else values[:, :, at]
    axes = axes or plt.figure(figsize=(5.5, 4.2), layout="constrained").add_subplot()
    low, high = limits(line)
    end = film.times[-1] + 1000 * film.sampling.dt
    degrees = line.shape[1] / film.sampling.pixel_per_degree
    signed = low < 0 < high
    image = axes.imshow(
        line, cmap="RdBu_r" if signed else "gray", vmin=low, vmax=high, aspect="auto", interpolation="nearest",
        extent=(0, degrees, end, film.times[0]),
    )  # fmt: skip
    axes.set(xlabel=f"{'x' if column is None else 'y'} (deg)", ylabel="time (ms)")
    axes.set_title(f"{'row' if column is None else 'column'} {at}", fontsize="medium")
    axes.figure.colorbar(image, ax=axes, label="value")
    return axes


def _line(asked: int | None, count: int) -> int:
    number = count // 2 if asked is None else frame_number(asked, "plot_space_time(row or column)")
    if number >= count:
        msg = f"plot_space_time(row or column) = {number}, is outside the frame ({count} lines); give 0 to {count - 1}."
        raise KnobError(msg)
    return number
