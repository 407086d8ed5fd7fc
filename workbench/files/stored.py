"""Stored: numbers in a file, read stretch by stretch along time as float32, whatever their type and order."""

from __future__ import annotations

import math
import mmap
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import DataMissing, FormatError
from .layout import Layout

Floats = npt.NDArray[np.float32]

_RESIDENT = 1 << 25  # bytes looked at before the map is let go: what is mapped counts as the process's memory
_PIECE = 1 << 24  # bytes looked at in one go
_MEASURED = 1 << 18  # numbers measured at a time
_NEAR = 1 << 16  # bytes of a frame that lie together, below which frames are read ahead
_AHEAD = 1 << 25  # bytes of frames kept, where every frame is spread over the whole file


class Stored:
    """An array in a file; `parse` gives its layout, or raises what is wrong with the file.

    The file is mapped on first use, until `close`; a compressed one is unpacked into a nameless temporary file. A file
    that changed since is parsed again before it is read, and refused unless its layout is the same.
    """

    def __init__(self, name: str, parse: Callable[[Path], Layout]) -> None:
        self.path, self._parse = existing(name), parse
        self._name = str(self.path)
        self._lock, self._process = threading.RLock(), os.getpid()
        self._stamp = self._seen()
        self.layout = parse(self.path)
        self._range: tuple[float, float] | None = None
        self.close()

    def read(self, start: int, stop: int) -> Floats:
        """Gives the numbers of frames start..stop, their axes in the wanted order, the time axis cut."""
        shape, axis = self.layout.shape, self.layout.axis
        with self._alone():
            numbers = self._numbers().reshape(self.layout.grid)
            spread = len(numbers) > 1 and numbers.strides[1] < _NEAR
            frames = (self._spread if spread else self._cut)(numbers, start, stop)
        return frames.reshape(*shape[:axis], stop - start, *shape[axis + 1 :]).transpose(self.layout.order)

    def range(self) -> tuple[float, float]:
        """Gives the lowest and highest number: of the type for bytes and bits, else measured once; (0, 1) for none."""
        with self._alone():
            numbers = self._numbers()
            if self._range is None:
                self._range = self.layout.limits or self._measured(numbers)
            return self._range

    def close(self) -> None:
        """Lets go of the file; another `read` opens it again."""
        with self._alone():
            self._map: mmap.mmap | None = None
            self._window: tuple[int, Floats] | None = None
            self._looked_at = 0

    def _alone(self) -> AbstractContextManager[object]:
        if self._process != os.getpid():  # forked while another thread had the lock: it is not here to give it back
            self._lock, self._process = threading.RLock(), os.getpid()
        return self._lock

    # the file, as it was

    def _numbers(self) -> npt.NDArray[Any]:
        """Gives all numbers as they are stored, one behind the other, mapped."""
        if self._seen() != self._stamp:
            self._refuse_changed()
        layout, count = self.layout, math.prod(self.layout.shape)
        if not count:
            return np.empty(0, layout.dtype)
        if self._map is None:
            with opened(self.path) if layout.packed is None else layout.packed.unpack() as file:
                self._map = mmap.mmap(file.fileno(), layout.stop, access=mmap.ACCESS_READ)
        return np.frombuffer(self._map, layout.dtype, count, layout.offset)

    def _seen(self) -> tuple[int, int, int]:
        try:
            status = os.stat(self._name)  # noqa: PTH116 - before every read, and twice as fast as the path does it
        except OSError as error:
            msg = f"{self.path}: is gone ({error}); put it back, or open another."
            raise DataMissing(msg) from error
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _refuse_changed(self) -> None:
        stamp, layout = self._seen(), self._parse(self.path)
        if layout != self.layout:
            msg = (
                f"{self.path}: {layout.wanted} {layout.dtype} from byte {layout.offset}, is not the {self.layout.wanted} "
                f"{self.layout.dtype} from byte {self.layout.offset} that was opened (it has changed since); open it anew."
            )
            raise FormatError(msg)
        self.close()
        self._stamp, self.layout, self._range = stamp, layout, None

    # numbers, with the axes before and behind time made one each

    def _cut(self, numbers: npt.NDArray[Any], start: int, stop: int) -> Floats:
        """Gives the frames start..stop, looking at a bounded stretch of the file at a time."""
        wanted = numbers[:, start:stop]
        out = np.empty(wanted.shape, np.float32)
        if len(wanted) == 1:
            wanted, out = wanted[0], out[0]
        many = max(1, _PIECE // wanted.strides[0])
        for k in range(0, len(wanted), many):
            self._convert(wanted[k : k + many], out[k : k + many])
            self._look(min(many, len(wanted) - k) * wanted.strides[0])
        return out.reshape(len(numbers), stop - start, -1)

    def _spread(self, numbers: npt.NDArray[Any], start: int, stop: int) -> Floats:
        """Gives frames of which each is spread over the whole file, from a window that is read ahead."""
        ahead = max(1, _AHEAD // (4 * len(numbers) * numbers.shape[2]))
        low = start // ahead * ahead
        if stop > low + ahead:
            return self._cut(numbers, start, stop)
        if self._window is None or self._window[0] != low:
            self._window = (low, self._cut(numbers, low, min(low + ahead, numbers.shape[1])))
        return self._window[1][:, start - low : stop - low].copy()

    def _convert(self, raw: npt.NDArray[Any], out: Floats) -> None:
        if not self.layout.may_overflow:
            np.copyto(out, raw, casting="unsafe")
            return
        try:
            with np.errstate(over="raise", invalid="ignore"):
                np.copyto(out, raw, casting="unsafe")
                if self.layout.scale:
                    np.ldexp(out, self.layout.scale, out=out)
        except FloatingPointError as error:
            msg = f"{self.path}: holds values beyond ±3.4e38 (float32 cannot hold them); scale them down and write it again."
            raise FormatError(msg) from error

    def _look(self, count: int) -> None:
        """Counts bytes that were looked at, and lets go of the mapped pages when they are many."""
        self._looked_at += count
        if self._looked_at > _RESIDENT and self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
            self._looked_at = 0

    def _measured(self, numbers: npt.NDArray[Any]) -> tuple[float, float]:
        low, high = np.inf, -np.inf
        for k in range(0, len(numbers), _MEASURED):
            raw = numbers[k : k + _MEASURED]
            self._convert(raw, piece := np.empty(len(raw), np.float32))
            self._look(raw.nbytes)
            finite = piece if np.isfinite(piece).all() else piece[np.isfinite(piece)]
            low, high = min(low, finite.min(initial=np.inf)), max(high, finite.max(initial=-np.inf))
        return (float(low), float(high)) if low <= high else (0.0, 1.0)


def existing(name: str | Path) -> Path:
    """Gives the path of a file that is there, whatever folder the process moves to; what is no file is a `DataMissing`."""
    path = Path(name).absolute()
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        msg = f"{name}: {what} (a file of frames was wanted); give the path of the file."
        raise DataMissing(msg)
    return path


def refuse_incomplete(path: str, size: int, stop: int) -> None:
    """Refuses a file of `size` bytes whose header says that it ends at byte `stop`; one still written (.part) may be longer."""
    if size != stop and not (path.endswith(".part") and size > stop):
        msg = f"{path}: ends at byte {size}, is not the {stop} that its header says; write it again, or mend its header."
        raise FormatError(msg)


def opened(path: Path) -> FileIO:
    """Gives a file to be read, without a buffer; `DataMissing` where it is gone or may not be read."""
    try:
        return FileIO(path)
    except OSError as error:
        msg = f"{path}: cannot be opened ({error}); give a file that is there and may be read."
        raise DataMissing(msg) from error


def head(path: Path, count: int) -> bytes:
    """Gives the first bytes of a file, `count` at most."""
    with opened(path) as file:
        return file.read(count)
