"""Inbox: files that a browser sends piece by piece, in a folder of their own. Of a name it takes letters, never a path."""

from __future__ import annotations

import dataclasses
import re
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Final

from ...core import scratch
from ...core.errors import FormatError, KnobError

MOST_OF_A_FILE: Final = 128 * 2**20
MOST_IN_ALL: Final = 256 * 2**20
MOST_FILES: Final = 500
MOST_OF_A_NAME: Final = 120  # bytes

_NOT_PLAIN = re.compile(r"[^\w.-]+")
_FROM_CODE = "open it from code: workbench.bench(workbench.open(path))."


@dataclasses.dataclass
class Arrival:
    """A file under way: its name here, how many bytes it was said to have, and how many came."""

    name: str
    size: int
    received: int = 0


class Inbox:
    """Takes files within its ceilings, keeps them in a temporary folder, and removes them with it.

    >>> inbox = Inbox()
    >>> cat = inbox.begin("my cat.png", 3)
    >>> inbox.take(cat, 0, b"abc")
    >>> inbox.finish(cat).name
    'my_cat.png'
    >>> inbox.close()
    """

    def __init__(self, most_of_a_file: int = MOST_OF_A_FILE, most_in_all: int = MOST_IN_ALL) -> None:
        self._most_of_a_file = most_of_a_file
        self._most_in_all = most_in_all
        self._sizes: dict[str, int] = {}
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder, made when it is first needed."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="gallery-", dir=scratch.folder()))
        return self._folder

    def begin(self, name: str, size: int) -> Arrival:
        """Makes room for a file, or raises `KnobError`: no base name, too large, too many."""
        file = numbered(plain(name), self._sizes)
        if size > self._most_of_a_file:
            msg = f"{file} = {_megabytes(size)}, is more than {_megabytes(self._most_of_a_file)} (one file); {_FROM_CODE}"
            raise KnobError(msg)
        held = sum(self._sizes.values())
        if held + size > self._most_in_all or len(self._sizes) >= MOST_FILES:
            most = f"{_megabytes(self._most_in_all)} in {MOST_FILES} files"
            msg = f"{file} = {_megabytes(size)}, is too much beside the {_megabytes(held)} that are here ({most}); remove a card."
            raise KnobError(msg)
        self._part(file).write_bytes(b"")
        self._sizes[file] = size
        return Arrival(file, size)

    def take(self, arrival: Arrival, at: int, data: bytes | memoryview) -> None:
        """Adds the next piece; one out of its place, or past the end of the file, is a `FormatError`."""
        if at != arrival.received or at + len(data) > arrival.size:
            msg = (
                f"{arrival.name}: bytes {at} to {at + len(data)}, are not what comes next "
                f"(byte {arrival.received} of {arrival.size}); send it again."
            )
            raise FormatError(msg)
        with self._part(arrival.name).open("ab") as part:
            part.write(data)
        arrival.received += len(data)

    def finish(self, arrival: Arrival) -> Path:
        """Gives the whole file; one of which something is missing is a `FormatError`."""
        if arrival.received != arrival.size:
            msg = f"{arrival.name}, is {arrival.received} bytes of {arrival.size} (it did not come whole); send it again."
            raise FormatError(msg)
        return self._part(arrival.name).rename(self.folder / arrival.name)

    def remove(self, name: str) -> None:
        """Removes a file, whole or not."""
        if self._sizes.pop(name, None) is not None:
            self._part(name).unlink(missing_ok=True)
            (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Removes everything."""
        self._sizes.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _part(self, name: str) -> Path:
        return self.folder / f".{name}"  # no finished file begins with a dot


def plain(name: str) -> str:
    r"""Gives a file's name of letters, digits and `- _ .` only; what is no base name is a `KnobError`.

    >>> plain("Bild [3] größer.png"), plain(".hidden"), len(plain("a" * 999 + ".npy"))
    ('Bild_3_größer.png', '_hidden', 120)
    """
    if not name or any(mark in name for mark in "/\\\0"):
        msg = f"upload.name = {name[:40]!r}, is not a base name (a name without folders); rename the file."
        raise KnobError(msg)
    safe = _NOT_PLAIN.sub("_", name).encode()[-MOST_OF_A_NAME:].decode(errors="ignore")
    return re.sub(r"^\.+", "_", safe)


def numbered(name: str, taken: Collection[str]) -> str:
    """Gives the name, with a number where it is taken (in capitals or not).

    >>> numbered("cat.inr.gz", ["cat.inr.gz", "CAT-2.inr.gz"])
    'cat-3.inr.gz'
    """
    stem, dot, suffixes = name.partition(".")
    there = {one.casefold() for one in taken}
    number, free = 1, name
    while free.casefold() in there:
        number += 1
        free = f"{stem}-{number}{dot}{suffixes}"
    return free


def _megabytes(count: int) -> str:
    return f"{count / 2**20:.3g} MB"
