"""Packed: the bytes of a compressed file, unpacked under a ceiling that is checked before the first one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import IO, Final

from ..core.errors import FormatError

CEILING: Final = 1 << 30  # bytes that a compressed file may unpack to
_DEFLATE_RATIO = 1032  # the most that deflate can do (zlib's technical notes)
_PIECE = 1 << 20


@dataclass(frozen=True)
class Packed:
    """`size` compressed bytes in the file `path`, and what they should unpack to; `source` opens them to be read unpacked."""

    path: Path
    source: Callable[[], AbstractContextManager[IO[bytes]]]
    size: int
    wanted: int = 0

    def check(self) -> None:
        """Refuses by `FormatError` what would unpack beyond the ceiling, or beyond what its bytes can hold."""
        most = min(CEILING, _DEFLATE_RATIO * self.size + 1024)
        if self.wanted > most:
            msg = (
                f"{self.path}: {self.wanted} bytes when unpacked, are more than {most} (the ceiling, or what {self.size} "
                "compressed bytes can hold); unpack it to a plain file first if it is yours."
            )
            raise FormatError(msg)

    def first(self, count: int) -> bytes:
        """Gives the first unpacked bytes, `count` at most."""
        try:
            with self.source() as file:
                return file.read(count)
        except Exception as error:
            raise self._broken(error) from error

    def unpack(self) -> FileIO:
        """Gives a nameless temporary file of the wanted bytes; more or fewer are a `FormatError`."""
        out = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it is handed out open
        try:
            self._copy(out)
        except BaseException:
            out.close()
            raise
        return out

    def _copy(self, out: IO[bytes]) -> None:
        size = 0
        try:
            with self.source() as file:
                while size <= self.wanted and (piece := file.read(_PIECE)):
                    size += len(piece)
                    out.write(piece)
        except Exception as error:  # gzip, zipfile and zlib have a dozen kinds
            raise self._broken(error) from error
        if size != self.wanted:
            msg = f"{self.path}: unpacked at least {size} bytes, are not the {self.wanted} that its header says; write it again."
            raise FormatError(msg)

    def _broken(self, error: Exception) -> FormatError:
        return FormatError(f"{self.path}: cannot be unpacked ({error}); write it again.")
