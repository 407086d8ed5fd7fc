"""InrImageFileStreamer: several INRIMAGE-4 files as one film."""

from __future__ import annotations

import itertools
from dataclasses import KW_ONLY
from typing import Any, ClassVar, Self

import numpy as np
import torch
from typing_extensions import override

from ..core.block import Block
from ..core.errors import FormatError
from ..core.knob import PixelPerDegree, Seconds, TimeStep
from ..core.stream import Stream
from . import names
from .inr import InrImageStreamer, Plane, Planes, TimeAxis, drawn_film


class InrImageFileStreamer(Stream):
    """The films of several INRIMAGE-4 files, one after the other: a list of files, a glob in natural order, or both.

    Each is read as by `InrImageStreamer` with the same `z`, `slice_at` and `time_dimension`. All must have frames of the same
    size and number of channels: a `FormatError` names the first that has not.

    >>> film = InrImageFileStreamer.example()
    >>> film.length, film.size
    (240, (6, 10))
    """

    filenames: names.FileNames
    _: KW_ONLY
    z: Planes = False
    slice_at: Plane | None = None
    time_dimension: TimeAxis | None = None
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001
    _films: ClassVar[list[InrImageStreamer]]
    _ends: ClassVar[list[int]]  # the first frame behind each film

    @override
    def drawn(self) -> dict[str, Any]:
        return {"filenames": names.given(self.filenames, "InrImageFileStreamer.filenames")}

    @override
    def resolved(self) -> dict[str, Any]:
        files = names.matching(names.given(self.filenames, ""), "InrImageFileStreamer.filenames")
        films = [InrImageStreamer(file, self.z, self.slice_at, time_dimension=self.time_dimension) for file in files]
        first = films[0]
        for film in films:
            if (film.size, film.channels) != (first.size, first.channels):
                msg = (
                    f"{film.filename}: frames of {film.size} with {film.channels} channels, are not like those of "
                    f"{first.filename} ({first.size}, {first.channels}); leave it out, or crop it."
                )
                raise FormatError(msg)
        return {"_films": films, "_ends": list(itertools.accumulate(len(film) for film in films)), "size": first.size}

    @property
    @override
    def length(self) -> int:
        return self._ends[-1]

    @property
    @override
    def channels(self) -> int:
        return self._films[0].channels

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        low, high = zip(*(film.value_range for film in self._films), strict=True)
        return (min(low), max(high))

    @override
    def ranges(self) -> dict[str, tuple[tuple[float, float], ...]]:
        return self._films[0].ranges()

    @override
    def read(self, start: int, stop: int) -> Block:
        blocks = []
        for film, end in zip(self._films, self._ends, strict=True):
            first = max(start - (end - len(film)), 0)
            last = min(stop - (end - len(film)), len(film))
            if first < last:
                blocks.append(film.read(first, last))
            if not first < last or end < stop:
                film.close()  # only the file that is read next stays open
        return torch.from_numpy(np.concatenate(blocks, 2))

    @override
    def close(self) -> None:
        for film in self._films:
            film.close()

    @classmethod
    @override
    def example(cls) -> Self:
        """A bar that drifts through three files of 80 frames of 6×10 pixels."""
        return cls(tuple(str(drawn_film(f"example_{k}.inr", range(80 * k, 80 * k + 80), "ZDIM")) for k in range(3)))
