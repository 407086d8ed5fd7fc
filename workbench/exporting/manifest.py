"""Manifest: what of an export that was cut off is there already."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from ..core.recipe import content_hash
from .film import Film
from .kinds import Kind
from .placing import remove
from .sink import beside


class Manifest:
    """How many pieces of which film are in the `.part`: a small file beside it, replaced after each piece."""

    def __init__(self, target: Path, kind: Kind, film: Film) -> None:
        self.part, self._file = beside(target, ".part"), beside(target, ".part.json")
        self.keeps = kind.resumable and film.record["recipe"] is not None
        self._job = content_hash({"film": film.record, "chunk": film.chunk, "suffix": kind.suffix})
        self._pieces = film.pieces
        self.clipped = 0

    def done(self) -> int:
        """The number of pieces to keep; where there is none, everything left of another export is removed."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            told = json.loads(self._file.read_text())
            whole = 0 < told["done"] <= self._pieces and self._bytes() >= told["bytes"]
            if self.keeps and told["job"] == self._job and whole:
                self.clipped = int(told["clipped"])
                return int(told["done"])
        self.clear()
        return 0

    def note(self, done: int, clipped: int) -> None:
        if self.keeps:
            fresh = beside(self._file, ".new")
            fresh.write_text(json.dumps({"job": self._job, "done": done, "clipped": clipped, "bytes": self._bytes()}))
            fresh.replace(self._file)

    def clear(self) -> None:
        beside(self._file, ".new").unlink(missing_ok=True)
        self._file.unlink(missing_ok=True)
        remove(self.part)

    def _bytes(self) -> int:
        """The length of the `.part`: a shorter one has lost pieces since. A folder's says nothing."""
        return 0 if self.part.is_dir() else self.part.stat().st_size
