"""RandomStream against numpy's own random numbers of the same number of pixels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from workbench.streams import RandomStream

from .timing import Row, ratio


def rows() -> Iterator[Row]:
    for side in (50, 200):
        film = RandomStream((side, side), level=100.0, mean=127.0, seed=1)
        measured = ratio(partial(film.get, 1000), partial(np.random.rand, 1000, side, side))
        yield Row(f"RandomStream get(1000) at {side}×{side} / numpy.random.rand", measured, 0.8)
