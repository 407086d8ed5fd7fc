"""Feed: what a model can be shown — a stream, an array or the output of another model — seen as one kind of thing."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from .block import Block, as_block
from .cast import frame_number
from .errors import EndOfStream, KnobError
from .output import Output
from .stream import Stream


@dataclasses.dataclass(frozen=True)
class Feed:
    """A film about to be shown, and what it is sampled at."""

    source: Stream | Block
    pixels: int
    dt: float = 0.001
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    position: int = 0

    def blocks(self, n: int, count: int) -> Iterator[Block]:
        """Gives the next `count` frames, `n` at a time; a stream's cursor moves."""
        if not isinstance(self.source, Stream):
            for start in range(0, count, n):
                yield self.source[:, :, start : min(start + n, count)]
            return
        left = count
        while left:
            try:
                block = self.source.get(min(n, left))
            except EndOfStream:
                if self.source.seekable or left == count:
                    raise
                return  # a live source may end early; what it gave until then is the film
            left -= block.shape[2]
            yield block

    def count(self, max_t: int | None, name: str) -> int:
        """The frames that will be shown: those left, or `max_t` if they are more."""
        asked = None if max_t is None else positive(max_t, f"{name}(max_t)", "frames in all")
        if asked is not None and self._available(asked):
            return asked
        left = self._left()
        if left is None:
            msg = f"{name}(max_t) = None, is no number of frames (the stream is endless); give for example max_t=1000."
            raise KnobError(msg)
        if left == 0:
            msg = f"{name}(source), has no frames left; reset() or seek() the stream first."
            raise EndOfStream(msg)
        return left

    def rewind(self) -> None:
        """Puts the cursor of a stream back to where it was."""
        if isinstance(self.source, Stream) and self.source.seekable:
            self.source.seek(self.position)

    def _available(self, frames: int) -> bool:
        return self.source.available(frames) if isinstance(self.source, Stream) else frames <= self.source.shape[2]

    def _left(self) -> int | None:
        if not isinstance(self.source, Stream):
            return self.source.shape[2]
        return None if self.source.length is None else self.source.length - self.position


def feed(source: object, name: str) -> Feed:
    """Gives the film of a stream, an array or an `Output` of one film; `name` is who asks, for the errors."""
    if isinstance(source, Stream):
        pixels = source.batch * source.channels * math.prod(source.size)
        return Feed(source, pixels, source.dt, source.pixel_per_degree, source.t, source.position)
    block = source.only() if isinstance(source, Output) else as_block(source, f"{name}(source)")
    pixels = math.prod((*block.shape[:2], *block.shape[3:]))
    if isinstance(source, Output):
        return Feed(block, pixels, source.dt, source.pixel_per_degree, source.t_zero)
    return Feed(block, pixels)


def positive(value: object, name: str, meaning: str) -> int:
    """Gives a count of frames from 1 up, or raises `KnobError`."""
    number = frame_number(value, name)
    if number == 0:
        msg = f"{name} = 0, is not a number of {meaning} (not seconds); give 1 or more."
        raise KnobError(msg)
    return number
