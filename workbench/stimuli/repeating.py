"""RepeatingStream: a film in memory that starts again whenever it is over."""

from __future__ import annotations

from dataclasses import KW_ONLY, field
from typing import Any, Self

import numpy as np
from typing_extensions import override

from ..core.block import Block
from ..core.block import empty as empty_block
from ..core.knob import PixelPerDegree, Seconds, Size, TimeStep
from ..core.sequence import Buffer, Frames, SequenceStream, empty, film, fitting


class RepeatingStream(Buffer):
    """A film in memory, shown over and over: frame i is frame (i mod N) of its N frames. Endless.

    `put` appends frames of the same size, which makes another film of it: N grows. Without any frame its length is 0
    and reading is an `EndOfStream`. `size` is checked (`ShapeError`), never used to resize. The frames are copied, as float32.

    >>> turns = RepeatingStream(np.arange(3.0).reshape(3, 1, 1))
    >>> turns[7:12].ravel().tolist()
    [1.0, 2.0, 0.0, 1.0, 2.0]
    """

    sequence: Frames = field(default_factory=empty)
    size: Size | None = None  # type: ignore[assignment]  # resolved from the frames
    pixel_per_degree: PixelPerDegree = 10.0
    _: KW_ONLY
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @override
    def resolved(self) -> dict[str, Any]:
        return self._hold(film(self.sequence, self.size, "RepeatingStream"))

    @property
    @override
    def length(self) -> int | None:
        return None if self._store.block.shape[2] else 0

    @override
    def read(self, start: int, stop: int) -> Block:
        frames = self._store.block
        film = empty_block(*frames.shape[:2], stop - start, *frames.shape[3:])
        for kept, out in zip(frames.flatten(0, 1).numpy(), film.flatten(0, 1).numpy(), strict=True):
            np.take(kept, np.arange(start, stop) % len(kept), 0, out, "wrap")  # in this mode straight into `out`
        return film

    @override
    def put(self, frames: object) -> None:
        """Appends frames `(time, height, width)` or a block to the film that is repeated; `ShapeError` for another size."""
        self._store.append(fitting(frames, self._store.block, "RepeatingStream"))
        self._keep(**self._remember())

    @classmethod
    @override
    def example(cls) -> Self:
        """A bar that drifts for ever over 6×10 pixels, 50 frames a turn."""
        return cls(SequenceStream.example()[:50])
