"""InrImageStreamWriter: films into INRIMAGE-4 files."""

from __future__ import annotations

import contextlib
import math
import warnings
from dataclasses import KW_ONLY, replace
from io import FileIO
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from ..core.block import Block
from ..core.errors import ClippedWarning, KnobError, ShapeError
from ..core.knob import Knob
from ..core.writer import Writer
from .growing import Growing
from .inr_header import MOST_BYTES, ORDERS, Cpu, InrHeader, Time, read_header, write_header
from .stored import head, refuse_incomplete

Dtype = Literal["uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64"]

_PIECE = 1 << 22  # numbers converted at a time
_TURNED = 1 << 25  # bytes turned from frames one after another to V fastest, at a time


class InrImageStreamWriter(Writer):
    """Writes a film into an INRIMAGE-4 file: time on VDIM with channels as planes, or on ZDIM with channels as values.

    `x` is the number of columns, `y` of rows, and of `z` and `v` the one that is not time the number of channels: 1, as
    documented, takes them from the first frames put, more is checked (`ShapeError`). The one that is time is the number of frames
    to come; where it is more than 1 and another number is put, `close` warns. For integers, values are rounded
    and clipped to the type; `clipped` counts these and `close` warns. `cpu` is the byte order by its machine.

    With 'ZDIM' frames are written to where they stay; with 'VDIM', whose frames are spread over the whole file, they are
    collected in the `.part` and put in order at `close`, in bounded memory.

    >>> from workbench.core import scratch
    >>> path = scratch.folder() / "written.inr"
    >>> with InrImageStreamWriter(path, x=5, y=4, dtype="uint8") as writer:
    ...     writer.put(np.ones((7, 4, 5)))
    >>> path.stat().st_size
    396
    """

    filename: Annotated[str, Knob(meaning="the .inr file to write")]
    v: Annotated[int, Knob(1, 512, "", "values: frames, or channels where time is ZDIM", hard=(1, 2**31))] = 1
    x: Annotated[int, Knob(1, 512, "px", "columns", hard=(1, 2**31))] = 1
    y: Annotated[int, Knob(1, 512, "px", "rows", hard=(1, 2**31))] = 1
    z: Annotated[int, Knob(1, 512, "", "planes: channels, or frames where time is ZDIM", hard=(1, 2**31))] = 1
    time_dimension: Annotated[Time, Knob(meaning="the dimension that is time")] = "VDIM"
    _: KW_ONLY
    dtype: Annotated[Dtype, Knob(meaning="type of the stored numbers")] = "float32"
    cpu: Annotated[Cpu, Knob(meaning="byte order: decm, alpha, pc little-endian, sun big-endian")] = "decm"
    clipped: ClassVar[int]  # values that the type could not hold, so far
    _file: ClassVar[Growing | None]
    _frame: ClassVar[tuple[int, int, int]]  # channels, rows, columns

    @override
    def resolved(self) -> dict[str, Any]:
        if self.filename.lower().endswith(".gz"):
            msg = (
                f"InrImageStreamWriter.filename = {self.filename!r}, ends in .gz (it writes plain files); "
                "name it .inr and gzip it after."
            )
            raise KnobError(msg)
        channels = self.z if self.time_dimension == "VDIM" else self.v
        return {"_file": None, "_frame": (channels, self.y, self.x), "clipped": 0}

    @override
    def write(self, block: Block) -> None:
        shape = (block.shape[1], block.shape[3], block.shape[4])
        fits = all(wanted in (1, found) for wanted, found in zip(self._frame, shape, strict=True))
        if block.shape[0] != 1 or not fits or (self._file and shape != self._frame):
            msg = (
                f"{self._name}.put(frames).shape = {tuple(block.shape)}, is not [1, {{}}, time, {{}}, {{}}]; "
                "crop or reshape it, or make another writer."
            ).format(*(count if self._file or count > 1 else "any" for count in self._frame))
            raise ShapeError(msg)
        self._keep(_frame=shape)
        file = self._file or Growing(self.part, self._header)
        self._keep(_file=file)
        order = (1, 0, 2, 3) if self.time_dimension == "VDIM" else (1, 2, 3, 0)
        frames = block[0].numpy().transpose(order)
        many = max(1, _PIECE // math.prod(shape))
        for k in range(0, len(frames), many):
            file.append(self._numbers(frames[k : k + many]))

    @override
    def finish(self) -> None:
        if self._file is not None:
            self._file.close()
            if self.time_dimension == "VDIM":
                _turn(self.part, self._layout(self.frames), self.cpu)

    @override
    def count(self) -> int:
        size = self.part.stat().st_size
        header = read_header(head(self.part, MOST_BYTES), size, str(self.part))
        refuse_incomplete(str(self.part), size, header.stop)
        return header.shape[3 if self.time_dimension == "VDIM" else 0]

    @override
    def close(self) -> None:
        """Puts the frames in order and gives the file its name.

        Warns of clipped values (`ClippedWarning`), and of another number of frames than was told.
        """
        told = not self.closed
        super().close()
        awaited = self.v if self.time_dimension == "VDIM" else self.z
        if told and awaited not in (1, self.frames):
            msg = (
                f"{self.filename}: {self.frames} frames, are not the {awaited} that {self.time_dimension} was to have; "
                f"the header says {self.frames}."
            )
            warnings.warn(msg, stacklevel=2)
        if told and self.clipped:
            msg = (
                f"{self.filename}: {self.clipped} values, were outside {self.dtype} (clipped to its range); "
                "scale the film, or give dtype='float32'."
            )
            warnings.warn(msg, ClippedWarning, stacklevel=2)

    def _layout(self, frames: int) -> InrHeader:
        channels, rows, columns = self._frame
        dtype = np.dtype(ORDERS[self.cpu] + np.dtype(self.dtype).str[1:])
        if self.time_dimension == "VDIM":
            return InrHeader((channels, rows, columns, frames), dtype, frames_first=True)
        return InrHeader((frames, rows, columns, channels), dtype)

    def _header(self, frames: int) -> bytes:
        return write_header(self._layout(frames), self.cpu)

    def _numbers(self, frames: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
        dtype = self._layout(0).dtype
        if dtype.kind == "f":
            return frames.astype(dtype)
        rounded = np.rint(frames, dtype=np.float64)
        limits = np.iinfo(dtype)
        held = np.clip(rounded, limits.min, limits.max)
        self._keep(clipped=self.clipped + int(np.count_nonzero(held != rounded)))
        return held.astype(dtype)


def _turn(path: Path, header: InrHeader, cpu: str) -> None:
    """Turns a file of frames one after another into one with V fastest, some pixels at a time."""
    turned = path.with_name(path.name + ".turned")
    pixels, frames = math.prod(header.shape[:3]), header.shape[3]
    many = max(1, _TURNED // (frames * header.dtype.itemsize))
    try:
        with FileIO(path) as source, turned.open("wb") as out:
            out.write(write_header(replace(header, frames_first=False), cpu))
            for first in range(0, pixels, many):
                columns = np.empty((frames, min(many, pixels - first)), header.dtype)
                for k, row in enumerate(columns):
                    source.seek(header.length + (k * pixels + first) * header.dtype.itemsize)
                    source.readinto(row.view(np.uint8).data)
                out.write(np.ascontiguousarray(columns.T).data)
        turned.replace(path)
    finally:
        with contextlib.suppress(OSError):
            turned.unlink(missing_ok=True)
