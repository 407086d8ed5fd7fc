"""Place: the file that a bare name and a kind mean. A page names no folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from ...core.errors import KnobError
from ...exporting.extras import INSTALL, is_there
from ...exporting.kinds import KINDS, kind_of

_NAME = re.compile(r"\w[\w.-]{0,99}")


def kinds() -> list[dict[str, Any]]:
    """Gives every kind of file that a film is saved as, for a page; `missing` says what to install for it."""
    return [
        {
            "suffix": kind.suffix,
            "meaning": kind.meaning.replace("`", ""),
            "exact": kind.exact,
            "missing": "" if is_there(kind.sink.needs) else f"needs {kind.sink.needs}: {INSTALL}",
        }
        for kind in KINDS
    ]


def place(name: str, suffix: str) -> Path:
    """Gives the path of a bare file name in the kernel's folder; the suffix is added where it is not there.

    Anything but letters, digits, - _ and . in the name is a `KnobError`, and so is one that means another kind of file.

    >>> place("noise", ".npy").name, place("noise.npy", ".npy").name
    ('noise.npy', 'noise.npy')
    """
    if not _NAME.fullmatch(name) or ".." in name or name.endswith("."):
        what = "is not a file name of letters, digits, - _ and . alone (no folder, no blank)"
        msg = f"name = {name[:100]!r}, {what}; give for example noise."
        raise KnobError(msg)
    kind = next((one for one in KINDS if one.suffix == suffix), None)
    if kind is None:
        msg = f"kind = {suffix[:40]!r}, is not one of {' '.join(one.suffix for one in KINDS if one.suffix)}; reload the page."
        raise KnobError(msg)
    path = Path(folder()) / (name if suffix and name.lower().endswith(suffix) else name + suffix)
    if kind_of(path) is not kind:
        what = "is a name for another kind of file than the one chosen"
        msg = f"name = {path.name!r}, {what}; leave its ending out."
        raise KnobError(msg)
    return path


def folder() -> str:
    """Gives the kernel's working directory, or nothing where it was removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - a text is what is wanted
    except OSError:
        return ""


def size_of(path: Path) -> int:
    """Gives the bytes of a file, or of all files in a folder."""
    return path.stat().st_size if path.is_file() else sum(one.stat().st_size for one in path.rglob("*") if one.is_file())


def sized(count: int) -> str:
    """Gives a number of bytes as text.

    >>> sized(10_000_000), sized(999), sized(999_999)
    ('10 MB', '999 B', '1 MB')
    """
    number, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if float(f"{number:.3g}") < 1000:
            break
        number, unit = number / 1000, larger
    return f"{float(f'{number:.3g}'):g} {unit}"
