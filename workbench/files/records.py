"""Events as records, as neuromorphic libraries keep them: t (µs, int64), x, y (int16), p (bool, True for ON)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from ..core.block import Block, as_block
from ..core.cast import frame_number
from ..core.errors import KnobError, ShapeError
from ..core.stream import Stream

EVENT: Final = np.dtype([("t", np.int64), ("x", np.int16), ("y", np.int16), ("p", np.bool_)])
Events = np.ndarray  # of EVENT: a type checker at run time knows no structured dtype
_MICRO: Final = 10**6  # ps in a µs: frames and times are compared as whole picoseconds
_LATEST: Final = 100 * 86400 * _MICRO  # µs: such times are still int64 in ps
_MOST: Final = 10**6  # events of one pixel in one frame: more are no spikes, and would fill the memory
_AT_ONCE: Final = 1 << 22  # pixel values looked at together


def events(source: object, start: int = 0, stop: int | None = None, *, dt: float | None = None) -> Events:
    """Gives the spikes of a film as event records, ordered by time, then channel, row and column.

    `source`: a stream, of which frames start..stop are read (a finite one to its end; its cursor stays), or a block of
    one batch or `(time, height, width)` array, whose first frame is number `start`, at `dt` s a frame (0.001). Channel
    0 gives ON events, channel 1, where there is one, OFF events; a pixel of value n gives n events. An event of frame f
    is at t = f·dt from frame 0, rounded up to whole µs, so that `frames` puts it back where it was.

    Raises `ShapeError` for what is no count of spikes (negative, broken, three channels …), `KnobError` for a step
    below 1 µs or an endless stream without `stop`.

    >>> events(torch.tensor([0.0, 1.0, 0.0, 1.0]).view(4, 1, 1))["t"].tolist()
    [1000, 3000]
    """
    start = frame_number(start, "events(start)")
    if isinstance(source, Stream):
        return _of_stream(source, start, stop, source.dt if dt is None else dt)
    return _of_block(as_block(source, "events(source)"), start, 0.001 if dt is None else dt)


def frames(
    records: Events, size: tuple[int, int] | None = None, *, dt: float = 0.001, start: int = 0, stop: int | None = None
) -> Block:
    """Gives event records as a block `[1, 2, time, height, width]`: how many ON and OFF events each pixel has in each frame.

    Frame f holds the events with f·dt ≤ t < (f+1)·dt. `size` (rows, columns) is the smallest that fits where it is
    None; frames start..stop go to the last event where `stop` is None. Events outside these frames are left out, an event
    outside `size` is a `ShapeError`, a step below 1 µs a `KnobError`.

    >>> records = np.array([(1999, 3, 0, True), (2000, 3, 0, False)], EVENT)
    >>> frames(records).shape, frames(records).sum((0, 3, 4)).tolist()
    (torch.Size([1, 2, 3, 1, 4]), [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    """
    records = as_events(records)
    start = frame_number(start, "frames(start)")
    number = frame_of(records["t"], dt)
    end = int(number.max(initial=start - 1)) + 1 if stop is None else frame_number(stop, "frames(stop)")
    rows, columns = smallest(records) if size is None else size
    held(records, (rows, columns), "frames(size)")
    block = np.zeros(2 * max(0, end - start) * rows * columns, np.float32)
    inside = (number >= start) & (number < end)
    kept, number = (records, number) if inside.all() else (records[inside], number[inside])
    channel = (~kept["p"]).astype(np.int64)
    place = ((channel * (end - start) + number - start) * rows + kept["y"]) * columns + kept["x"]
    np.add.at(block, place, np.float32(1))
    return torch.from_numpy(block).view(1, 2, max(0, end - start), rows, columns)


def as_events(records: Any) -> Events:
    """Gives records of t, x, y and p in any order and of any number types as `EVENT`; others are a `ShapeError`."""
    array = np.asarray(records)
    if array.dtype == EVENT and array.ndim == 1:
        return array
    if array.ndim != 1 or array.dtype.names is None or set(array.dtype.names) != set(EVENT.names or ()):
        msg = f"events = array {array.shape} of {array.dtype}, is not records of t, x, y and p; give such as events(film) gives."
        raise ShapeError(msg)
    out = np.empty(len(array), EVENT)
    for name in array.dtype.names:
        out[name] = array[name]
        if not (out[name] == array[name]).all():
            msg = f"events[{name!r}] = {array.dtype[name]}, holds what {EVENT[name]} cannot; round or crop it first."
            raise ShapeError(msg)
    return out


def _of_stream(stream: Stream, start: int, stop: int | None, dt: float) -> Events:
    end = stream.length if stop is None else frame_number(stop, "events(stop)")
    if end is None:
        msg = f"events({type(stream).__name__}), is endless (no last frame); give stop=…, or a block of it."
        raise KnobError(msg)
    at_once = max(1, _AT_ONCE // (stream.channels * stream.size[0] * stream.size[1]))
    stretches = ((first, min(first + at_once, end)) for first in range(start, end, at_once))
    pieces = [_of_block(stream.read(first, last), first, dt) for first, last in stretches]
    return np.concatenate([np.empty(0, EVENT), *pieces])


def _of_block(block: Block, start: int, dt: float) -> Events:
    if block.shape[0] != 1 or block.shape[1] > 2:
        msg = f"events(block), block.shape = {tuple(block.shape)}, is not one batch of one channel, or of ON and OFF; pick these."
        raise ShapeError(msg)
    counts = block[0].transpose(0, 1)
    t, channel, y, x = counts.nonzero(as_tuple=True)
    count = counts[t, channel, y, x]
    if not bool(((count >= 1) & (count == count.round()) & (count <= _MOST)).all()):
        msg = "events(block), holds values that are no count of spikes (0, 1, 2 … 1000000); make spikes of it first."
        raise ShapeError(msg)
    out = np.empty(len(t), EVENT)
    out["t"] = _time_of(t.numpy() + start, dt)
    out["x"], out["y"], out["p"] = x.numpy(), y.numpy(), channel.numpy() == 0
    return out if bool((count == 1).all()) else np.repeat(out, count.long().numpy())


def _step(dt: float) -> int:
    """The time from frame to frame in ps."""
    step = round(dt * _MICRO**2)
    if step < _MICRO:
        msg = f"dt = {dt!r} s, is below a microsecond (the unit of event times); give 1e-6 or more."
        raise KnobError(msg)
    return step


def _time_of(frame: npt.NDArray[np.int64], dt: float) -> npt.NDArray[np.int64]:
    return -(-frame * _step(dt) // _MICRO)


def frame_of(time: npt.NDArray[np.int64], dt: float) -> npt.NDArray[np.int64]:
    """Gives the number of the frame in which each time (µs) lies."""
    if len(time) and max(-int(time.min()), int(time.max())) >= _LATEST:
        msg = f"events['t'] = {int(time[0])} … {int(time[-1])} µs, is beyond ±100 days; take the time of the first event off."
        raise ShapeError(msg)
    return time * _MICRO // _step(dt)


def smallest(records: Events) -> tuple[int, int]:
    """Gives the smallest size (rows, columns) that holds all events."""
    return int(records["y"].max(initial=0)) + 1, int(records["x"].max(initial=0)) + 1


def held(records: Events, size: tuple[int, int], name: str) -> None:
    """Refuses events outside a frame of `size` (rows, columns) with a `ShapeError`."""
    need = smallest(records)
    if min(records["x"].min(initial=0), records["y"].min(initial=0)) < 0 or size[0] < need[0] or size[1] < need[1]:
        msg = f"{name} = {size}, does not hold all events (rows, columns; they need {need}, from 0 on); give a larger one."
        raise ShapeError(msg)
