"""Format: what one kind of file is called, how its bytes begin, and who reads and writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..core.stream import Stream
from ..core.writer import Writer

HEAD_BYTES = 4096


@dataclass(frozen=True)
class Format:
    """One kind of file; each module of `files` declares its own as `FORMAT`.

    `suffixes` are lower case, with their dot, the usual one first. `sniff` tells from the first `HEAD_BYTES` of a file
    whether it is of this kind. `reader` takes the path first. `exact` says that frames come back as they were written.
    """

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    reader: type[Stream]
    writer: type[Writer] | None = None
    exact: bool = True
