"""Where the frames of an INRIMAGE-4 file lie, plain or gzipped."""

from __future__ import annotations

import gzip
import math
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from .inr_header import EARLY_BYTES, MOST_BYTES, InrHeader, read_header
from .layout import Layout
from .packed import Packed
from .stored import head, opened, refuse_incomplete

GZIP_MAGIC: Final = b"\x1f\x8b"


def open_header(path: Path) -> tuple[InrHeader, Packed | None]:
    """Gives the header of a file, and how to unpack the file where it is gzipped."""
    size, start = path.stat().st_size, head(path, MOST_BYTES)
    if not start.startswith(GZIP_MAGIC):
        header = read_header(start, size, str(path))
        refuse_incomplete(str(path), size, header.stop)
        return header, None

    def source() -> IO[bytes]:
        return gzip.open(path)  # type: ignore[return-value]  # it reads as one

    packed = Packed(path, source, size)
    with opened(path) as file:
        file.seek(max(0, size - 4))
        told = int.from_bytes(file.read(4), "little")  # of the last member, modulo 2³²
    header = read_header(packed.first(MOST_BYTES), told, str(path))
    packed = replace(packed, wanted=header.stop)
    packed.check()
    if told != header.stop % 2**32:
        packed.unpack().close()  # several members, or cut off: only unpacking tells
    return header, packed


def inr_layout(header: InrHeader, packed: Packed | None, plane: int | None, *, on_v: bool) -> Layout:
    """Gives where the frames lie, their axes in the order channel, time, height, width."""
    shape, offset = header.shape, header.length
    early = header.length == EARLY_BYTES
    if header.frames_first and (on_v or not early):  # the frames of an early file lie along whatever is time
        axis, order = (0, (1, 0, 2, 3)) if on_v else (1, (0, 1, 2, 3))
        shape = (shape[3], *shape[:3])
    elif on_v:
        axis, order = 3, (0, 3, 1, 2)
        if plane is not None:
            offset += plane * math.prod(shape[1:]) * header.dtype.itemsize
            shape = (1, *shape[1:])
    else:
        axis, order = 0, (3, 0, 1, 2)
    return Layout(offset, header.dtype, shape, axis, order, header.scale, packed)
