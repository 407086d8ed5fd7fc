"""Shown: what a plot is given — a block, an array, an Output or a stream — with its times and angles."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from torch import Tensor

from ..core.block import Block, as_block
from ..core.errors import EndOfStream, ShapeError
from ..core.knob import PixelPerDegree, Seconds, TimeStep, knobs
from ..core.output import Output
from ..core.stream import Stream

FRAMES = 500  # of a stream, from its cursor on

Values = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Sampling:
    """What times and angles are computed from: checked as a stream's own."""

    dt: TimeStep = 0.001
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0


@dataclasses.dataclass(frozen=True)
class Shown:
    """Films of one size, `values` `[batch, channel, time, height, width]`, and what they are sampled at."""

    values: Values
    sampling: Sampling
    colour: ClassVar[int] = 3

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """The time of every frame in ms."""
        return times(self.values.shape[2], self.sampling)


def times(frames: int, sampling: Sampling) -> npt.NDArray[np.float64]:
    """Gives the time of every frame in ms."""
    return 1000 * (sampling.t_zero + np.arange(frames, dtype=np.float64) * sampling.dt)


def shown(x: object, dt: float | None, pixel_per_degree: float | None, name: str) -> Shown:
    """Gives what `x` shows; of a stream the next frames, while its cursor stays."""
    block, carried = _block(x, name)
    if block.shape[2] == 0:
        msg = f"{name}(x) of shape {tuple(block.shape)}, has no frames to show; give at least one."
        raise ShapeError(msg)
    return Shown(block.detach().cpu().numpy(), sampled(carried, dt, pixel_per_degree, name))


def sampled(carried: dict[str, float], dt: float | None, pixel_per_degree: float | None, name: str) -> Sampling:
    """Gives what is asked for, else what the data carry, else 1 ms and 10 px/deg."""
    asked = {"dt": dt, "pixel_per_degree": pixel_per_degree}
    told = carried | {key: value for key, value in asked.items() if value is not None}
    return Sampling(**{key: knobs(Sampling)[key].check(value, name) for key, value in told.items()})


def trace(x: object) -> Values | None:
    """Gives a one-dimensional array as numbers, None for anything else."""
    if isinstance(x, Stream | Output):
        return None
    array: Any = x.detach().cpu().numpy() if isinstance(x, Tensor) else x
    try:
        array = np.asarray(array)
    except ValueError:  # ragged: the film's own door says what is wrong
        return None
    return array if array.ndim == 1 and array.dtype.kind in "fiub" else None


def _block(x: object, name: str) -> tuple[Block, dict[str, float]]:
    if isinstance(x, Stream):
        return _next_frames(x), {"dt": x.dt, "pixel_per_degree": x.pixel_per_degree, "t_zero": x.t}
    if isinstance(x, Output):
        return x.only(), {"dt": x.dt, "pixel_per_degree": x.pixel_per_degree, "t_zero": x.t_zero}
    return as_block(x, f"{name}(x)"), {}


def _next_frames(stream: Stream) -> Block:
    block = stream.upto(stream.position, stream.position + FRAMES)
    if block.shape[2] == 0:
        msg = f"{stream!r}, has no frames left to show; reset() or seek() it first."
        raise EndOfStream(msg)
    return block
