"""plot: a film, or one trace, at a glance."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from .panel import BLUE, Panel, limits, tidy
from .shown import Values, sampled, shown, times, trace

_WIDTH = 9.0


def plot(x: object, dt: float | None = None, pixel_per_degree: float | None = None, *, axes: Axes | None = None) -> Axes:
    """Draws a film as a row of frames above the course of its mean, its extremes and some pixels; a 1-d array as a line.

    Takes a block, an array `(time, height, width)` or `(…, 3)`, an `Output` of one film, or a stream, of which it shows the
    next 500 frames while the cursor stays. Time is in ms by `dt` (s), places are in degrees by `pixel_per_degree`,
    those of the data where they carry them, else 0.001 s and 10 px/deg. Of several batches or channels (other than
    colour) it shows the first, and says so. Draws in the room of `axes`, else in a new figure of pyplot's; gives the
    axes that show values in time. What is no film, or has no frames, is a `ShapeError`, a step or scale that cannot be a
    `KnobError`, a stream that is over an `EndOfStream`.

    >>> import numpy as np
    >>> plot(np.zeros((20, 4, 5))).get_xlabel()
    'time (ms)'
    """
    line = trace(x)
    if line is not None:
        return _line(line, dt, pixel_per_degree, axes)
    film = shown(x, dt, pixel_per_degree, "plot")
    batches, channels = film.values.shape[:2]
    values = film.values[0] if channels == film.colour else film.values[0, :1]
    told = [f"{what} 0 of {count}" for what, count in (("batch", batches), ("channel", channels)) if count > len(values)]
    panel = Panel(values, film.sampling, limits(values), ", ".join(told))
    if axes is not None:
        return panel.draw(axes, axes.get_window_extent().width / axes.figure.dpi)
    figure = plt.figure(figsize=(_WIDTH, 4.2), layout="constrained")
    drawn = panel.draw(figure.add_subplot(), _WIDTH)
    plt.sca(drawn)
    return drawn


def _line(values: Values, dt: float | None, pixel_per_degree: float | None, axes: Axes | None) -> Axes:
    if axes is None:
        axes = plt.figure(figsize=(_WIDTH, 2.6), layout="constrained").add_subplot()
    t = times(len(values), sampled({}, dt, pixel_per_degree, "plot"))
    axes.plot(t, values, "o" if len(values) == 1 else "-", color=BLUE, lw=1.2)
    axes.set_xlabel("time (ms)")
    axes.set_ylabel("value")
    if len(values) > 1:
        axes.set_xlim(t[0], t[-1])
    tidy(axes)
    return axes
