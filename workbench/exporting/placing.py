"""Placing: where a film may be written, and how what is whole gets its name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ..core.errors import DataMissing, KnobError
from .film import Film
from .fingerprint import fingerprint
from .kinds import Kind
from .sink import RECORD, beside

_FOLDERS = {".zarr": "zarr.json", "": RECORD}  # what a folder of ours has in it


def refuse_place(target: Path, kind: Kind) -> None:
    """Refuses to write where no folder is, and to replace what is not a file (or folder) of this kind."""
    if not target.parent.is_dir():
        msg = f"save(path) = {str(target)!r}, its folder is not there; make it first: mkdir -p {str(target.parent)!r}."
        raise DataMissing(msg)
    mark = _FOLDERS.get(kind.suffix)
    for place in (target, beside(target, ".part"), beside(target, ".old")):
        if place.exists() and not _replaceable(place, mark):
            what = "a folder" if mark is None else "there, and no film of ours"
            msg = f"save(path) = {str(target)!r}, {place.name} is {what} (it would be replaced); give another name."
            raise KnobError(msg)


def _replaceable(place: Path, mark: str | None) -> bool:
    if mark is None:
        return place.is_file()
    return place.is_dir() and ((place / mark).exists() or not any(place.iterdir()))


def settle(target: Path, kind: Kind, film: Film) -> None:
    """Gives the file its name, and then its recipe: cut off in between, it has none rather than a wrong one."""
    part, record = beside(target, ".part"), beside(target, ".recipe.json")
    renamed = not part.exists()  # by its writer
    fresh = None if kind.inside else _recorded(record, film, target if renamed else part)
    record.unlink(missing_ok=True)
    if not renamed:
        old = beside(target, ".old")
        if target.is_dir():
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
    """Removes a file or folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
