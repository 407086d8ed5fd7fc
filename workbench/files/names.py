"""Names: which files a name, a glob or a list of these stands for, in natural order."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from ..core.cast import shown
from ..core.errors import DataMissing, KnobError
from ..core.knob import Knob

FileName = str | os.PathLike[str]
FileNames = Annotated[FileName | Sequence[FileName], Knob(meaning="a file, a glob, or a list of these")]


def given(names: object, owner: str) -> str | tuple[str, ...]:
    """Gives names as a recipe holds them: one text, or a tuple of texts. What is neither is a `KnobError`.

    >>> given(Path("cat.png"), "names"), given(["cat.png", "dog.png"], "names")
    ('cat.png', ('cat.png', 'dog.png'))
    """
    if isinstance(names, str | os.PathLike):
        return _text(names, owner)
    if isinstance(names, bytes | dict | set) or not isinstance(names, Sequence) or not names:
        msg = f"{owner} = {shown(names)}, is not a file name, a glob or a list of these; give for example '*.png'."
        raise KnobError(msg)
    return tuple(_text(name, f"{owner}[{k}]") for k, name in enumerate(names))


def matching(names: str | tuple[str, ...], owner: str) -> tuple[str, ...]:
    """Gives the files of one name or of each name in turn, by their full paths; where there is none, `DataMissing`.

    The matches of a glob come in natural order. A file whose name holds `[`, `*` or `?` is itself before it is a glob.
    """
    found = {name: _files(name, owner) for name in ((names,) if isinstance(names, str) else dict.fromkeys(names))}
    return found[names] if isinstance(names, str) else tuple(file for name in names for file in found[name])


def natural(name: str) -> tuple[list[str | int], str]:
    """Gives what to sort file names by: frame_2 comes before frame_10.

    >>> sorted(["frame_10", "frame_2", "frame_1"], key=natural)
    ['frame_1', 'frame_2', 'frame_10']
    """
    return [int(part) if k % 2 else part for k, part in enumerate(re.split(r"([0-9]+)", name))], name


def _text(name: object, owner: str) -> str:
    text = os.fspath(name) if isinstance(name, str | os.PathLike) else None
    if not isinstance(text, str) or not text or "\0" in text:
        msg = f"{owner} = {shown(name)}, is not a file name; give a text or a Path."
        raise KnobError(msg)
    return str(text)


def _files(name: str, owner: str) -> tuple[str, ...]:
    if _is_file(name):
        return (os.path.abspath(name),)  # noqa: PTH100 - Path.absolute keeps its `..`
    if os.path.isdir(name):  # noqa: PTH112 - as _is_file
        msg = f"{owner} = {shown(name)}, is a folder (files were wanted); give a glob: {_glob_in(name)!r}."
        raise DataMissing(msg)
    if not glob.has_magic(name):
        msg = f"{owner} = {shown(name)}, is not there (looked in {Path(name).absolute().parent}); mend the name."
        raise DataMissing(msg)
    files = sorted(filter(_is_file, glob.glob(name)), key=natural)  # noqa: PTH207 - Path.glob takes no absolute one
    if not files:
        msg = f"{owner} = {shown(name)}, matches no file (looked from {Path.cwd()}); mend the glob, or give a list of files."
        raise DataMissing(msg)
    return tuple(os.path.abspath(file) for file in files)  # noqa: PTH100 - as above


def _glob_in(folder: str) -> str:
    """Gives the glob that matches most of what lies in a folder."""
    suffixes = [path.suffix for path in Path(folder).iterdir() if path.is_file()]
    commonest = max(sorted(set(suffixes)), key=suffixes.count, default="")
    return str(Path(glob.escape(folder), f"*{commonest}"))


def _is_file(name: str) -> bool:
    return os.path.isfile(name)  # noqa: PTH113 - Path.is_file raises for a name that is too long
