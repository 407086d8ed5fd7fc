"""Knobs: what a panel needs to know of each parameter, derived from its declaration; and what a turned knob makes."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from ..core.declared import show
from ..core.errors import KnobError
from ..core.knob import Parameter, knobs
from ..core.layer import Layer
from ..core.stream import Stream

_SAFE_INTEGER = 2**53 - 1  # JavaScript rounds beyond
_LONGEST_TEXT = 200
_LONGEST_WORDS = 120
_PATH_MARKS = ("/", "\\", ":", "~", "..", "\0")
_INTEGER = re.compile(r"-?[0-9]{1,24}")
_KINDS = {int: "integer", float: "number", bool: "switch", str: "text"}

Ranges = dict[tuple[str, int], tuple[float, float]]
Turnable = TypeVar("Turnable", Stream, Layer)


def controls(owner: Stream | Layer, widest: Ranges | None = None) -> list[dict[str, Any]]:
    """Gives one control for each parameter of a stream or a model, in order, as JSON can hold it.

    A control has `name`, `meaning`, `optional`, `auto` (it is None), and `parts`: one, two for a pair, or none where
    only `words` can show the value. `widest` remembers how far each slider has been stretched by a value outside its
    comfortable range, so that it does not shrink under the hand.
    """
    widest = {} if widest is None else widest
    return [_control(owner, one, widest) for one in knobs(owner).values()]


def turned(owner: Turnable, name: str, value: object) -> Turnable:
    """Gives the stream or model with one knob turned to what a browser sent, or raises `KnobError`."""
    kind = type(owner).__name__
    one = knobs(owner).get(name)
    parts = _parts(one) if one else ()
    if not parts:
        msg = f"{kind}.{name[:40]}, is not a knob of the panel; set it from code."
        raise KnobError(msg)
    if isinstance(value, list) and len(value) == len(parts):
        plain: object = tuple(_plain(part, item, f"{kind}.{name}") for part, item in zip(parts, value, strict=True))
    else:
        plain = _plain(parts[0], value, f"{kind}.{name}")
    return owner.replace(**{name: plain})


def _control(owner: Stream | Layer, one: Parameter, widest: Ranges) -> dict[str, Any]:
    given = owner.given()[one.name]
    parts = _parts(one)
    values = _values(owner, one, given)
    told = owner.ranges().get(one.name, ()) if isinstance(owner, Stream) else ()
    return {
        "name": one.name,
        "meaning": one.knob.meaning,
        "optional": one.optional,
        "auto": given is None,
        "words": "" if parts else _words(given),
        "parts": [
            _part(part, value, told[k] if k < len(told) else None, (one.name, k), widest)
            for k, (part, value) in enumerate(zip(parts, values, strict=False))
        ],
    }


def _parts(one: Parameter) -> tuple[Parameter, ...]:
    """The parameter's own parts, itself, or nothing where it is no number, switch, choice or text."""
    parts = one.parts or (one,)
    return parts if all(part.choices or part.type in _KINDS for part in parts) else ()


def _values(owner: Stream | Layer, one: Parameter, given: Any) -> tuple[Any, ...]:
    """What the controls show: what was given, or what it was resolved to, or the default."""
    found = getattr(owner, one.name, None) if given is None else given
    if found is None and one.default is not None:
        found = one.default
    if one.parts:
        return tuple(found) if isinstance(found, tuple) else (None,) * len(one.parts)
    return (found,)


def _part(
    part: Parameter,
    value: Any,
    told: tuple[float, float] | None,
    place: tuple[str, int],
    widest: Ranges,
) -> dict[str, Any]:
    kind = "choice" if part.choices else _KINDS[part.type]
    facts: dict[str, Any] = {"kind": kind, "name": part.name, "meaning": part.knob.meaning, "unit": part.knob.unit}
    if kind not in ("integer", "number"):
        return facts | {"value": _json(value), "choices": list(part.choices)}
    low, high = told or widest.get(place) or _comfortable(part)
    if value is not None:
        low, high = min(low, value), max(high, value)
    if told is None:
        widest[place] = (low, high)
    return facts | {"value": _json(value), "low": low, "high": high, "step": part.knob.step, "log": part.knob.log}


def _comfortable(part: Parameter) -> tuple[float, float]:
    """The range of a slider: the knob's own; where it is open, up to 1 above the other end."""
    low, high = part.knob.low, part.knob.high
    if low is None:
        low = 0 if high is None or high > 0 else high - 1
    return low, low + 1 if high is None else high


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, int) and abs(value) > _SAFE_INTEGER else value


def _words(value: object) -> str:
    words = "automatic" if value is None else show(value)
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…"


def _plain(part: Parameter, value: object, name: str) -> object:
    """Gives a number, switch, text or None from a browser; refuses whatever else, and paths."""
    if not isinstance(value, str | int | float | None):
        msg = f"{name} = {type(value).__name__}, is not a number, switch or text; reload the page."
        raise KnobError(msg)
    if not isinstance(value, str) or part.choices:
        return value
    if len(value) > _LONGEST_TEXT or any(mark in value for mark in _PATH_MARKS):
        msg = f"{name} = {value[:40]!r}, is not a plain word (a panel opens no files); set it from code: bench.stream = …"
        raise KnobError(msg)
    return int(value) if part.type is int and _INTEGER.fullmatch(value) else value
