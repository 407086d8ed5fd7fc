"""MNIST, as torchvision fetches it: loaded once, and told apart from rendered digits."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

import torch
from torch import Tensor

from ..core.errors import DataMissing, ExtraMissing, FormatError
from . import idx
from .rendered import marked

PATIENCE: Final = 10.0  # s without an answer until a server counts as absent
_CLASSES: Final = 10


class Digits(NamedTuple):
    """The digits of one split: bytes `(n, height, width)`, classes `(n,)`, and which digits they are."""

    pictures: Tensor
    classes: Tensor
    origin: str


def load(folder: str, train: bool) -> Digits:
    """Gives the digits in `folder`, after torchvision has fetched MNIST into it where there are none.

    They stay in memory for the next stream; treat them as read-only. Raises `DataMissing` (no digits and no network),
    `ExtraMissing` (a torchvision that does not work) or `FormatError` (damaged files).
    """
    raw = Path(folder) / "MNIST" / "raw"
    files = [path(raw, split) for split in idx.SPLITS for path in (idx.images, idx.labels)]
    if not all(path.is_file() for path in files):
        _fetch(folder)
    split = (idx.images(raw, train), idx.labels(raw, train))
    stamps = tuple((path.stat().st_mtime_ns, path.stat().st_size) for path in split)
    return _load(os.path.realpath(folder), train, stamps)


@functools.lru_cache(maxsize=4)
def _load(folder: str, train: bool, _stamps: object) -> Digits:
    raw = Path(folder) / "MNIST" / "raw"
    pictures, classes = (torch.from_numpy(idx.read(path(raw, train)).copy()) for path in (idx.images, idx.labels))
    if pictures.ndim != 3 or classes.ndim != 1:
        msg = f"{idx.images(raw, train)}: {list(pictures.shape)}, are not pictures; remove {raw} and fetch it again."
        raise FormatError(msg)
    classes = classes.long()
    if len(pictures) == 0 or len(pictures) != len(classes) or int(classes.max()) >= _CLASSES:
        msg = (
            f"{idx.labels(raw, train)}: {len(classes)} classes for {len(pictures)} pictures, are not one of 0 to 9 for each; "
            f"remove the folder {raw} and fetch it again."
        )
        raise FormatError(msg)
    recipe = marked(raw)
    origin = "MNIST" if recipe is None else f"rendered digits (n={recipe['n']}, seed={recipe['seed']})"
    return Digits(pictures, classes, origin)


def _fetch(folder: str) -> None:
    mnist = _torchvision().MNIST
    raw = Path(folder) / "MNIST" / "raw"
    made = [path for path in (raw, *raw.parents) if not path.exists()]
    try:
        with _patience(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            mnist(folder, download=True)
    except (OSError, RuntimeError) as error:
        for path in made:
            with contextlib.suppress(OSError):
                path.rmdir()
        reason = " ".join(str(error).split()) or type(error).__name__
        command = f'python -c "from torchvision.datasets import MNIST; MNIST({folder!r}, download=True)"'
        msg = (
            f"data_folder = {folder!r}, holds no digits, and none could be fetched ({reason}). Two ways out: where there is a "
            f"network, {command}; without one, workbench.datasets.rendered_digits({folder!r}) draws digits."
        )
        raise DataMissing(msg) from error


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    """By itself, torchvision would wait for a silent server without end."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _torchvision() -> ModuleType:
    """Imported here only: it takes a second, and one that was built for another torch fails in many ways."""
    try:
        return importlib.import_module("torchvision.datasets")
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        msg = (
            f"torchvision, does not work with torch {torch.__version__} ({error}); install the two together, from one index: "
            "pip install --upgrade --force-reinstall torch torchvision."
        )
        raise ExtraMissing(msg) from error
