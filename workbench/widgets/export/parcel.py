"""Parcel: a saved film on its way into a page, piece by piece; a folder as one archive."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from ...core.errors import FormatError
from ..worker import Ticket

CEILING = 64_000_000  # bytes that a page is given
PIECE = 1 << 20


class Parcel:
    """The bytes of a file as they are now. A folder is zipped into a temporary folder that `close` removes."""

    def __init__(self, path: Path, ticket: Ticket) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-") if path.is_dir() else None
        self.name, self._path = path.name, path
        if self._folder is not None:
            self.name = f"{path.name}.zip"
            self._path = Path(self._folder.name) / self.name
            try:
                _zip(path, self._path, ticket)
            except BaseException:
                self.close()
                raise
        self._seen = self._look()

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._seen[0]

    def piece(self, offset: int) -> bytes:
        """Gives the bytes from `offset` on, up to `PIECE`; a file that is another one by now is a `FormatError`."""
        with self._path.open("rb") as file:
            if self._look() != self._seen:
                msg = f"{self.name}, is not the file that was exported (it has been changed since); export it again."
                raise FormatError(msg)
            file.seek(offset)
            return file.read(PIECE)

    def close(self) -> None:
        """Removes what was made for it."""
        if self._folder is not None:
            self._folder.cleanup()

    def _look(self) -> tuple[int, int]:
        told = self._path.stat()
        return told.st_size, told.st_mtime_ns


def _zip(folder: Path, target: Path, ticket: Ticket) -> None:
    """Packs without compressing: pictures and chunks are compressed already."""
    with zipfile.ZipFile(target, "w") as archive:
        for one in sorted(folder.rglob("*")):
            ticket.check()
            if one.is_file():
                archive.write(one, f"{folder.name}/{one.relative_to(folder).as_posix()}")
