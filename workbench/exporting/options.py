"""Options: the parameters of a stream on a command line, made from their Knobs."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .. import streams
from ..core.errors import DataMissing, KnobError, RecipeError
from ..core.knob import Parameter, knobs
from ..core.layer import Layer
from ..core.stream import Stream
from .loading import from_file

Kinds = type[Stream] | type[Layer]


def add_options(parser: argparse.ArgumentParser, cls: type[Stream]) -> None:
    """Adds one option for every parameter that a command line can hold; what is left out keeps its default."""
    group = parser.add_argument_group(f"parameters of {cls.__name__}")
    for one in knobs(cls).values():
        how = _how(one)
        if how is not None:
            group.add_argument(f"--{one.name}", default=argparse.SUPPRESS, required=_required(one), help=_help(one), **how)


def built(cls: type[Stream], given: dict[str, Any]) -> Stream:
    """Gives the stream of the options that were given, of all that the parser found."""
    values = {name: given[name] for name in knobs(cls) if name in given}
    return cls(**{name: _value(knobs(cls)[name], value) for name, value in values.items()})


def source(name: str) -> Stream:
    """Gives the stream that a word stands for: a name of the catalogue, a recipe (.json) or a film's file."""
    if name in streams.catalogue():
        return streams.catalogue()[name]()
    path = Path(name)
    if path.suffix.lower() != ".json":
        if not path.exists():
            known = ", ".join(streams.catalogue())
            msg = f"{name!r}, is no file and no stream; give a file, a recipe (.json), or one of {known}."
            raise DataMissing(msg)
        return from_file(path)
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        msg = f"{name}: no recipe can be read from it ({error}); write it by json.dump(stream.recipe(), file)."
        raise RecipeError(msg) from error
    built_: Stream = streams.from_recipe(told["recipe"] if isinstance(told, dict) and "recipe" in told else told)
    return built_


def _how(one: Parameter) -> dict[str, Any] | None:
    if one.parts:
        return {"type": one.parts[0].type, "nargs": len(one.parts), "metavar": tuple(_short(part) for part in one.parts)}
    if one.choices:
        return {"type": one.type, "choices": one.choices}
    if one.type is bool:
        return {"action": argparse.BooleanOptionalAction}
    if one.type in (int, float, str):
        return {"type": one.type, "metavar": one.type.__name__.upper()}
    if one.kinds:
        return {"type": _number_or_text, "metavar": "NUMBER|TEXT"}
    if _is_a(one, Stream):
        return {"metavar": "STREAM|RECIPE|FILE"}
    if _is_a(one, Layer):
        return {"metavar": "MODEL"}
    if _holds(one, np.ndarray, torch.Tensor):
        return {"metavar": "FILE"}
    return {"nargs": "+", "metavar": "FILE"} if _holds(one, str) else None  # a function is nothing for a command line


def _value(one: Parameter, given: Any) -> Any:
    if _is_a(one, Stream):
        return source(given)
    if _is_a(one, Layer):
        return _model(given)
    if _holds(one, np.ndarray, torch.Tensor):
        return from_file(given)[:]
    return given[0] if isinstance(given, list) and len(given) == 1 and not one.parts else given


def _model(name: str) -> Layer:
    known = streams.layers()
    if name not in known:
        msg = f"model = {name!r}, is not a model or filter; give one of {', '.join(known)}."
        raise KnobError(msg)
    return known[name]()


def _help(one: Parameter) -> str:
    said = [part.knob.meaning for part in one.parts] if one.parts else [one.knob.meaning]
    ranges = {_range(part) for part in one.parts or (one,)} - {""}
    default = (
        "" if _required(one) or one.default is None or not isinstance(one.default, int | float | str | tuple) else one.default
    )
    extras = [*sorted(ranges), *([f"default {default!r}"] if default != "" else [])]
    return (", ".join(filter(None, said)) + (f" ({'; '.join(extras)})" if extras else "")).replace("%", "%%")


def _range(one: Parameter) -> str:
    low, high = one.knob.valid
    if low is None and high is None:
        return one.knob.unit
    return f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'} {one.knob.unit}".strip()


def _required(one: Parameter) -> bool:
    return one.default is dataclasses.MISSING


def _short(part: Parameter) -> str:
    return part.name.split()[0].upper()


def _number_or_text(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _is_a(one: Parameter, kind: Kinds) -> bool:
    return isinstance(one.type, type) and issubclass(one.type, kind)


def _holds(one: Parameter, *kinds: type) -> bool:
    return any(kind in getattr(one.type, "__args__", (one.type,)) for kind in kinds)
