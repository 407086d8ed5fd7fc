"""TimedSequenceStream: a film in memory that is read and written by time as well as by frame."""

from __future__ import annotations

from dataclasses import KW_ONLY, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from ..core.block import Block, copied
from ..core.errors import EndOfStream, KnobError, ShapeError
from ..core.knob import PixelPerDegree, Seconds, Size, TimeStep
from ..core.sequence import Buffer, Frames, SequenceStream, empty, film, fitting

Times = npt.NDArray[np.float64]


class TimedSequenceStream(Buffer):
    """A film in memory whose frames have times: frame k is shown from t_zero + k·dt until the next one.

    One number asks for frames, two for seconds: `get(t1, t2)`, `available(t1, t2)` and `put(t1, t2, frames)` mean the
    bins round((t − t_zero)/dt) of both times, the last one not among them. Times are absolute. Reading by time leaves
    the cursor where it is and, as `get(i)`, gives fewer frames at the end and an `EndOfStream` beyond it; a time before
    t_zero is a `KnobError`. `size` is checked (`ShapeError`), never used to resize.

    >>> import torch
    >>> film = TimedSequenceStream(torch.arange(100.0).view(100, 1, 1), t_zero=2.0, dt=0.01)
    >>> film.get(2.5, 2.53).ravel().tolist(), film.get(2).ravel().tolist()
    ([50.0, 51.0, 52.0], [0.0, 1.0])
    """

    sequence: Frames = field(default_factory=empty)
    size: Size | None = None  # type: ignore[assignment]  # resolved from the frames
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001
    _: KW_ONLY

    @override
    def resolved(self) -> dict[str, Any]:
        return self._hold(film(self.sequence, self.size, "TimedSequenceStream"))

    @property
    @override
    def length(self) -> int:
        return self._store.block.shape[2]

    @override
    def read(self, start: int, stop: int) -> Block:
        return copied(self._store.block[:, :, start:stop])

    # by time

    @property
    def xs(self) -> Block:
        """All frames, as a block of the caller's own."""
        return copied(self._store.block)

    @property
    def ts(self) -> Times:
        """The time of every frame (s)."""
        return self._times(0, self.length)

    def time_to_bin(self, t: float) -> int:
        """Gives the number of the frame at time `t` (s), rounded; it may lie outside the film."""
        try:
            return round((float(t) - self.t_zero) / self.dt)
        except (TypeError, ValueError, OverflowError) as error:
            msg = f"TimedSequenceStream.time_to_bin(t) = {t!r}, is not a time (s); give a finite number."
            raise KnobError(msg) from error

    @override
    def get(self, i: float = 1, t2: float | None = None) -> Block:
        """Gives the next `i` frames and moves on; or, with two times in seconds, those from `i` to `t2`."""
        if t2 is None:
            return super().get(i)  # type: ignore[arg-type]  # a broken count is a KnobError there
        return self.get_tsvs(i, t2)[1]

    def get_tsvs(self, t1: float, t2: float) -> tuple[Times, Block]:
        """Gives the times (s) and the frames from `t1` to `t2` (s)."""
        start, stop = self._bins(t1, t2, "get")
        if start > self.length or (start == self.length and stop > start):
            msg = f"TimedSequenceStream.get({t1!r}, {t2!r}), is past the end ({self._span()}); ask for times in it."
            raise EndOfStream(msg)
        stop = min(stop, self.length)
        return self._times(start, stop), self.read(start, stop)

    @override
    def available(self, n: float = 1, t2: float | None = None) -> bool:
        """Tells whether `n` frames are left; or, with two times in seconds, whether all of that time is there."""
        if t2 is None:
            return super().available(n)  # type: ignore[arg-type]  # a broken count is a KnobError there
        start, stop = self.time_to_bin(n), self.time_to_bin(t2)
        return 0 <= start <= stop <= self.length

    @override
    def put(self, frames: object, t2: float | None = None, s: object = None) -> None:
        """Appends frames; or `put(t1, t2, s)` writes `s` over the frames from `t1` to `t2` (s).

        `s` has one frame for each bin, of the film's size (`ShapeError`). Where they reach beyond the end the film
        grows; a gap between the end and `t1` is a `KnobError`.
        """
        if t2 is None and s is None:
            self._store.append(fitting(frames, self._store.block, "TimedSequenceStream"))
        else:
            self._put_at(frames, t2, s)
        self._keep(**self._remember())

    def _put_at(self, t1: Any, t2: Any, s: object) -> None:
        start, stop = self._bins(t1, t2, "put")
        block = fitting(s, self._store.block, "TimedSequenceStream")
        asked = f"TimedSequenceStream.put({t1!r}, {t2!r}, s)"
        if block.shape[2] != stop - start:
            msg = f"{asked} of {block.shape[2]} frames, is not the {stop - start} of that time; give one a bin."
            raise ShapeError(msg)
        if start > self.length:
            gap = start - self.length
            msg = f"{asked}, leaves a gap of {gap} frames after the end ({self._span()}); put those frames first."
            raise KnobError(msg)
        inside = min(stop, self.length) - start
        if inside:
            self._store.block[:, :, start : start + inside] = block[:, :, :inside]
        self._store.append(block[:, :, inside:])

    def _bins(self, t1: float, t2: float, verb: str) -> tuple[int, int]:
        start, stop = self.time_to_bin(t1), self.time_to_bin(t2)
        if not 0 <= start <= stop:
            msg = (
                f"TimedSequenceStream.{verb}({t1!r}, {t2!r}), is not a stretch of time in the film ({self._span()}); "
                f"give t1 ≤ t2 in seconds, from t_zero on."
            )
            raise KnobError(msg)
        return start, stop

    def _times(self, start: int, stop: int) -> Times:
        return self.t_zero + np.arange(start, stop, dtype=np.float64) * np.float64(self.dt)

    def _span(self) -> str:
        return f"{self.t_zero:g} … {self.t_zero + self.length * self.dt:g} s"

    @classmethod
    @override
    def example(cls) -> Self:
        """A bar that drifts over 6×10 pixels for 0.4 s."""
        return cls(SequenceStream.example()[:], dt=0.002)
