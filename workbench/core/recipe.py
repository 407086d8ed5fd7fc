"""Recipes: what makes a stream, as JSON. Holds no code, names no class but those handed in.

    {"schema": 1, "class": "RandomStream", "parameters": {"size": [50, 50], …, "seed": 7}}

A stream within a stream is such a dict without `schema`. An array is `{"array": {"shape", "sha256"}}`, with its
bytes as `"base64"` where they are few.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .block import Block, as_block
from .cast import shown
from .errors import RecipeError

SCHEMA = 1
INLINE_BYTES = 1 << 16
_HAND_IN = "from_recipe(recipe, arrays=[it])"

Recipe = dict[str, Any]


def data_hash(block: Tensor) -> str:
    """Gives the SHA-256 of a block: its shape and its bytes as little-endian float32."""
    array = np.ascontiguousarray(block.detach().cpu().numpy(), "<f4")
    return hashlib.sha256(repr(array.shape).encode() + array.tobytes()).hexdigest()


def content_hash(recipe: Recipe) -> str:
    """Gives the SHA-256 of a recipe: equal for recipes that say the same, whatever their order of keys.

    >>> content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(json.dumps(recipe, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def write(what: Any) -> Recipe:
    """Gives the recipe of a declared object; what JSON cannot hold is a `RecipeError` that names it."""
    return {"schema": SCHEMA, **_write(what, type(what).__name__)}


def build(recipe: object, classes: Mapping[str, type], arrays: Iterable[object] = ()) -> Any:
    """Gives the object that a recipe makes, of one of the `classes`; `arrays` are found by their hash."""
    if not isinstance(recipe, dict) or recipe.get("schema") != SCHEMA:
        found = shown(recipe.get("schema")) if isinstance(recipe, dict) else type(recipe).__name__
        msg = f"recipe schema = {found}, is not {SCHEMA} (the only one this version knows); update the workbench."
        raise RecipeError(msg)
    blocks = [as_block(one, "array") for one in arrays]
    try:
        return _build({key: recipe[key] for key in recipe if key != "schema"}, classes, blocks)
    except RecursionError:
        msg = "recipe = lists or streams within each other, is not nested within reason; take it from stream.recipe()."
        raise RecipeError(msg) from None


def _write(what: Any, place: str) -> Recipe:
    values = {name: _encode(value, f"{place}.{name}") for name, value in what.given().items()}
    return {"class": type(what).__name__, "parameters": values}


def _encode(value: Any, place: str) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list):
        return [_encode(one, f"{place}[{k}]") for k, one in enumerate(value)]
    if isinstance(value, Tensor):
        return {"array": _encode_array(value)}
    if hasattr(value, "recipe"):
        return {key: part for key, part in value.recipe().items() if key != "schema"}
    kind = getattr(value, "__name__", type(value).__name__)
    msg = f"{place} = {kind}, is nothing that JSON can hold; rebuild this stream in code, or leave {place} out."
    raise RecipeError(msg)


def _encode_array(block: Tensor) -> Recipe:
    entry: Recipe = {"shape": list(block.shape), "sha256": data_hash(block)}
    if block.numel() * 4 <= INLINE_BYTES:
        raw = np.ascontiguousarray(block.detach().cpu().numpy(), "<f4").tobytes()
        entry["base64"] = base64.b64encode(raw).decode()
    return entry


def _build(recipe: Recipe, classes: Mapping[str, type], blocks: list[Tensor]) -> Any:
    name, values = recipe.get("class"), recipe.get("parameters")
    if set(recipe) != {"class", "parameters"} or not isinstance(values, dict):
        msg = f"recipe keys = {sorted(map(str, recipe))}, are not class and parameters; take it from stream.recipe()."
        raise RecipeError(msg)
    if not isinstance(name, str) or name not in classes:
        msg = f"recipe class = {shown(name)}, is not in the catalogue; hand your own class to from_recipe(recipe, YourClass)."
        raise RecipeError(msg)
    cls = classes[name]
    fields = {field: _decode(value, classes, blocks, f"{name}.{field}") for field, value in values.items()}
    try:
        return cls(**fields)
    except TypeError as error:
        told = sorted(map(str, fields))
        msg = f"recipe parameters of {name} = {told}, are not what it takes ({error}); take it from stream.recipe()."
        raise RecipeError(msg) from error


def _decode(value: Any, classes: Mapping[str, type], blocks: list[Tensor], place: str) -> Any:
    if isinstance(value, list):
        return tuple(_decode(one, classes, blocks, place) for one in value)
    if isinstance(value, dict):
        return _decode_array(value["array"], blocks, place) if "array" in value else _build(value, classes, blocks)
    return value


def _decode_array(entry: Any, blocks: list[Tensor], place: str) -> Block:
    if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
        msg = f"{place} = {shown(entry)}, is not an array with shape and sha256; take it from stream.recipe()."
        raise RecipeError(msg)
    candidates = [*blocks, _inline(entry, place)] if "base64" in entry else blocks
    for block in candidates:
        if data_hash(block) == entry["sha256"]:
            return block
    array = f"array {shown(entry.get('shape'))} sha256 {entry['sha256'][:12]}…"
    msg = f"{place} = {array}, is not in the recipe; hand it in: {_HAND_IN}."
    raise RecipeError(msg)


def _inline(entry: Recipe, place: str) -> Block:
    try:
        if len(entry["base64"]) > 2 * INLINE_BYTES:
            msg = f"{place} = array, its base64 has more than {2 * INLINE_BYTES} characters; hand it in: {_HAND_IN}."
            raise RecipeError(msg)
        raw = base64.b64decode(entry["base64"], validate=True)
        return torch.from_numpy(np.frombuffer(raw, "<f4").reshape(entry["shape"]).astype(np.float32))
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        msg = f"{place} = array, its bytes do not fit its shape ({error}); take it from stream.recipe()."
        raise RecipeError(msg) from error
