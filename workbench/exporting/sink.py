"""Sink: where the pieces of a film go; one for each kind of file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import IO, ClassVar

import numpy as np
import numpy.typing as npt

from ..core import pixels
from ..core.block import Block
from ..core.errors import ShapeError
from .film import Film

RECORD = "recipe.json"  # the name of the recipe within a folder or an archive

Picture = npt.NDArray[np.uint8]


class Sink(ABC):
    """Writes a film to `path.part`. `resumed` says that pieces are there already: none of them is written again."""

    needs: ClassVar[str] = ""  # a package of the extra `cluster`
    file: IO[bytes] | None = None

    def __init__(self, film: Film, path: Path, *, resumed: bool) -> None:
        self.film, self.path, self.part, self.resumed = film, path, beside(path, ".part"), resumed
        self.clipped = 0
        self.open()

    @abstractmethod
    def open(self) -> None:
        """Makes the `.part`, or opens the one that is there."""

    @abstractmethod
    def put(self, start: int, block: Block) -> None:
        """Writes a piece; `start` is its first frame within the film."""

    def finish(self) -> None:
        """Completes the `.part`."""
        if self.file is not None:
            self.file.close()

    def abandon(self) -> None:
        """Lets go of open files after a fault."""
        if self.file is not None:
            with suppress(OSError):  # what went wrong first is raised
                self.file.close()

    def bytes(self, block: Block) -> Picture:
        """Gives a piece as bytes (time, height, width, channel), and counts what had to be clipped."""
        frames, clipped = pixels.to_bytes(block, self.film.value_range)
        self.clipped += clipped
        return frames

    def need_pictures(self) -> None:
        """Refuses what no picture can show."""
        channels = self.film.stream.channels
        if channels not in (1, 3):
            msg = f"save(stream).channels = {channels}, is not 1 or 3 (grey or colour); save it as .npy or .zarr."
            raise ShapeError(msg)


def beside(path: Path, ending: str) -> Path:
    """Gives the neighbour of a file that has its name and an ending."""
    return path.with_name(path.name + ending)
