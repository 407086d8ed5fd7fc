"""plot_raster: spikes as strokes, a row for each neuron."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from .panel import BLUE, ORANGE, tidy
from .shown import shown

_COLOURS = (BLUE, ORANGE)


def plot_raster(x: object, dt: float | None = None, *, axes: Axes | None = None) -> Axes:
    """Draws the spikes (values above 0) of a film as strokes: time in ms to the right, the neuron's number upwards.

    Takes what `plot` takes. Neurons are numbered along the rows of the frame, from its top left; of the first batch
    each channel has its own colour and its own rows. Draws into `axes`, else into a new figure of pyplot's. Raises as
    `plot` does.

    >>> plot_raster(np.eye(5).reshape(5, 1, 5)).get_ylabel()
    'neuron'
    """
    film = shown(x, dt, None, "plot_raster")
    channels, _, height, width = film.values[0].shape
    axes = axes or plt.figure(figsize=(9.0, 3.4), layout="constrained").add_subplot()
    tall = min(8.0, max(2.5, 250 / (channels * height * width)))  # points: about a row of the figure
    for channel, spikes in enumerate(film.values[0]):
        frame, neuron = np.nonzero(spikes.reshape(len(spikes), -1) > 0)
        colour = _COLOURS[channel % len(_COLOURS)]
        label = f"channel {channel}" if channels > 1 else None
        rows = neuron + channel * height * width
        axes.plot(film.times[frame], rows, "|", ms=tall, mew=1.1, color=colour, label=label, rasterized=True)
    axes.set(xlabel="time (ms)", ylabel="neuron", ylim=(-1, channels * height * width))
    axes.set_xlim(film.times[0], film.times[-1] + 1000 * film.sampling.dt)
    if channels > 1:
        axes.legend(loc="upper right", markerscale=2, frameon=False)
    tidy(axes)
    return axes
