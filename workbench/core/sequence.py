"""SequenceStream: a film in memory."""

from __future__ import annotations

from dataclasses import KW_ONLY, field
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from torch import Tensor
from typing_extensions import override

from . import pixels
from .block import Block, as_block, copied
from .block import empty as empty_block
from .errors import KnobError, ShapeError
from .knob import Knob, PixelPerDegree, Seconds, Size, TimeStep
from .stream import Stream

Frames = Annotated[np.ndarray | Tensor, Knob(meaning="film (time, height, width), in colour (…, 3), or a block")]


def empty() -> np.ndarray:
    """Gives the documented default of every buffer: no frames, of 50×50."""
    return np.zeros((0, 50, 50))


class Store:
    """Frames in memory that grow at the end and may be dropped at the start, without copying all of them each time."""

    def __init__(self, block: Block) -> None:
        self._memory = copied(block)
        self._start, self._stop = 0, block.shape[2]

    @property
    def block(self) -> Block:
        """The frames that are kept, as a view."""
        return self._memory[:, :, self._start : self._stop]

    def append(self, block: Block) -> None:
        """Adds frames at the end; memory doubles when it is full, so each frame is copied about once."""
        needed = self._stop + block.shape[2]
        if needed > self._memory.shape[2]:
            kept = self.block
            shape = list(block.shape)
            shape[2] = 2 * (kept.shape[2] + block.shape[2])
            memory = empty_block(*shape)
            if kept.shape[2]:  # an empty film may become one of other channels
                memory[:, :, : kept.shape[2]] = kept
            self._memory, self._start, self._stop = memory, 0, kept.shape[2]
        self._memory[:, :, self._stop : self._stop + block.shape[2]] = block.detach()
        self._stop += block.shape[2]

    def drop(self, count: int) -> None:
        """Forgets the oldest frames."""
        self._start += count


def film(frames: object, size: tuple[int, int] | None, owner: str) -> Block:
    """Gives the frames of a buffer as a block; another `size` than theirs is a `ShapeError`, it never resizes."""
    block = as_block(frames, f"{owner}.sequence")
    if size is not None and block.shape[2] and block.shape[3:] != size:
        found = tuple(block.shape[3:])
        msg = f"{owner}.size = {size}, is not the size of its frames {found}; leave size out, or crop first."
        raise ShapeError(msg)
    if size is not None and not block.shape[2]:
        return empty_block(*block.shape[:3], *size)
    return block


def fitting(frames: object, kept: Tensor, owner: str) -> Block:
    """Gives frames for `put` as a block of the same batch, channels and size as those that are kept."""
    block = as_block(frames, f"{owner}.put(frames)")
    same = block.shape[:2] + block.shape[3:] == kept.shape[:2] + kept.shape[3:]
    if not same and (kept.shape[2] or block.shape[3:] != kept.shape[3:]):
        shapes = f"{tuple(block.shape)}, is not like {tuple(kept.shape)} but for the time"
        msg = f"{owner}.put(frames).shape = {shapes}; crop or reshape it."
        raise ShapeError(msg)
    return block


class Buffer(Stream):
    """The base of films in memory: `put` makes another recipe of them, so they have no hash."""

    __hash__ = None  # type: ignore[assignment]  # its frames can change
    _store: ClassVar[Store]  # each instance has its own

    def _hold(self, block: Block) -> dict[str, Any]:
        """Keeps a copy of the frames, which then are the parameter."""
        self._keep(_store=Store(block))
        return {"size": tuple(block.shape[3:]), **self._remember()}

    def _remember(self, **changed: Any) -> dict[str, Any]:
        """Writes the frames now kept, and what changed with them, into the recipe."""
        now = {"sequence": self._store.block, **changed}
        self._given.update(now)
        return now

    @property
    @override
    def batch(self) -> int:
        return self._store.block.shape[0]

    @property
    @override
    def channels(self) -> int:
        return self._store.block.shape[1]

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return pixels.measured(self._store.block)


class SequenceStream(Buffer):
    """A film in memory: a `(time, height, width)` array, a colour one `(…, 3)`, or a block.

    `put` appends frames of the same size and keeps the newest `max_frames`. Frame numbers stay absolute: `first` is the
    number of the oldest frame kept. `size` is checked (`ShapeError`), never used to resize. The frames are copied, as float32.

    >>> film = SequenceStream(np.zeros((20, 4, 5)), max_frames=25)
    >>> film.put(np.ones((10, 4, 5)))
    >>> film.first, film.length, film[-1].max().item()
    (5, 30, 1.0)
    """

    sequence: Frames = field(default_factory=empty)
    size: Size | None = None  # type: ignore[assignment]  # resolved from the frames
    pixel_per_degree: PixelPerDegree = 10.0
    max_frames: Annotated[int, Knob(1, 5000, "frames", "frames kept at most", hard=(1, 2**53))] = 5000
    _: KW_ONLY
    first: Annotated[int, Knob(0, 5000, "frames", "number of the first frame in the sequence", hard=(0, 2**53))] = 0
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @override
    def resolved(self) -> dict[str, Any]:
        block = film(self.sequence, self.size, "SequenceStream")
        if block.shape[2] > self.max_frames:
            msg = (
                f"SequenceStream.max_frames = {self.max_frames}, is less than the {block.shape[2]} frames given "
                f"(none is dropped unasked); give max_frames={block.shape[2]} or a shorter sequence."
            )
            raise KnobError(msg)
        return self._hold(block)

    @property
    @override
    def length(self) -> int:
        return self.first + self._store.block.shape[2]

    @override
    def read(self, start: int, stop: int) -> Block:
        return copied(self._store.block[:, :, start - self.first : stop - self.first])

    @override
    def put(self, frames: object) -> None:
        """Appends frames `(time, height, width)` or a block; drops the oldest beyond `max_frames`.

        Frames of another size are a `ShapeError`.
        """
        block = fitting(frames, self._store.block, "SequenceStream")
        self._store.append(block)
        dropped = max(0, self._store.block.shape[2] - self.max_frames)
        self._store.drop(dropped)
        self._keep(**self._remember(first=self.first + dropped))

    @classmethod
    @override
    def example(cls) -> Self:
        """A bar that drifts over 200 frames of 6×10 pixels."""
        time, column = np.arange(200)[:, None, None], np.arange(10)[None, None]
        return cls(np.sin((column - time / 5) * np.pi / 5) * np.ones((1, 6, 1)))
