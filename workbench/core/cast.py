"""Values into their declared types: without loss, or not at all."""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import KnobError

if TYPE_CHECKING:
    from .knob import Parameter

_NO_NUMBERS = (bool, np.bool_, str, bytes, bytearray)  # int() and float() would take these
NO_NUMBER = (TypeError, ValueError, ArithmeticError, RuntimeError)  # torch says RuntimeError where numpy says TypeError


def cast(one: Parameter, value: Any, name: str) -> Any:
    """Gives `value` in the type of the parameter (2.0 → 2, [3, 3] → (3, 3), numpy numbers), or raises `KnobError`."""
    if value is None:
        if one.optional:
            return None
        raise _error(one, name, value, "is not a value")
    if one.choices:
        return _choice(one, value, name)
    if one.parts:
        return _pair(one, value, name)
    if one.kinds:
        return _of_a_kind(one, value, name)
    if one.type is bool:
        return _switch(one, value, name)
    if one.type in (int, float):
        return _number(one, value, name)
    if one.type is str:
        return _text(one, value, name)
    if isinstance(one.type, type) and not isinstance(value, one.type):
        raise _error(one, name, value, f"is not a {one.type.__name__}")
    return value


def frame_number(value: object, name: str) -> int:
    """Gives a frame number or count as an int; a negative, broken or astronomical one is a `KnobError`."""
    try:
        number = whole(value)
    except NO_NUMBER:
        number = -1
    if not 0 <= number <= sys.maxsize:
        msg = f"{name} = {shown(value)}, is not a whole number from 0 to {sys.maxsize} (frames); give 0, 1, 2 …"
        raise KnobError(msg)
    return number


def whole(value: Any) -> int:
    """Gives a whole number of any type as an int, and raises one of `NO_NUMBER` for the rest."""
    if isinstance(value, _NO_NUMBERS) or value != (number := int(value)):
        raise ValueError
    return number


def shown(value: object) -> str:
    """Gives a value as text for a message: short, whatever it is."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a list within lists without end
        text = "…"
    return text if len(text) < 80 else f"{text[:60]}… ({type(value).__name__})"


def shown_index(index: object) -> str:
    """Gives what stood in the brackets of an index as text: `3:None` as `3:`."""
    if not isinstance(index, slice):
        return shown(index)
    ends = (index.start, index.stop) if index.step is None else (index.start, index.stop, index.step)
    return ":".join("" if end is None else shown(end) for end in ends)


def _number(one: Parameter, value: Any, name: str) -> float:
    try:
        number = whole(value) if one.type is int else _finite(value)
    except NO_NUMBER:
        what = "a whole number" if one.type is int else "a number that float32 can hold"
        raise _error(one, name, value, f"is not {what}") from None
    low, high = one.knob.valid
    if (low is not None and number < low) or (high is not None and number > high):
        raise _error(one, name, value, f"is outside {_interval(low, high)}")
    return number


def _finite(value: Any) -> float:
    if isinstance(value, _NO_NUMBERS):
        raise TypeError
    number = float(value)
    with np.errstate(over="ignore", under="ignore"):
        if not math.isfinite(np.float32(number)):
            raise ValueError
    return number


def _switch(one: Parameter, value: Any, name: str) -> bool:
    if isinstance(value, bool | np.bool_ | int | float | np.integer | np.floating) and value in (0, 1):
        return bool(value)
    raise _error(one, name, value, "is not True or False")


def _choice(one: Parameter, value: Any, name: str) -> Any:
    for choice in one.choices:
        if isinstance(value, type(choice)) and value == choice:
            return choice
    raise _error(one, name, value, f"is not one of {', '.join(map(repr, one.choices))}")


def _of_a_kind(one: Parameter, value: Any, name: str) -> Any:
    """A text stays a text, and all else is tried as the first kind: the one that the knob's range is for."""
    text = isinstance(value, str | os.PathLike)
    kind = next((kind for kind in one.kinds if (kind is str) == text), one.kinds[0])
    return cast(dataclasses.replace(one, type=kind, kinds=()), value, name)


def _pair(one: Parameter, value: Any, name: str) -> tuple[Any, ...]:
    try:
        unordered = isinstance(value, str | bytes | bytearray | dict | set | frozenset)
        items = () if unordered else tuple(itertools.islice(value, len(one.parts) + 1))
    except TypeError:
        items = ()
    if len(items) != len(one.parts):
        meaning = ", ".join(part.name for part in one.parts)
        raise _error(one, name, value, f"is not {len(one.parts)} numbers ({meaning})")
    return tuple(cast(part, item, f"{name}[{k}]") for k, (part, item) in enumerate(zip(one.parts, items, strict=True)))


def _text(one: Parameter, value: Any, name: str) -> str:
    if not isinstance(value, str | os.PathLike) or not isinstance(text := os.fspath(value), str):
        raise _error(one, name, value, "is not a text")
    if "\0" in text:
        raise _error(one, name, value, "holds a zero byte")
    return str(text)


def _interval(low: float | None, high: float | None) -> str:
    return f"{'(−∞' if low is None else f'[{plain(low)}'}, {'∞)' if high is None else f'{plain(high)}]'}"


def plain(number: float) -> str:
    """Gives a bound as text: whole numbers in full, others in six digits."""
    return str(number) if isinstance(number, int) else f"{number:g}"


def _error(one: Parameter, name: str, value: object, fault: str) -> KnobError:
    meaning = f" ({one.knob.meaning})" if one.knob.meaning else ""
    return KnobError(f"{name} = {shown(value)}, {fault}{meaning}; {_remedy(one)}.")


def _remedy(one: Parameter) -> str:
    low, high = one.knob.valid
    if one.parts:
        return "give one number for each"
    if one.choices:
        return f"give for example {one.choices[0]!r}"
    if one.type not in (int, float):
        return f"give a {one.type.__name__}" if isinstance(one.type, type) else "give one of that kind"
    if low is not None and high is not None:
        return f"give a value from {plain(low)} to {plain(high)}"
    if low is None:
        return "give a finite number" if high is None else f"give {plain(high)} or less"
    return f"give {plain(low)} or more"
