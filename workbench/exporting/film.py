"""Film: the stretch of a stream that goes into a file, and what the file tells of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .. import __version__
from ..core.block import Block
from ..core.cast import frame_number, shown
from ..core.errors import KnobError, RecipeError, ShapeError
from ..core.recipe import Recipe, content_hash
from ..core.stream import Stream

SCHEMA = 1
_PIECE = 1 << 22  # pixel values read at a time where the caller leaves it open: 16 MB
_MOST = 1000  # frames


@dataclass(frozen=True)
class Film:
    """Frames `start` to `start + frames` of a stream, read `chunk` at a time; the stream's cursor never moves."""

    stream: Stream
    start: int
    frames: int
    chunk: int
    value_range: tuple[float, float]  # what becomes 0..255 in files of bytes

    @classmethod
    def of(
        cls,
        stream: object,
        start: int,
        frames: int | None,
        chunk: int | None,
        value_range: tuple[float, float] | None,
        owner: str,
    ) -> Film:
        """Checks a stretch at the door: it must end, be there, and hold one film."""
        if not isinstance(stream, Stream):
            msg = f"{owner}(stream) = {shown(stream)}, is not a stream; give for example SequenceStream(array)."
            raise KnobError(msg)
        first = frame_number(start, f"{owner}(start)")
        if stream.batch != 1:
            msg = f"{owner}(stream).batch = {stream.batch}, is not one film; write each of them by itself."
            raise ShapeError(msg)
        count = _count(stream, first, frames, owner)
        if chunk is not None and frame_number(chunk, f"{owner}(chunk)") == 0:
            msg = f"{owner}(chunk) = 0, is not a length (frames read at a time); give 1 or more."
            raise KnobError(msg)
        pixels = stream.channels * stream.size[0] * stream.size[1]
        piece = max(1, min(_MOST, _PIECE // pixels)) if chunk is None else frame_number(chunk, f"{owner}(chunk)")
        return cls(stream, first, count, min(piece, count), _span(stream, value_range, owner))

    @property
    def shape(self) -> tuple[int, ...]:
        """The film as an array: (time, height, width), with more than one channel (time, height, width, channel)."""
        channels = () if self.stream.channels == 1 else (self.stream.channels,)
        return (self.frames, *self.stream.size, *channels)

    @property
    def pieces(self) -> int:
        """The number of pieces."""
        return -(-self.frames // self.chunk)

    def bounds(self) -> Iterator[tuple[int, int]]:
        """The pieces in order: first frame and the one after the last, counted within the film."""
        return ((at, min(at + self.chunk, self.frames)) for at in range(0, self.frames, self.chunk))

    def read(self, start: int, stop: int) -> Block:
        """Gives frames, counted within the film."""
        return self.stream.read(self.start + start, self.start + stop)

    @functools.cached_property
    def record(self) -> dict[str, Any]:
        """What a file says of its film, as JSON: the recipe (None where it cannot be written), range, sampling, version."""
        recipe, told = _recipe(self.stream)
        return {
            "schema": SCHEMA,
            "workbench": __version__,
            "recipe": recipe,
            "sha256": recipe and content_hash(recipe),
            **({"unwritten": told} if told else {}),
            "start": self.start,
            "frames": self.frames,
            "t_zero": float(self.stream.t_zero),
            "dt": float(self.stream.dt),
            "pixel_per_degree": float(self.stream.pixel_per_degree),
            "channels": int(self.stream.channels),
            "size": [int(side) for side in self.stream.size],
            "value_range": list(self.value_range),
        }


def _recipe(stream: Stream) -> tuple[Recipe | None, str]:
    try:
        return stream.recipe(), ""
    except RecipeError as error:  # a film of a lambda can be written, and says why it cannot be rebuilt
        return None, str(error)


def _span(stream: Stream, given: Any, owner: str) -> tuple[float, float]:
    """The values that become 0 and 255."""
    if given is None:
        low, high = stream.value_range
        return float(low), float(high)
    with suppress(TypeError, ValueError, OverflowError):
        low, high = (float(one) for one in given)
        if -math.inf < low < high < math.inf:
            return low, high
    msg = f"{owner}(value_range) = {shown(given)}, is not two numbers, low < high (what becomes 0 and 255); give (0.0, 255.0)."
    raise KnobError(msg)


def _count(stream: Stream, start: int, frames: int | None, owner: str) -> int:
    if frames is None and stream.length is None:
        msg = f"{owner}(frames) = None, is not a number of frames ({type(stream).__name__} is endless); give frames=1000."
        raise KnobError(msg)
    count = stream.length - start if frames is None and stream.length is not None else frame_number(frames, f"{owner}(frames)")
    if count <= 0:
        msg = f"{owner}(frames) = {count} from frame {start} on, is nothing to write; give a start before the end, and frames."
        raise KnobError(msg)
    stream.read(start + count, start + count)  # raises EndOfStream where that is past the end
    return count
