"""Scratch: the one folder in which this process may leave files until it ends."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path


def folder() -> Path:
    """Gives a temporary folder of this process, always the same one, removed when the process ends.

    A child process, forked or spawned, gets its own and leaves its parent's alone.

    >>> folder() == folder() and folder().is_dir()
    True
    """
    return _folder(os.getpid())


def holds(path: str) -> bool:
    """Says whether it is a file that goes away with this process.

    >>> holds(str(folder() / "noise.npy")), holds("noise.npy")
    (True, False)
    """
    return f"workbench-{os.getpid()}-" in path and Path(path).is_relative_to(folder())


@functools.cache
def _folder(process: int) -> Path:
    path = Path(tempfile.mkdtemp(prefix=f"workbench-{process}-"))
    # Not atexit: children of multiprocessing end without it, and a forked child would remove its parent's folder.
    Finalize(None, shutil.rmtree, args=(path,), kwargs={"ignore_errors": True}, exitpriority=0)
    return path
