"""INRIMAGE-4: InrImageStreamer, which reads it; InrImageStreamWriter stands beside it."""

from __future__ import annotations

import zlib
from dataclasses import KW_ONLY
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import torch
from typing_extensions import override

from ..core import scratch
from ..core.block import Block
from ..core.errors import KnobError
from ..core.knob import Knob, PixelPerDegree, Seconds, TimeStep
from ..core.stream import Stream
from .format import Format
from .inr_header import MAGIC, Time
from .inr_layout import GZIP_MAGIC, inr_layout, open_header
from .inr_writer import InrImageStreamWriter
from .stored import Stored, existing

Planes = Annotated[bool, Knob(meaning="with time on VDIM: all planes as channels instead of one")]
Plane = Annotated[int, Knob(0, 100, "", "with time on VDIM the plane to show, with time on ZDIM the value", hard=(0, 2**31))]
TimeAxis = Annotated[Time, Knob(meaning="the dimension that is time; None takes VDIM if it is above 1, else ZDIM")]


class InrImageStreamer(Stream):
    """The film in an INRIMAGE-4 file (.inr, also gzipped): every type, byte order and scale, of any length.

    The file holds (Z, Y, X, V). With time on VDIM a frame is plane 0, or plane `slice_at`; with `z` all planes are its
    channels. With time on ZDIM the V values are its channels, or the one `slice_at`. The files of an earlier writer, whose
    255-byte header is followed by whole frames along that dimension, are read too. Numbers become float32, which rounds
    integers beyond 2²⁴. `value_range` is that of the type for bytes, and measured over the file for others.

    Raises `DataMissing` (no such file), `FormatError` (damaged; names the byte), `KnobError` (a plane that is not there).

    >>> film = InrImageStreamer.example()
    >>> film.size, film.length, film.channels, film.replace(z=True).channels
    ((6, 10), 240, 1, 2)
    """

    filename: Annotated[str, Knob(meaning="the .inr file")]
    z: Planes = False
    slice_at: Plane | None = None
    _: KW_ONLY
    time_dimension: TimeAxis | None = None
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001
    _stored: ClassVar[Stored]
    _shape: ClassVar[tuple[int, ...]]  # channel, time, height, width, before channels are picked
    _picked: ClassVar[slice]  # of the channels
    _planes: ClassVar[int]  # that there are to pick from
    voxel: ClassVar[tuple[float, float, float]]  # its size along X, Y and Z; 1 where the file is silent

    @override
    def resolved(self) -> dict[str, Any]:
        header, _ = open_header(existing(self.filename))
        on_v = (self.time_dimension or ("VDIM" if header.shape[3] > 1 else "ZDIM")) == "VDIM"
        planes = header.shape[0 if on_v else 3]
        plane = self._plane(planes, on_v=on_v)
        stored = Stored(self.filename, lambda path: inr_layout(*open_header(path), plane, on_v=on_v))
        shape = stored.layout.wanted
        picked = slice(None) if plane is None or shape[0] == 1 else slice(plane, plane + 1)
        return {
            "_stored": stored,
            "_shape": shape,
            "_picked": picked,
            "_planes": planes,
            "size": shape[2:],
            "voxel": header.voxel,
        }

    def _plane(self, count: int, *, on_v: bool) -> int | None:
        """Gives the plane (with time on VDIM) or value (on ZDIM) to show, None for all of them."""
        if self.z and not on_v:
            msg = (
                f"InrImageStreamer.z = True, is not possible with time on ZDIM ({self.filename}); "
                "give time_dimension='VDIM', or z=False."
            )
            raise KnobError(msg)
        if self.z and self.slice_at is not None:
            msg = f"InrImageStreamer.slice_at = {self.slice_at}, is one plane where z=True shows all; leave one of the two out."
            raise KnobError(msg)
        if self.slice_at is not None and self.slice_at >= count:
            kind = "planes (ZDIM)" if on_v else "values (VDIM)"
            msg = (
                f"InrImageStreamer.slice_at = {self.slice_at}, is not one of the {count} {kind} of {self.filename}; "
                f"give 0 to {count - 1}."
            )
            raise KnobError(msg)
        return 0 if on_v and not self.z and self.slice_at is None else self.slice_at

    @property
    @override
    def length(self) -> int:
        return self._shape[1]

    @property
    @override
    def channels(self) -> int:
        return len(range(self._shape[0])[self._picked])

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return self._stored.range()

    @override
    def ranges(self) -> dict[str, tuple[tuple[float, float], ...]]:
        return {"slice_at": ((0, self._planes - 1),)}

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.from_numpy(np.ascontiguousarray(self._stored.read(start, stop)[self._picked]))[None]

    @override
    def close(self) -> None:
        self._stored.close()

    @classmethod
    @override
    def example(cls) -> Self:
        """Two planes with bars that drift one against the other, 240 frames of 6×10 pixels."""
        return cls(str(drawn_film("example.inr", range(240), "VDIM")))


def drawn_film(name: str, frames: range, time: Time) -> Path:
    """Gives a file with a drifting bar; with time on VDIM of two planes, of which the second drifts back."""
    path = scratch.folder() / name
    if not path.exists():
        moved = np.array(frames)[:, None, None] / 5
        planes = [np.cos((np.arange(10) - way * moved) * np.pi / 5) * np.ones((6, 1)) for way in (1, -1)]
        with InrImageStreamWriter(str(path), time_dimension=time) as writer:
            writer.put(np.stack(planes if time == "VDIM" else planes[:1])[None])
    return path


def _sniff(start: bytes) -> bool:
    if start.startswith(GZIP_MAGIC):
        try:
            start = zlib.decompressobj(31).decompress(start, len(MAGIC))
        except zlib.error:
            return False
    return start.startswith(MAGIC)


FORMAT = Format("INRIMAGE-4", (".inr", ".inr.gz"), _sniff, InrImageStreamer, InrImageStreamWriter)
