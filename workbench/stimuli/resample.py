"""TimedResampleStream: any film at another time step."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY
from typing import Annotated, Any, Self

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from ..core.block import Block, empty
from ..core.errors import KnobError
from ..core.knob import Knob, Seconds, TimeStep
from ..core.stream import Stream
from .noise import RandomStream

_SOURCE_FRAMES = 256  # of the source, read at a time
_CACHED = 1 << 15  # numbers worked on at a time
_SNAP = 1e-6  # of a source frame: times that differ by rounding only are the same


class TimedResampleStream(Stream):
    """A film resampled in time: frame k is the source at t_zero + k·dt, linear between its two nearest frames.

    Before the source's first frame and after its last one these are held. The film lasts until the end of the source's
    last frame; from an endless source it is endless. The source's cursor is left alone. A live source is a `KnobError`.

    >>> from workbench.streams import SequenceStream
    >>> video = SequenceStream(np.array([0.0, 4.0, 2.0]).reshape(3, 1, 1), dt=0.04)
    >>> TimedResampleStream(video, dt=0.02)[:].ravel().tolist()
    [0.0, 2.0, 4.0, 3.0, 2.0, 2.0]
    """

    stream: Annotated[Stream, Knob(meaning="film to resample")]
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001
    _: KW_ONLY

    @override
    def resolved(self) -> dict[str, Any]:
        if not self.stream.seekable:
            live = f"TimedResampleStream.stream = {self.stream!r}"
            msg = f"{live}, is live (it has no other time than now); record(n) it first."
            raise KnobError(msg)
        return {"size": self.stream.size, "pixel_per_degree": self.stream.pixel_per_degree}

    @property
    @override
    def length(self) -> int | None:
        if self.stream.length is None:
            return None
        end = self.stream.t_zero + self.stream.length * self.stream.dt
        return max(0, math.ceil((end - self.t_zero) / self.dt - _SNAP)) if self.stream.length else 0

    @property
    @override
    def batch(self) -> int:
        return self.stream.batch

    @property
    @override
    def channels(self) -> int:
        return self.stream.channels

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return self.stream.value_range

    @override
    def read(self, start: int, stop: int) -> Block:
        film = empty(self.batch, self.channels, stop - start, *self.size)
        at_once = max(1, int(_SOURCE_FRAMES * self.stream.dt / self.dt))
        for k in range(start, stop, at_once):
            self._write(film.numpy()[:, :, k - start : k - start + at_once], k)
        return film

    def _write(self, out: npt.NDArray[np.float32], start: int) -> None:
        """Writes the frames from `start` on, as many as there is room for."""
        before, share = self._places(start, start + out.shape[2])
        after = before + (share > 0)
        first = int(before[0])
        source = self.stream.read(first, int(after[-1]) + 1).numpy()
        # From the nearer end, so that no value leaves the range of the two.
        weight = share.astype(np.float32)
        near = np.where(weight < 0.5, before, after)
        weight[weight >= 0.5] -= 1
        many = max(1, _CACHED // out[:, :, 0].size)
        for k in range(0, len(share), many):
            piece = slice(k, k + many)
            low, high, nearer = (source[:, :, places[piece] - first] for places in (before, after, near))
            change = high - low
            change *= weight[piece, None, None]
            np.add(nearer, change, out=out[:, :, piece])

    def _places(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        """The source frame before each frame's time, and the way to the next one in 0..1."""
        source = self.stream
        place = (self.t_zero - source.t_zero + np.arange(start, stop) * self.dt) / source.dt
        whole = np.rint(place)
        place = np.where(np.abs(place - whole) < _SNAP, whole, place)
        place = np.clip(place, 0, None if source.length is None else source.length - 1)
        before = np.floor(place)
        return before.astype(np.int64), place - before

    @classmethod
    @override
    def example(cls) -> Self:
        """Noise of 25 frames a second at steps of 3 ms."""
        return cls(RandomStream((6, 10), seed=1, dt=0.04), dt=0.003)
