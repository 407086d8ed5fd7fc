"""Layout: where numbers lie in a file, and of what type they are."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .packed import Packed


@dataclass(frozen=True)
class Layout:
    """Where the numbers lie: `shape` in the order of the file, slowest first, and which `axis` of it is time.

    `order` says which of these axes come first, second … once they are read. A stored number n stands for n·2^`scale`.
    In a compressed file the offset counts unpacked bytes.
    """

    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    axis: int
    order: tuple[int, ...]
    scale: int = 0
    packed: Packed | None = field(default=None, compare=False)

    @property
    def wanted(self) -> tuple[int, ...]:
        """The shape once it is read: the axes in the wanted order."""
        return tuple(self.shape[k] for k in self.order)

    @functools.cached_property
    def may_overflow(self) -> bool:
        """Can a number be beyond what float32 holds? Then each stretch is checked."""
        return self.scale != 0 or (self.dtype.kind == "f" and self.dtype.itemsize > 4)

    @functools.cached_property
    def grid(self) -> tuple[int, int, int]:
        """The shape with the axes before and behind time made one each."""
        return math.prod(self.shape[: self.axis]), self.shape[self.axis], math.prod(self.shape[self.axis + 1 :])

    @property
    def limits(self) -> tuple[float, float] | None:
        """The lowest and highest number of the type for bits and bytes, None for others, which are measured."""
        if self.dtype.kind == "b":
            return (0.0, 1.0)
        return (0.0, math.ldexp(255.0, self.scale)) if self.dtype == np.uint8 else None

    @property
    def stop(self) -> int:
        """The first byte behind the numbers."""
        return self.offset + math.prod(self.shape) * self.dtype.itemsize
