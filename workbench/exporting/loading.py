"""from_file: the stream that a saved file was made of."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .. import streams
from ..core.cast import shown
from ..core.errors import DataMissing, FormatError, RecipeError
from ..core.recipe import content_hash
from ..core.stream import Stream
from .film import SCHEMA
from .fingerprint import fingerprint
from .reading import frames, inside, limited
from .sink import beside


def from_file(path: str | os.PathLike[str], *own_classes: type[Stream], arrays: Iterable[object] = ()) -> Stream:
    """Gives the stream that a file was saved from, at the file's first frame; else a reader of the frames in it.

    `own_classes` and `arrays` are handed to `workbench.from_recipe`. Where the recipe cannot be built (a class or array
    that is not handed in, data that is not there, no recipe at all), the file itself is the stream, its time and degrees
    as saved (a .zarr, .h5 or .tiff comes into memory; a film of events has ON and OFF and ends with the last one).

    Raises `DataMissing` (no such file), `RecipeError` (a recipe of another schema, one changed since it was written, or
    one beside a file that is not the one it was written for), `FormatError` (damaged, or no recipe and no stream that
    reads such a file), `KnobError` (frames that would fill the memory), `ExtraMissing` (.zarr and .h5 need packages of the
    extra `cluster`).
    """
    place = Path(path).absolute()
    if not os.path.exists(place):  # noqa: PTH110 - a name too long for any file is not there, too
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
    text, own = inside(path), beside(path, ".recipe.json")
    lies_beside = text is None and own.exists()
    text = limited(own) if lies_beside else text
    if text is None:
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"{path}: its recipe cannot be read ({type(error).__name__}: {error}); open the file itself by workbench.open."
        raise FormatError(msg) from error
    record = _checked(_of_zarr(record, path) if (path / "zarr.json").exists() else record, path)
    if lies_beside and record.get("file") != fingerprint(path):
        msg = (
            f"{path}: its bytes, are not those that {own.name} was written for (another file, or changed since); save the "
            "film again, or remove that recipe."
        )
        raise RecipeError(msg)
    return record


def _of_zarr(record: Any, path: Path) -> Any:
    own = record.get("attributes") if isinstance(record, dict) else None
    if isinstance(own, dict) and "workbench" in own:
        return own["workbench"]
    msg = f"{path}: holds no recipe, is no film that save wrote; read it by zarr and give its array to SequenceStream."
    raise FormatError(msg)


def _checked(record: Any, path: Path) -> dict[str, Any]:
    told: dict[str, Any] = record if isinstance(record, dict) else {}
    found = told.get("schema", type(record).__name__)
    if found != SCHEMA or type(found) is not int:
        msg = f"{path}: schema = {shown(found)}, is not {SCHEMA} (the only one this version knows); update the workbench."
        raise RecipeError(msg)
    wanted = {"start": int, "frames": int, "t_zero": float, "dt": float, "pixel_per_degree": float, "channels": int}
    wrong = [name for name, kind in wanted.items() if type(told.get(name)) is not kind]
    wrong += [name for name in ("start", "frames") if name not in wrong and not 0 <= told[name] < 1 << 63]
    size = told.get("size")
    wrong += ["size"] * (not isinstance(size, list) or [type(side) for side in size] != [int, int])
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
    try:
        return frames(path, record)
    except (FormatError, OSError) as error:
        msg = f"{path}: its recipe cannot be built and its frames not read ({error}); hand own classes and arrays to from_file."
        raise FormatError(msg) from error
