"""The catalogue: every stream there is, one line each. A new stimulus is its own file and one line here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .core import recipe as _recipe
from .core.errors import FormatError as _FormatError
from .core.knob import knobs as _knobs
from .core.layer import Layer as _Layer
from .core.sequence import SequenceStream as SequenceStream
from .core.stream import Blank as Blank
from .core.stream import Stream as Stream
from .files.arrays import NumpyReader as NumpyReader
from .files.events import EventReader as EventReader
from .files.format import HEAD_BYTES as _HEAD_BYTES
from .files.format import Format as _Format
from .files.images import ImageSequence as ImageSequence
from .files.inr import InrImageStreamer as InrImageStreamer
from .files.inr_files import InrImageFileStreamer as InrImageFileStreamer
from .files.inr_writer import InrImageStreamWriter as InrImageStreamWriter
from .files.stored import existing as _existing
from .files.video import VideoReader as VideoReader
from .files.video_writer import VideoWriter as VideoWriter
from .stimuli.digits import MNISTStream as MNISTStream
from .stimuli.digits import PoissonMNISTStream as PoissonMNISTStream
from .stimuli.nmnist import PseudoNMNIST as PseudoNMNIST
from .stimuli.noise import RandomStream as RandomStream
from .stimuli.processing import ProcessingStream as ProcessingStream
from .stimuli.repeating import RepeatingStream as RepeatingStream
from .stimuli.resample import TimedResampleStream as TimedResampleStream
from .stimuli.saccades import SaccadeStream as SaccadeStream
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

    The parameters are those of the stream; without `size` (and `offset`) the whole picture is shown, where the stream by itself
    would show a part of it. Raises `DataMissing` where no file is, and `FormatError` for a suffix that
    nobody reads and for bytes that are not what the suffix says.

    >>> film = ImageSequence.example()
    >>> open(film.filenames.replace("*", "1"), size=(3, 4)).size
    (3, 4)
    >>> open(film.filenames.replace("*", "1")).size == film.replace(size=None).size
    True
    """
    file = _existing(Path(path))
    with file.open("rb") as raw:
        start = raw.read(_HEAD_BYTES)
    named = [one for one in formats() if file.name.lower().endswith(one.suffixes)]
    for one in named:
        if one.sniff(start):
            whole = {"size": None} if "size" in _knobs(one.reader) and "offset" not in parameters else {}
            return one.reader(os.fspath(path), **whole | parameters)
    raise _unread(file, start, named)


def _unread(file: Path, start: bytes, named: list[_Format]) -> _FormatError:
    """Says what the bytes look like, and what the file should be called."""
    found = next((one for one in formats() if one.sniff(start)), None)
    looks = f"look like {found.name}" if found else f"begin {start[:12]!r}"
    remedy = f"call it {file.stem}{found.suffixes[0]}" if found else "write it again, or mend its suffix"
    if named:
        kinds = " or ".join(one.name for one in named)
        return _FormatError(f"{file}: its bytes {looks}, are not {kinds} as {file.suffix!r} says; {remedy}.")
    known = " ".join(sorted({suffix for one in formats() for suffix in one.suffixes}))
    return _FormatError(f"{file}: {file.suffix!r}, is not one of {known} (its bytes {looks}); {remedy}.")


def from_recipe(recipe: object, *own_classes: type[Stream | _Layer], arrays: Iterable[object] = ()) -> Any:
    """Gives the stream that a recipe (a dict, as `stream.recipe()` gives it) makes.

    Only streams of the catalogue, models and filters of this package and classes handed in can be built. Arrays that
    the recipe holds only by hash are handed in too. Raises `RecipeError`, or what the class raises for its parameters.

    >>> film = RandomStream((4, 5), seed=7)
    >>> from_recipe(film.recipe()) == film
    True
    """
    known: dict[str, type] = {**catalogue(), **{own.__name__: own for own in own_classes}}
    if not known.keys() >= set(_named(recipe)):
        known = {**layers(), **known}
    return _recipe.build(recipe, known, arrays)


def layers() -> dict[str, type[_Layer]]:
    """Gives every model and filter by name.

    >>> "LowPass" in layers()
    True
    """
    from . import filters, models  # noqa: PLC0415 - they compile: only a recipe that names one waits for that

    found = {name: value for room in (filters, models) for name, value in vars(room).items() if isinstance(value, type)}
    return {name: value for name, value in found.items() if issubclass(value, _Layer)}


def _named(recipe: object) -> Iterator[str]:
    """The names of all classes in a recipe, however deep: no recursion, since a stranger's may have no end."""
    left = [recipe]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            if isinstance(part.get("class"), str):
                yield part["class"]
            left.extend(part.values())
        elif isinstance(part, list | tuple):
            left.extend(part)
