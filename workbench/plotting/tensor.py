"""plot_tensor: every batch and channel of a block at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from ..core.errors import ShapeError
from .panel import Panel, limits
from .shown import Shown, shown

_WIDTH, _ROW = 11.0, 1.9
_MOST = 60  # rows; beyond that nobody sees anything


def plot_tensor(
    x: object,
    dt: float | None = None,
    pixel_per_degree: float | None = None,
    *,
    axes: Axes | Iterable[Axes] | None = None,
) -> npt.NDArray[Any]:
    """Draws every batch and channel as a row of its own; a colour film in colour, and below it its three channels.

    Takes what `plot` takes. All rows share the limits of their values. Draws in the room of `axes`, one for each row,
    else in a new figure of pyplot's; gives the axes that show values in time, `[batch, row]`. More than 60 rows, or
    another number of axes than rows, is a `ShapeError`. Raises as `plot` does, too.

    >>> plot_tensor(np.zeros((1, 2, 20, 4, 5))).shape
    (1, 2)
    """
    film = shown(x, dt, pixel_per_degree, "plot_tensor")
    panels = list(_panels(film))
    if len(panels) > _MOST:
        msg = f"plot_tensor(x) of {len(panels)} batches and channels, is more than the {_MOST} that can be seen; give x[:8]."
        raise ShapeError(msg)
    rooms = _new(len(panels)) if axes is None else [axes] if isinstance(axes, Axes) else list(np.ravel(np.asarray(axes)))
    if len(rooms) != len(panels):
        msg = f"plot_tensor(axes) = {len(rooms)} axes, is not one for each of {len(panels)} rows; give that many, or none."
        raise ShapeError(msg)
    drawn = np.empty(len(rooms), object)
    for k, (panel, room) in enumerate(zip(panels, rooms, strict=True)):
        drawn[k] = panel.draw(room, _WIDTH, beside=True)
    if axes is None:
        plt.sca(drawn[0])
    return drawn.reshape(len(film.values), -1)


def _new(rows: int) -> list[Axes]:
    figure = plt.figure(figsize=(_WIDTH, _ROW * rows), layout="constrained")
    return [figure.add_subplot(rows, 1, k + 1) for k in range(rows)]


def _panels(film: Shown) -> Iterator[Panel]:
    """One for each batch and channel, each batch's colours first."""
    batches, channels = film.values.shape[:2]
    shared = limits(film.values)
    names = ["red", "green", "blue"] if channels == film.colour else [f"channel {k}" for k in range(channels)]
    for k, batch in enumerate(film.values):
        prefix = f"batch {k}, " if batches > 1 else ""
        if channels == film.colour:
            yield Panel(batch, film.sampling, shared, f"{prefix}colour")
        for name, channel in zip(names, batch, strict=True):
            yield Panel(channel[None], film.sampling, shared, prefix + name)
