"""The catalogue: every stream there is, one line each. A new stimulus is its own file and one line here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .core import recipe as _recipe
from .core.errors import DataMissing as _DataMissing
from .core.errors import FormatError as _FormatError
from .core.sequence import SequenceStream as SequenceStream
from .core.stream import Blank as Blank
from .core.stream import Stream as Stream
from .files.format import HEAD_BYTES as _HEAD_BYTES
from .files.format import Format as _Format
from .files.images import ImageSequence as ImageSequence
from .stimuli.noise import RandomStream as RandomStream
from .stimuli.repeating import RepeatingStream as RepeatingStream
from .stimuli.resample import TimedResampleStream as TimedResampleStream
from .stimuli.timed import TimedSequenceStream as TimedSequenceStream


def catalogue() -> dict[str, type[Stream]]:
    """Gives every stream of the catalogue by name.

    >>> "RandomStream" in catalogue()
    True
    """
    found = {name: value for name, value in globals().items() if isinstance(value, type) and value is not Stream}
    return {name: value for name, value in found.items() if issubclass(value, Stream)}


def formats() -> tuple[_Format, ...]:
    """Gives every kind of file that is read by a stream of the catalogue: the FORMATs of their modules.

    >>> any(".png" in one.suffixes for one in formats())
    True
    """
    modules = dict.fromkeys(sys.modules[stream.__module__] for stream in catalogue().values())
    return tuple(module.FORMAT for module in modules if hasattr(module, "FORMAT"))


def open(path: str | os.PathLike[str], **parameters: Any) -> Stream:  # noqa: A001 - as a file is opened
    """Gives the stream that reads a file: picked by its suffix, and sure of it by its first bytes.

    The parameters are those of the stream. Raises `DataMissing` where no file is, and `FormatError` for a suffix that
    nobody reads and for bytes that are not what the suffix says.

    >>> film = ImageSequence.example()
    >>> open(film.filenames.replace("*", "1"), size=(3, 4)).size
    (3, 4)
    """
    file = _existing(path)
    with file.open("rb") as raw:
        head = raw.read(_HEAD_BYTES)
    named = [one for one in formats() if file.name.lower().endswith(one.suffixes)]
    for one in named:
        if one.sniff(head):
            return one.reader(str(file), **parameters)
    found = [one for one in formats() if one.sniff(head)]
    looks = f"look like {found[0].name} ({found[0].suffixes[0]})" if found else f"begin with {head[:12]!r}"
    if named:
        kinds = " or ".join(one.name for one in named)
        remedy = f"rename it to {file.stem}{found[0].suffixes[0]}" if found else "write it again, or mend its suffix"
        msg = f"{file}: its bytes {looks}, are not {kinds} as {file.suffix} says; {remedy}."
        raise _FormatError(msg)
    known = " ".join(sorted(suffix for one in formats() for suffix in one.suffixes))
    msg = f"{file}: its suffix {file.suffix!r}, is not one of {known}; its bytes {looks}; rename it to what it is."
    raise _FormatError(msg)


def _existing(path: str | os.PathLike[str]) -> Path:
    file = Path(path)
    if not file.is_file():
        what = "is a folder" if file.is_dir() else f"is not there (looked in {file.absolute().parent})"
        msg = f"{file}: {what}, a file was wanted; for many pictures use ImageSequence with a glob."
        raise _DataMissing(msg)
    return file


def from_recipe(recipe: object, *own_classes: type[Stream], arrays: Iterable[object] = ()) -> Any:
    """Gives the stream that a recipe (a dict, as `stream.recipe()` gives it) makes.

    Only classes of the catalogue and those handed in can be built. Arrays that the recipe holds only by hash are
    handed in too. Raises `RecipeError`, or what the class raises for its parameters.

    >>> film = RandomStream((4, 5), seed=7)
    >>> from_recipe(film.recipe()) == film
    True
    """
    return _recipe.build(recipe, catalogue() | {own.__name__: own for own in own_classes}, arrays)
