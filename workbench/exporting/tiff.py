"""TIFF of float32: the pages of a film as ImageJ keeps a hyperstack, one for each channel of each frame.

Formats: TIFF 6.0, and BigTIFF where that is more than 4 GB, little-endian; ImageJ's lines in the first description.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from ..core.block import Block
from ..core.errors import FormatError
from .film import Film
from .numbers import PlacedSink

_CLASSIC: Final = b"II*\0"
_BIG: Final = b"II+\0\x08\0\0\0"
_IMAGEJ: Final = b"ImageJ="
_RECORD: Final = b"\nworkbench="
_LIMIT = 1 << 32  # bytes that the offsets of a TIFF reach
_LISTED = 512  # bytes that a page takes in the list of pages, at most
_AT_ONCE = 1 << 15  # pages listed at a time
_ASCII, _SHORT, _LONG, _RATIONAL, _LONG8 = 2, 3, 4, 5, 16

Entries = list[tuple[int, int, int, int]]  # tag, type, count, value


class TiffSink(PlacedSink):
    """Header and description, then the numbers of all pages one behind the other, then the list of the pages."""

    @override
    def begin(self) -> int:
        rows, columns = self.film.stream.size
        self._text = _description(self.film)
        self._pages, self._bytes = self.film.frames * self.film.stream.channels, 4 * rows * columns
        self._big = self._pages * (self._bytes + _LISTED) + len(self._text) >= _LIMIT
        mark, word = (_BIG, "<Q") if self._big else (_CLASSIC, "<I")
        per_degree = Fraction(self.film.stream.pixel_per_degree).limit_denominator(1 << 16)
        self._resolution = struct.pack("<II", max(1, min(per_degree.numerator, _LIMIT - 1)), per_degree.denominator)
        self._start = len(mark) + struct.calcsize(word) + len(self._resolution) + len(self._text)
        self._end = self._start + self._pages * self._bytes
        return self.headed(mark + struct.pack(word, self._end) + self._resolution + self._text)

    @override
    def put(self, start: int, block: Block) -> None:
        self.write(start * block.shape[1], block[0].transpose(0, 1).numpy())

    @override
    def finish(self) -> None:
        self._array.seek(self._end)
        for pages in self._directories():
            self._array.write(pages.tobytes())
        super().finish()

    def _directories(self) -> Iterator[npt.NDArray[Any]]:
        """The list of the pages; the first alone has the description."""
        text = (270, _ASCII, len(self._text), self._start - len(self._text))
        first = self._listed(0, 1, sorted([*self._entries(), text]), self._end)
        place = self._end + first.nbytes
        yield first
        for page in range(1, self._pages, _AT_ONCE):
            pages = self._listed(page, min(page + _AT_ONCE, self._pages), self._entries(), place)
            place += pages.nbytes
            yield pages

    def _entries(self) -> Entries:
        rows, columns = self.film.stream.size
        place = _LONG8 if self._big else _LONG
        # Eight bytes stand in the entry itself where that has room for them.
        resolution = int.from_bytes(self._resolution, "little") if self._big else self._start - len(self._text) - 8
        return [
            (256, _LONG, 1, columns),
            (257, _LONG, 1, rows),
            (258, _SHORT, 1, 32),  # bits
            (259, _SHORT, 1, 1),  # not compressed
            (262, _SHORT, 1, 1),  # black is zero
            (273, place, 1, 0),  # where the page lies
            (277, _SHORT, 1, 1),  # sample a pixel
            (278, _LONG, 1, rows),  # in one strip
            (279, place, 1, self._bytes),
            (282, _RATIONAL, 1, resolution),
            (283, _RATIONAL, 1, resolution),
            (296, _SHORT, 1, 1),  # of a unit that ImageJ's lines tell
            (339, _SHORT, 1, 3),  # floats
        ]

    def _listed(self, start: int, stop: int, entries: Entries, place: int) -> npt.NDArray[Any]:
        """The list of some pages, to stand at byte `place`."""
        count, word = ("<u8", "<u8") if self._big else ("<u2", "<u4")
        entry = np.dtype([("tag", "<u2"), ("type", "<u2"), ("count", word), ("value", word)])
        pages = np.zeros(stop - start, [("count", count), ("entries", entry, len(entries)), ("next", word)])
        pages["count"], pages["entries"] = len(entries), np.array(entries, entry)
        numbers = np.arange(start, stop, dtype=np.int64)
        pages["entries"]["value"][:, [one[0] for one in entries].index(273)] = self._start + numbers * self._bytes
        pages["next"] = place + pages.itemsize * np.arange(1, stop - start + 1)
        if stop == self._pages:
            pages["next"][-1] = 0
        return pages


def recorded(path: Path, most: int) -> str | None:
    """Gives what a TIFF of ours says of its film (its first `most` bytes); None for another file."""
    with path.open("rb") as file:
        start = file.read(most)
    text = start[24 if start.startswith(_BIG) else 16 :].partition(b"\0")[0]
    before, found, record = text.partition(_RECORD)
    ours = start.startswith((_CLASSIC, _BIG)) and before.startswith(_IMAGEJ) and found
    return record.decode(errors="replace") if ours else None


def numbers(path: Path, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Gives the pages of a TIFF of ours as an array of that shape, (time, channel, height, width)."""
    with path.open("rb") as file:
        head = file.read(16)
        end = struct.unpack("<Q", head[8:])[0] if head.startswith(_BIG) else struct.unpack("<I", head[4:8])[0]
        start = end - 4 * math.prod(shape)
        if start < len(head) or path.stat().st_size <= end:
            msg = f"{path}: its list of pages at byte {end}, does not fit {shape} (it is cut off or changed); save it again."
            raise FormatError(msg)
        return np.fromfile(file, "<f4", math.prod(shape), offset=start - len(head)).reshape(shape)


def _description(film: Film) -> bytes:
    """ImageJ's lines, and the recipe; the numbers begin on a multiple of 8 bytes."""
    channels, (low, high) = film.stream.channels, film.value_range
    lines = {
        "images": film.frames * channels,
        "channels": channels,
        "frames": film.frames,
        "hyperstack": "true",
        "mode": "composite" if channels == 3 else "grayscale",
        "unit": "deg",
        "finterval": film.stream.dt,
        "loop": "false",
        "min": low,
        "max": high,
    }
    text = _IMAGEJ + b"1.11a\n" + "\n".join(f"{name}={value}" for name, value in lines.items()).encode()
    text += _RECORD + json.dumps(film.record).encode() + b"\n"
    return text + bytes(8 - len(text) % 8)
