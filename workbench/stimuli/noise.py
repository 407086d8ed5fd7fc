"""Noise: every pixel of every frame drawn independently."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Annotated, Any, Self

import numpy as np
import torch
from typing_extensions import override

from ..core import chance
from ..core.block import Block
from ..core.errors import KnobError
from ..core.knob import Knob, PixelPerDegree, Seconds, Seed, Size, TimeStep
from ..core.stream import Stream


class RandomStream(Stream):
    """Endless white noise, uniform in [mean − level/2, mean + level/2]: `mean` is the mean, `level` the full width.

    Frame k depends on seed and k alone, so any stretch can be read at any time. `seed=None` draws one seed and keeps it.

    >>> noise = RandomStream((4, 5), level=100.0, mean=127.0, seed=7)
    >>> noise.get(3).shape
    torch.Size([1, 1, 3, 4, 5])
    >>> noise.value_range
    (77.0, 177.0)
    """

    size: Size = (50, 50)
    pixel_per_degree: PixelPerDegree = 10.0
    level: Annotated[float, Knob(0, 255, "", "full width of the uniform distribution", hard=(0, None))] = 1.0
    mean: Annotated[float, Knob(-255, 255, "", "mean of the uniform distribution", hard=(None, None))] = 0.0
    _: KW_ONLY
    seed: Seed | None = None
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @override
    def resolved(self) -> dict[str, Any]:
        with np.errstate(over="ignore"):
            ends = np.asarray(self.value_range).astype(np.float32)
        if not np.isfinite(ends).all():
            msg = (
                f"RandomStream.mean = {self.mean:g} ± level/2 = {self.level / 2:g}, is more than float32 can hold "
                "(values up to 3.4e38); give a smaller mean or level."
            )
            raise KnobError(msg)
        return {}

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return (self.mean - self.level / 2, self.mean + self.level / 2)

    @classmethod
    @override
    def example(cls) -> Self:
        """Noise of 30×40 pixels, always the same."""
        return cls((30, 40), seed=7)

    @override
    def read(self, start: int, stop: int) -> Block:
        rows, columns = self.size
        low, high = self.value_range
        frames = chance.uniforms(self.seed or 0, chance.RANDOM_STREAM, start, stop, rows * columns, low=low, high=high)
        return torch.from_numpy(frames).view(1, 1, stop - start, rows, columns)
