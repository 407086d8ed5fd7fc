"""SaccadeStream: any film, seen by an eye that moves."""

from __future__ import annotations

import copy
import math
from dataclasses import KW_ONLY
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from typing_extensions import override

from ..core.block import Block
from ..core.knob import Knob, Seconds, Seed, Size, TimeStep
from ..core.stream import Stream
from . import eye_movements
from .eye_movements import Positions
from .noise import RandomStream

_ARCMIN = 60  # in a degree
_PIECE = 1 << 19  # pixel values moved at a time: they stay in the processor's cache

Floats = npt.NDArray[np.float32]
Path = Annotated[Literal["saccades", "drift"], Knob(meaning="three saccades round a triangle, or Brownian drift")]


class SaccadeStream(Stream):
    """Another film, moved over the frame: its frame f at the position that a path has at frame f, between pixels, too.

    `path="saccades"` goes round the triangle of N-MNIST, `amplitude` px wide and high, in three saccades of `duration`
    frames. `path="drift"` is Brownian, as the eye drifts between saccades: ⟨r²⟩ = 4·`diffusion`·t. The area that the
    film sweeps (for drift, the film at rest) is centred in `size`, which is the film's own where it is None. Between
    pixels it is bilinear; where the film does not reach, there is `background`. Batches and channels move alike.

    The input is copied: its cursor stays. One that is live can only be shown as it comes. The triangle is that of G. Orchard
    et al. 2015, doi 10.3389/fnins.2015.00437.

    >>> film = SaccadeStream(RandomStream((4, 5), seed=1), (11, 12))
    >>> film.get(30).shape, film.positions(0, 211)[[0, 105, 210]].tolist()
    (torch.Size([1, 1, 30, 11, 12]), [[0.0, 0.0], [3.5, 7.0], [7.0, 0.0]])
    """

    input_stream: Annotated[Stream, Knob(meaning="film that is moved")]
    size: Size | None = None  # type: ignore[assignment]  # None only until resolved
    path: Path = "saccades"
    amplitude: Annotated[float, Knob(0, 50, "px", "width and height of the triangle", hard=(0, 2**16))] = 7.0
    duration: Annotated[int, Knob(1, 500, "frames", "length of a saccade", hard=(1, 2**31))] = 105
    diffusion: Annotated[float, Knob(0, 1000, "arcmin²/s", "diffusion constant of the drift", hard=(0, 1e9))] = 40.0
    background: Annotated[float, Knob(0, 255, "", "value where the film does not reach", hard=(None, None))] = 0.0
    _: KW_ONLY
    seed: Seed | None = None
    t_zero: Seconds | None = None  # type: ignore[assignment]  # as size
    dt: TimeStep | None = None  # type: ignore[assignment]  # as size
    _shape: ClassVar[tuple[int, int]]
    _spread: ClassVar[float]  # px, of a step of the drift

    @override
    def drawn(self) -> dict[str, Any]:
        source = copy.copy(self.input_stream) if self.input_stream.seekable else self.input_stream
        return {**super().drawn(), "input_stream": source}

    @override
    def resolved(self) -> dict[str, Any]:
        source = self.input_stream
        size = self.size or source.size
        dt = source.dt if self.dt is None else self.dt
        t_zero = source.t_zero if self.t_zero is None else self.t_zero
        spread = math.sqrt(2 * self.diffusion * dt) * source.pixel_per_degree / _ARCMIN
        self._keep(seekable=source.seekable, pixel_per_degree=source.pixel_per_degree, _shape=size, _spread=spread)
        return {"size": size, "t_zero": t_zero, "dt": dt}

    def positions(self, start: int, stop: int) -> Positions:
        """Gives where the film is in frames start..stop: (x, y) px from its resting place, float64 `(stop - start, 2)`."""
        if self.path == "saccades":
            return eye_movements.saccades(start, stop, self.amplitude, self.duration)
        return self._spread * eye_movements.brownian(start, stop, self.seed or 0)

    @override
    def read(self, start: int, stop: int) -> Block:
        pixels = self.batch * self.channels * max(math.prod(self._shape), math.prod(self.input_stream.size))
        at_once = max(1, _PIECE // pixels)
        out = np.empty((self.batch, self.channels, stop - start, *self._shape), np.float32)
        for first in range(start, stop, at_once):
            last = min(first + at_once, stop)
            out[:, :, first - start : last - start] = self._moved(self.input_stream.read(first, last), first)
        return torch.from_numpy(out)

    @override
    def grab(self, count: int) -> Block:
        return torch.from_numpy(self._moved(self.input_stream.get(count), self.position).copy())

    def _moved(self, block: Tensor, start: int) -> Floats:
        sweep = self.amplitude if self.path == "saccades" else 0.0
        rest = (np.array(self._shape) - np.array(block.shape[3:]) - sweep) / 2
        x, y = self.positions(start, start + block.shape[2]).T
        moved = _shifted(block.numpy(), rest[0] + y, self._shape[0], self.background).swapaxes(3, 4)
        across: Floats = _shifted(moved, rest[1] + x, self._shape[1], self.background).swapaxes(3, 4)
        return across

    @property
    @override
    def length(self) -> int | None:
        return self.input_stream.length

    @property
    @override
    def counted(self) -> bool:
        return self.input_stream.counted

    @property
    @override
    def first(self) -> int:
        return self.input_stream.first

    @property
    @override
    def batch(self) -> int:
        return self.input_stream.batch

    @property
    @override
    def channels(self) -> int:
        return self.input_stream.channels

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        low, high = self.input_stream.value_range
        return (min(low, self.background), max(high, self.background))

    @override
    def close(self) -> None:
        """Closes its copy of the input."""
        self.input_stream.close()

    @classmethod
    @override
    def example(cls) -> Self:
        """Noise of 9×12 pixels."""
        return cls(RandomStream((9, 12), level=100.0, mean=127.0, seed=1), (16, 20), duration=20, background=127.0, seed=1)


def _shifted(frames: Floats, shift: Positions, rows: int, background: float) -> Floats:
    """The rows of each frame `[batch, channel, time, height, width]` moved down by `shift` px, cut to `rows`; linear between."""
    batch, channel, time, height, width = frames.shape
    padded = np.full((batch * channel, time, height + 2, width), background, np.float32)
    padded[:, :, 1:-1] = frames.reshape(-1, time, height, width)
    whole = np.floor(shift)
    share = (shift - whole).astype(np.float32)[:, None, None]
    source = (np.arange(rows) - whole[:, None] + 1).astype(np.int64)  # of the padded frame
    frame = np.arange(time)[:, None] * (height + 2)

    def taken(row: npt.NDArray[np.int64]) -> Floats:
        found: Floats = padded.reshape(batch * channel, -1, width).take(frame + row.clip(0, height + 1), 1)
        return found.reshape(batch, channel, time, rows, width)

    here, above = taken(source), taken(source - 1)
    above -= here
    above *= share
    above += here
    return above
