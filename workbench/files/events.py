"""Event files as films, and films of spikes as event files: N-MNIST's .bin, .npy records, AEDAT 2."""

from __future__ import annotations

import functools
import os
from dataclasses import KW_ONLY
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from ..core import scratch
from ..core.block import Block
from ..core.errors import FormatError, KnobError
from ..core.knob import Knob, PixelPerDegree, Seconds, Size, TimeStep
from ..core.stream import Stream
from ..core.writer import Writer
from .event_codes import CODES, Code, holds_events
from .format import Format
from .growing import Growing
from .records import EVENT as EVENT
from .records import Events as Events
from .records import as_events, frame_of, held, smallest
from .records import events as events
from .records import frames as frames
from .stored import existing


def read_events(path: str | os.PathLike[str]) -> Events:
    """Gives all events of a .bin, .npy or .aedat file as records `(event,)` of t (µs), x, y and p, in the order of the file.

    Raises `DataMissing` (no such file), `KnobError` (another suffix), `FormatError` (damaged).
    """
    file = existing(Path(path))
    return _code(file, "read_events").decode(file)[0]


def write_events(path: str | os.PathLike[str], records: Events) -> None:
    """Writes records `(event,)` of t (µs), x, y and p as a .bin, .npy or .aedat file.

    Another suffix is a `KnobError`, what the bits of the file do not hold a `ShapeError`.
    """
    code, records = _code(Path(path), "write_events"), as_events(records)
    encoded = code.encode(records, "write_events")
    Path(path).write_bytes(code.head(len(records)) + encoded.tobytes())


class EventReader(Stream):
    """The events of a file as a film: how many ON (channel 0) and OFF (channel 1) each pixel has in each frame.

    Takes N-MNIST's 40-bit .bin, .npy of records (t µs, x, y, p) and AEDAT 2 of a DVS128 or a DAVIS. Frame f holds the
    events with f·dt ≤ t < (f+1)·dt; the film ends with the last event. `size` (rows, columns) is by default the
    sensor's: 34×34 for .bin, where all events lie in that, else the smallest that holds them. Nothing is cropped: a
    smaller `size` is a `ShapeError`. Damaged files, and times before 0, are a `FormatError`; no such file is a `DataMissing`.

    >>> film = EventReader.example()
    >>> film.size, film.channels, film.get(100).sum() > 0
    ((6, 10), 2, tensor(True))
    """

    filename: Annotated[str, Knob(meaning="the .bin, .npy or .aedat file of events")]
    size: Size | None = None  # type: ignore[assignment]  # None only until resolved
    pixel_per_degree: PixelPerDegree = 10.0
    _: KW_ONLY
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001
    _records: ClassVar[Events]
    _numbers: ClassVar[npt.NDArray[np.int64]]

    @override
    def resolved(self) -> dict[str, Any]:
        file = existing(self.filename)
        records, sensor = _code(file, "EventReader.filename").decode(file)
        records = records[np.argsort(records["t"], kind="stable")]
        if len(records) and records["t"][0] < 0:
            msg = f"{file}: t = {records['t'][0]} µs, is before 0 (frame 0); take the time of the first event off."
            raise FormatError(msg)
        need = smallest(records)
        fits = sensor is not None and sensor[0] >= need[0] and sensor[1] >= need[1]
        size: tuple[int, int] = self.size or (sensor if sensor is not None and fits else need)
        held(records, size, "EventReader.size")
        return {"size": size, "_records": records, "_numbers": frame_of(records["t"], self.dt)}

    @property
    @override
    def length(self) -> int:
        return int(self._numbers[-1]) + 1 if len(self._numbers) else 0

    @property
    @override
    def channels(self) -> int:
        return 2

    @functools.cached_property
    def _most(self) -> int:
        """Events in a pixel, channel and frame, at most."""
        pixels = np.stack([self._numbers, *(self._records[axis].astype(np.int64) for axis in "pyx")])
        return int(np.unique(pixels, axis=1, return_counts=True)[1].max(initial=1))

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return (0.0, float(self._most))

    @override
    def read(self, start: int, stop: int) -> Block:
        first, last = np.searchsorted(self._numbers, (start, stop))
        return frames(self._records[first:last], self.size, dt=self.dt, start=start, stop=stop)

    @classmethod
    @override
    def example(cls) -> Self:
        """A bright bar that goes round over 6×10 pixels: ON where it comes, OFF where it has been."""
        frame = np.arange(240).repeat(6)
        row, column = np.tile(np.arange(6), 240), frame // 2 % 10
        records = np.empty(len(frame), EVENT)
        records["t"], records["x"], records["y"], records["p"] = frame * 1000, (column - frame % 2) % 10, row, frame % 2 == 0
        file = scratch.folder() / "bar.npy"
        write_events(file, records)
        return cls(str(file))


class EventWriter(Writer):
    """A film of spikes as a file of events: .bin, .npy or .aedat, by its suffix.

    Channel 0 gives ON events, channel 1, where there is one, OFF events, at `dt` s a frame; a pixel of value n gives n.
    Frames without events are told by the times of the others, so silence at the end is not kept. Anything but
    counts of spikes, and what the bits of a .bin (256×256 px, 8.38 s) or .aedat (480×640 px) do not hold, is a `ShapeError`.

    >>> path = scratch.folder() / "one.bin"
    >>> with EventWriter(path) as file:
    ...     file.put(np.ones((1, 4, 5)))
    >>> path.stat().st_size
    100
    """

    filename: Annotated[str, Knob(meaning="the .bin, .npy or .aedat file to write")]
    _: KW_ONLY
    dt: TimeStep = 0.001
    _file: ClassVar[Growing | None] = None
    _events: ClassVar[int] = 0
    _kind: ClassVar[Code]

    @override
    def resolved(self) -> dict[str, Any]:
        return {"_kind": _code(Path(self.filename), "EventWriter.filename")}

    @override
    def write(self, block: Block) -> None:
        records = events(block, self.frames, dt=self.dt)
        encoded = self._kind.encode(records, "EventWriter.put(frames)")
        file = self._file or Growing(self.part, self._kind.head)
        self._keep(_file=file)
        file.append(encoded)
        self._keep(_events=self._events + len(records))

    @override
    def finish(self) -> None:
        if self._file is not None:
            self._file.close()

    @override
    def count(self) -> int:
        return self.frames if len(self._kind.decode(self.part)[0]) == self._events else 0


def _code(file: Path, name: str) -> Code:
    found = [code for code in CODES if file.name.lower().removesuffix(".part").endswith(code.suffix)]
    if not found:
        known = ", ".join(code.suffix for code in CODES)
        msg = f"{name} = {str(file)!r}, is not a file of events ({known}); give one of these."
        raise KnobError(msg)
    return found[0]


FORMAT = Format("events", tuple(code.suffix for code in CODES), holds_events, EventReader, EventWriter, exact=False)
