"""Alone: one export at a time to one place."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..core.errors import FormatError, KnobError
from .sink import beside

if sys.platform != "win32":
    import fcntl


@contextlib.contextmanager
def alone(target: Path) -> Iterator[None]:
    """Holds `path.part.lock`, which a kill lets go of. There is no lock on Windows, nor on network disks that have none.

    Raises `KnobError` where another export to that path has it, `FormatError` for a folder that cannot be written in.
    """
    if sys.platform == "win32":
        yield
        return
    place = beside(target, ".part.lock")
    with _opened(place) as file:
        if not _taken(file, place):
            msg = f"save(path) = {str(target)!r}, is being written by another export; wait for its end, or give another name."
            raise KnobError(msg)
        try:
            yield
        finally:
            place.unlink(missing_ok=True)


def _opened(place: Path) -> IO[bytes]:
    try:
        return place.open("wb")
    except OSError as error:
        msg = f"{place}: could not be written ({error}); mend the folder, or save to another."
        raise FormatError(msg) from error


if sys.platform != "win32":

    def _taken(file: IO[bytes], place: Path) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a disk without locks
            return True
        # Whoever had it may have removed the file after it was opened here: a third export would make and lock a new one.
        return place.exists() and os.path.samestat(os.fstat(file.fileno()), place.stat())
