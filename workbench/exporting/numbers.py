"""Sinks of float32, exact to the last bit: .npy, .npz and .zarr."""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress

import numpy as np
from typing_extensions import override

from ..core.block import Block, to_numpy
from ..files.npy_layout import header
from .extras import needed
from .sink import RECORD, Sink

NEEDS_ZARR = ".zarr files need it"


class NpySink(Sink):
    """One array of known length: every piece goes to where it stays, so those that are there can be kept.

    The array is (time, height, width), in colour (…, 3), and for other channels a block.
    """

    @override
    def open(self) -> None:
        shape = self.film.shape
        self._block = self.film.stream.channels not in (1, 3)
        if self._block:
            shape = (1, shape[3], *shape[:3])
        start = header(shape)
        self._offset, self._frame = len(start), 4 * int(np.prod(self.film.stream.size))
        self._array = self.file = self.part.open("r+b" if self.resumed else "w+b")
        self._array.write(start)

    @override
    def put(self, start: int, block: Block) -> None:
        if not self._block:
            self._write(start * block.shape[1], to_numpy(block))
            return
        for channel, frames in enumerate(block[0].numpy()):
            self._write(channel * self.film.frames + start, frames)

    def _write(self, frame: int, numbers: np.ndarray) -> None:
        self._array.seek(self._offset + frame * self._frame)
        self._array.write(np.ascontiguousarray(numbers, "<f4").data)
        self._array.flush()


class NpzSink(Sink):
    """An archive of the array `frames`, not compressed, and of the recipe."""

    @override
    def open(self) -> None:
        self.need_pictures()
        shape = self.film.shape
        self._archive = zipfile.ZipFile(self.part, "w")
        self._member = self._archive.open(_dated("frames.npy"), "w", force_zip64=True)
        self._member.write(header(shape))

    @override
    def put(self, start: int, block: Block) -> None:
        self._member.write(np.ascontiguousarray(to_numpy(block), "<f4").data)

    @override
    def finish(self) -> None:
        self._member.close()
        self._archive.writestr(_dated(RECORD), json.dumps(self.film.record))
        self._archive.close()

    @override
    def abandon(self) -> None:
        with suppress(OSError, ValueError):
            self._member.close()
        with suppress(OSError, ValueError):
            self._archive.close()


class ZarrSink(Sink):
    """A chunked array (time, height, width[, channel]) of Zarr format 3, one chunk for each piece."""

    needs = "zarr"

    @override
    def open(self) -> None:
        zarr = needed(self.needs, NEEDS_ZARR)
        for half in self.part.rglob("*.partial"):  # a chunk that was being written when its process was killed
            half.unlink()
        if self.resumed:
            self._array = zarr.open_array(self.part, mode="r+")
            return
        shape = self.film.shape
        self._array = zarr.create_array(
            self.part,
            shape=shape,
            chunks=(self.film.chunk, *shape[1:]),
            dtype="<f4",
            attributes={"workbench": self.film.record},
            overwrite=True,
        )

    @override
    def put(self, start: int, block: Block) -> None:
        self._array[start : start + block.shape[2]] = to_numpy(block)


def _dated(name: str) -> zipfile.ZipInfo:
    """A member without the time of writing: the same film makes the same bytes."""
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
