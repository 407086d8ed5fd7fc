"""Writer: frames into a file that is whole, or not there."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from .block import Block, as_block
from .declared import Declared
from .errors import DataMissing, FormatError, KnobError, ShapeError, WorkbenchError

_CACHED = 1 << 16  # numbers


class Writer(Declared, ABC):
    """Takes frames by `put`, writes `name.part`, and renames it to `name` at `close`, once its frame count is checked.

    A file of that name that was there before stays untouched until then. After an exception inside `with`, or a
    kill, what was put is readable in the `.part`. A format defines `write`, `finish` and `count`.
    """

    _final = "write"
    filename: str
    path: ClassVar[Path]  # where the file will be, whatever folder the process moves to
    frames: ClassVar[int]  # put so far
    closed: ClassVar[bool]
    extremes: ClassVar[tuple[float, float]]  # lowest and highest value of the frames being put, and 0

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        self._keep(frames=0, closed=False, path=Path(self.filename).absolute())
        folder = self.path.parent
        if not folder.is_dir():
            msg = f"{self._name}.filename = {self.filename!r}, its folder is not there ({folder}); make it first."
            raise DataMissing(msg)
        if self.path.is_dir():
            msg = f"{self._name}.filename = {self.filename!r}, is a folder; give the name of a file."
            raise KnobError(msg)

    @property
    def _name(self) -> str:
        return type(self).__name__

    @property
    def part(self) -> Path:
        """Where the file is while it is written."""
        return self.path.with_name(self.path.name + ".part")

    @abstractmethod
    def write(self, block: Block) -> None:
        """Writes frames that were checked: finite, and at least one."""

    @abstractmethod
    def finish(self) -> None:
        """Completes the `.part`: nothing more will be written."""

    @abstractmethod
    def count(self) -> int:
        """Gives the number of frames in the finished `.part`, as a reader finds them."""

    def put(self, frames: object) -> None:
        """Writes frames: `(time, height, width)`, `(time, height, width, 3)` or a block, finite numbers only."""
        if self.closed:
            msg = f"{self._name}.put(…), is closed ({self.filename}); make a new writer."
            raise KnobError(msg)
        block = as_block(frames, f"{self._name}.put(frames)")
        values = block.detach().cpu().numpy()
        self._keep(extremes=_extremes(values))
        if not np.isfinite(self.extremes).all():  # NaN goes through min and max
            frame = int(np.isfinite(values).all(axis=(0, 1, 3, 4)).argmin())
            msg = f"{self._name}.put(frames), frame {frame} holds NaN or infinity (no pixel value); replace those first."
            raise ShapeError(msg)
        if block.shape[2]:
            with self._named_faults():
                self.write(block)
            self._keep(frames=self.frames + block.shape[2])

    def close(self) -> None:
        """Completes the file and gives it its name; a writer that got no frames leaves no file."""
        if self.closed:
            return
        self._keep(closed=True)
        with self._named_faults():
            self.finish()
            if self.frames == 0:
                self.part.unlink(missing_ok=True)
                return
            found = self.count()
            if found != self.frames:
                msg = f"{self.part}: {found} frames, are not the {self.frames} that were put; it was not renamed."
                raise FormatError(msg)
            self.part.replace(self.path)

    @contextlib.contextmanager
    def _named_faults(self) -> Iterator[None]:
        """A full disk or a vanished folder by name; the file that was there before is untouched."""
        try:
            yield
        except WorkbenchError:
            raise
        except OSError as error:
            msg = f"{self.part}: frame {self.frames} could not be written ({error}); mend the disk or folder and write again."
            raise FormatError(msg) from error

    def __enter__(self) -> Self:
        """`with` closes the file at the end."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """After an exception the frames so far stay in the `.part`."""
        if kind is None:
            self.close()
        elif not self.closed:
            self._keep(closed=True)
            try:
                with self._named_faults():
                    self.finish()
            except WorkbenchError as fault:  # what went wrong first is raised
                if error is not None:
                    error.add_note(str(fault))


def _extremes(values: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Gives the lowest and highest value, and 0: NaN where there is one. By pieces that stay in the processor's cache."""
    step = max(1, _CACHED // max(1, values[:, :, 0].size)) if values.shape[2] else 1
    pieces = [values[:, :, k : k + step] for k in range(0, values.shape[2], step)]
    spans = np.array([(piece.min(initial=0), piece.max(initial=0)) for piece in pieces] or [(0, 0)])
    return float(spans[:, 0].min()), float(spans[:, 1].max())
