"""Sinks of float32, exact to the last bit: .npy, .npz, .h5 and .zarr."""

from __future__ import annotations

import json
import re
import zipfile
from abc import abstractmethod
from contextlib import suppress
from typing import Any

import numpy as np
from typing_extensions import override

from ..core.block import Block, to_numpy
from ..files.npy_layout import header
from .extras import needed
from .sink import RECORD, Sink

NEEDS_ZARR = ".zarr files need it"
NEEDS_H5 = ".h5 files need it"
FRAMES = "frames"  # the name of the array within an archive
_REASON = re.compile(r"error message = '([^']*)'")


class PlacedSink(Sink):
    """Numbers of known length in one stretch: every piece goes to where it stays, so those that are there can be kept.

    They are (time, height, width[, channel]); a subclass writes what stands before them, and may order them otherwise.
    """

    @override
    def open(self) -> None:
        self._offset = self.begin()
        self._frame = 4 * int(np.prod(self.film.stream.size))
        self._array = self.file = self.part.open("r+b")

    @abstractmethod
    def begin(self) -> int:
        """Makes the `.part`, or finds the one that is there, and gives the byte where its numbers begin."""

    @override
    def put(self, start: int, block: Block) -> None:
        self.write(start * block.shape[1], to_numpy(block))

    def headed(self, head: bytes) -> int:
        """Begins the `.part` with a head that is always the same, and gives its length."""
        with self.part.open("r+b" if self.resumed else "wb") as file:
            file.write(head)
        return len(head)

    def write(self, frame: int, numbers: np.ndarray) -> None:
        """Writes numbers behind so many frames of one channel."""
        self._array.seek(self._offset + frame * self._frame)
        self._array.write(np.ascontiguousarray(numbers, "<f4").data)
        self._array.flush()


class NpySink(PlacedSink):
    """The array is (time, height, width), in colour (…, 3), and for other channels a block."""

    @override
    def begin(self) -> int:
        shape = self.film.shape
        self._block = self.film.stream.channels not in (1, 3)
        return self.headed(header((1, shape[3], *shape[:3]) if self._block else shape))

    @override
    def put(self, start: int, block: Block) -> None:
        if not self._block:
            super().put(start, block)
            return
        for channel, frames in enumerate(block[0].numpy()):
            self.write(channel * self.film.frames + start, frames)


class H5Sink(PlacedSink):
    """The HDF5 dataset `frames`, its recipe as the attribute `workbench`.

    The numbers are not compressed and lie together, time slowest, in room that is taken at once: the file's own pages
    never change again, so that a kill leaves a sound file. Compressed, noise would be 0.8 of it at a tenth of the speed.
    """

    needs = "h5py"

    @override
    def begin(self) -> int:
        h5py = needed(self.needs, NEEDS_H5)
        try:
            if not self.resumed:
                self._make(h5py)
            with h5py.File(self.part, "r") as file:
                return int(file[FRAMES].id.get_offset())
        except (OSError, RuntimeError) as error:  # a full disk comes as either, in a page of text
            told = _REASON.search(str(error))
            raise OSError(told[1] if told else str(error)) from error

    def _make(self, h5py: Any) -> None:
        placed = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        placed.set_layout(h5py.h5d.CONTIGUOUS)
        placed.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        placed.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        placed.set_obj_track_times(False)
        with h5py.File(self.part, "w") as file:
            array = file.create_dataset(FRAMES, self.film.shape, "<f4", dcpl=placed)
            array.attrs["workbench"] = json.dumps(self.film.record)


class NpzSink(Sink):
    """An archive of the array `frames`, not compressed, and of the recipe."""

    @override
    def open(self) -> None:
        self.need_pictures()
        shape = self.film.shape
        self._archive = zipfile.ZipFile(self.part, "w")
        self._member = self._archive.open(_dated(f"{FRAMES}.npy"), "w", force_zip64=True)
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
