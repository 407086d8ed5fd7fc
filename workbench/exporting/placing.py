"""Placing: where a film may be written, and how what is whole gets its name."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from ..core.errors import DataMissing, KnobError
from .film import Film
from .fingerprint import fingerprint
from .kinds import Kind
from .sink import RECORD, beside

# What a folder of ours has in it, and all that it may have: anything else there is somebody's own.
_FOLDERS = {".zarr": ("zarr.json", re.compile(r"zarr\.json|c")), "": (RECORD, re.compile(r"recipe\.json|frame_\d{7,}\.png"))}
_OLD = ".part.old"  # the folder before, while the new one takes its name
_LONGEST = ".recipe.json.part"  # of the names that an export needs beside the file's own


def refuse_place(target: Path, kind: Kind) -> None:
    """Refuses to write where no folder is, and to replace what is not a file (or folder) of this kind."""
    if not target.parent.is_dir():
        msg = f"save(path) = {str(target)!r}, its folder is not there; make it first: mkdir -p {str(target.parent)!r}."
        raise DataMissing(msg)
    _refuse_name(target)
    for place in (target, beside(target, ".part"), beside(target, _OLD)):
        if place.exists() and not _replaceable(place, kind):
            what = "there, and no film of ours alone" if kind.suffix in _FOLDERS else "a folder"
            msg = f"save(path) = {str(target)!r}, {place.name} is {what} (it would be replaced); give another name."
            raise KnobError(msg)


def _refuse_name(target: Path) -> None:
    try:
        os.lstat(beside(target, _LONGEST))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else error
        msg = f"save(path) = {str(target)!r}, is not a name that a file and {_LONGEST} beside it can have ({told}); give another."
        raise KnobError(msg) from error


def _replaceable(place: Path, kind: Kind) -> bool:
    if kind.suffix not in _FOLDERS:
        return place.is_file()
    if not place.is_dir():
        return False
    mark, own = _FOLDERS[kind.suffix]
    names = {entry.name for entry in place.iterdir() if not entry.name.endswith(".partial")}  # zarr's, where it was killed
    return not names or (mark in names and all(map(own.fullmatch, names)))


def settle(target: Path, kind: Kind, film: Film) -> None:
    """Gives the file its name, and then its recipe: cut off in between, it has none rather than a wrong one."""
    part, record = beside(target, ".part"), beside(target, ".recipe.json")
    renamed = not part.exists()  # by its writer
    fresh = None if kind.inside else _recorded(record, film, target if renamed else part)
    record.unlink(missing_ok=True)
    if not renamed:
        old = beside(target, _OLD)
        if target.is_dir():
            remove(old)  # a kill may have left it, with the film after it in place
            target.replace(old)
        part.replace(target)
        remove(old)
    if fresh is not None:
        fresh.replace(record)


def _recorded(record: Path, film: Film, whole: Path) -> Path:
    """Writes the recipe of a whole file, not yet by its name."""
    fresh = beside(record, ".part")
    try:
        fresh.write_text(json.dumps({**film.record, "file": fingerprint(whole)}))
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def remove(path: Path) -> None:
    """Removes a file, link or folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
