"""from_file: the stream that a saved file was made of."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from .. import streams
from ..core.block import refuse_too_large
from ..core.cast import shown
from ..core.errors import DataMissing, FormatError, RecipeError
from ..core.recipe import content_hash
from ..core.stream import Stream
from .extras import needed
from .film import SCHEMA
from .numbers import NEEDS_ZARR
from .sink import RECORD, beside

_MOST_BYTES = 1 << 26  # of a recipe


def from_file(path: str | os.PathLike[str], *own_classes: type[Stream], arrays: Iterable[object] = ()) -> Stream:
    """Gives the stream that a file was saved from, at the file's first frame; else a reader of the frames in it.

    `own_classes` and `arrays` are handed to `workbench.from_recipe`. Where the recipe cannot be built (a class or array
    that is not handed in, data that is not there, no recipe at all), the file itself is the stream, its time and degrees
    as saved (a .zarr comes into memory).

    Raises `DataMissing` (no such file), `RecipeError` (a recipe of another schema, or changed since it was written),
    `FormatError` (damaged, or no recipe and no stream that reads such a file).
    """
    place = Path(path).absolute()
    if not place.exists():
        msg = f"{place}, is not there; mend the name, or write it by workbench.save(stream, path)."
        raise DataMissing(msg)
    record = read_record(place)
    if record is None:
        return streams.open(place)
    try:
        if record["recipe"] is None:
            return _reader(place, record)
        stream: Stream = streams.from_recipe(record["recipe"], *own_classes, arrays=arrays)
    except (RecipeError, DataMissing):
        return _reader(place, record)
    stream.seek(record["start"])
    return stream


def read_record(path: Path) -> dict[str, Any] | None:
    """Gives what a saved file says of its film, or None where it says nothing."""
    text = _text(path)
    if text is None:
        return None
    try:
        record = json.loads(text)
        record = record["attributes"]["workbench"] if (path / "zarr.json").exists() else record
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"{path}: its recipe cannot be read ({type(error).__name__}: {error}); open the file itself by workbench.open."
        raise FormatError(msg) from error
    return _checked(record, path)


def _text(path: Path) -> str | None:
    if path.is_dir():
        own = path / ("zarr.json" if (path / "zarr.json").exists() else RECORD)
        return _limited(own) if own.exists() else None
    with suppress(zipfile.BadZipFile, OSError), zipfile.ZipFile(path) as archive:
        if RECORD in archive.namelist():
            with archive.open(RECORD) as member:
                return member.read(_MOST_BYTES).decode()
    record = beside(path, ".recipe.json")
    return _limited(record) if record.exists() else None


def _limited(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES).decode(errors="replace")


def _checked(record: Any, path: Path) -> dict[str, Any]:
    told: dict[str, Any] = record if isinstance(record, dict) else {}
    found = told.get("schema", type(record).__name__)
    if found != SCHEMA:
        msg = f"{path}: schema = {shown(found)}, is not {SCHEMA} (the only one this version knows); update the workbench."
        raise RecipeError(msg)
    wanted = {"start": int, "frames": int, "t_zero": float, "dt": float, "pixel_per_degree": float, "channels": int}
    wrong = [name for name, kind in wanted.items() if type(told.get(name)) is not kind]
    recipe = told.get("recipe")
    if wrong or not isinstance(recipe, dict | None):
        what = ", ".join(wrong) or "recipe"
        msg = f"{path}: {what} in its recipe, is not what save writes; read the file itself by workbench.open."
        raise FormatError(msg)
    if recipe is not None and recipe.get("schema") == SCHEMA and content_hash(recipe) != told.get("sha256"):
        msg = f"{path}: sha256 = {shown(told.get('sha256'))}, is not that of its recipe (it was changed); save it again."
        raise RecipeError(msg)
    if recipe is not None and recipe.get("schema") != SCHEMA:
        streams.from_recipe(recipe)  # refuses it by name
    return told


def _reader(path: Path, record: dict[str, Any]) -> Stream:
    """The file itself as a stream: all of each frame, at the times that they were saved for."""
    dt = record["dt"]
    told: dict[str, Any] = {
        "pixel_per_degree": record["pixel_per_degree"],
        "t_zero": record["t_zero"] + record["start"] * dt,
        "dt": dt,
    }
    if path.suffix == ".inr":
        told["time_dimension"] = "ZDIM"
    if path.suffix in (".mkv", ".mp4", ".gif"):
        told.update(size=None, mode="rgb" if record["channels"] == 3 else "r")
    if (path / "zarr.json").exists():
        return _in_memory(path, told)
    if path.is_dir():
        return streams.ImageSequence(str(path / "frame_*.png"), None, is_color=record["channels"] == 3, **told)
    try:
        return streams.open(path, **told)
    except (FormatError, OSError) as error:
        msg = f"{path}: its recipe cannot be built and its frames not read ({error}); hand own classes and arrays to from_file."
        raise FormatError(msg) from error


def _in_memory(path: Path, told: dict[str, Any]) -> Stream:
    """The frames of a .zarr, all of them: a `KnobError` where they would fill the memory."""
    array = needed("zarr", NEEDS_ZARR).open_array(path, mode="r")
    refuse_too_large(array.shape, f"from_file({str(path)!r})")
    frames = np.asarray(array[:])
    block = frames if frames.ndim == 3 else np.moveaxis(frames, 3, 0)[None]
    return streams.SequenceStream(block, None, max_frames=max(5000, len(frames)), **told)
