"""Knob: range, unit and meaning of one parameter, declared once and read by everything that needs them."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import BaseMetadata, Ge, GroupedMetadata, Le

from .cast import cast, plain

Bound = float | None


@dataclasses.dataclass(frozen=True)
class Knob(GroupedMetadata):
    """The comfortable range of a parameter for its slider, its unit, and what it means.

    `hard` is the range of valid values where it differs from the comfortable one; None in a bound means open.
    `step` and `log` shape the slider. A text, a switch or a choice has a meaning only.

    >>> from typing import Annotated
    >>> Rate = Annotated[float, Knob(0.1, 50, "Hz", "flashes per second", log=True)]
    """

    low: Bound = None
    high: Bound = None
    unit: str = ""
    meaning: str = ""
    hard: tuple[Bound, Bound] | None = None
    step: Bound = None
    log: bool = False

    @property
    def valid(self) -> tuple[Bound, Bound]:
        """The lowest and highest valid value, None where there is no bound."""
        return (self.low, self.high) if self.hard is None else self.hard

    def __iter__(self) -> Iterator[BaseMetadata]:
        """The comfortable range as annotated-types know it: hypothesis draws from it."""
        if self.low is not None:
            yield Ge(self.low)
        if self.high is not None:
            yield Le(self.high)


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One parameter as its declaration tells it: `parts` for a pair, `choices` for a Literal, `kinds` for `int | str`."""

    name: str
    type: Any
    knob: Knob
    default: Any = dataclasses.MISSING
    optional: bool = False
    choices: tuple[Any, ...] = ()
    parts: tuple[Parameter, ...] = ()
    kinds: tuple[Any, ...] = ()

    def check(self, value: Any, owner: str) -> Any:
        """Gives the value in the declared type, or raises `KnobError` naming `owner` and parameter."""
        return cast(self, value, f"{owner}.{self.name}")


def knobs(what: Any) -> dict[str, Parameter]:
    """Gives the parameters of a class (or of an instance's class) in their declared order."""
    return _knobs(what if isinstance(what, type) else type(what))


def describe(what: Any) -> str:
    """Gives the parameters of a class as a Markdown table."""
    rows = ["| parameter | default | range | unit | meaning |", "|---|---|---|---|---|"]
    for one in knobs(what).values():
        default = _default_shown(one.default)
        for part in one.parts or (one,):
            name = f"`{one.name}`" + (f" {part.name}" if one.parts else "")
            rows.append(f"| {name} | {default} | {_range(part)} | {part.knob.unit} | {part.knob.meaning} |")
            default = ""
    return "\n".join(rows)


def _default_shown(value: Any) -> str:
    if value is dataclasses.MISSING:
        return ""
    return f"array {value.shape}" if hasattr(value, "shape") else f"`{value!r}`"


def _range(one: Parameter) -> str:
    if one.choices:
        return ", ".join(f"`{choice!r}`" for choice in one.choices)
    low, high = one.knob.valid
    if low is None and high is None:
        return ""
    return f"{'−∞' if low is None else plain(low)} … {'∞' if high is None else plain(high)}"


@functools.cache
def _knobs(cls: type) -> dict[str, Parameter]:
    hints = get_type_hints(cls, include_extras=True)
    return {
        field.name: _parameter(field.name, hints[field.name], _default(field)) for field in dataclasses.fields(cls) if field.init
    }


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _parameter(name: str, hint: Any, default: Any = dataclasses.MISSING) -> Parameter:
    knob, optional = Knob(), False
    while get_origin(hint) is Annotated or _is_optional(hint):
        if get_origin(hint) is Annotated:
            found = [extra for extra in hint.__metadata__ if isinstance(extra, Knob)]
            knob, hint = (found or [knob])[0], hint.__origin__
        else:
            optional, hint = True, _without_none(hint)
    if hint is Any:
        hint, optional = object, True
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    parts = get_args(hint) if get_origin(hint) is tuple and Ellipsis not in get_args(hint) else ()
    return Parameter(
        name=name,
        type=type(choices[0]) if choices else hint,
        knob=knob,
        default=default,
        optional=optional,
        choices=choices,
        parts=tuple(_parameter(_part_name(part, k), part) for k, part in enumerate(parts)),
        kinds=get_args(hint) if _is_union(hint) and set(get_args(hint)) <= {int, float, str} else (),
    )


def _part_name(hint: Any, k: int) -> str:
    knob = _parameter("", hint).knob
    return knob.meaning or str(k)


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)


def _is_optional(hint: Any) -> bool:
    return _is_union(hint) and type(None) in get_args(hint)


def _without_none(hint: Any) -> Any:
    left = tuple(one for one in get_args(hint) if one is not type(None))
    return Union[left]  # noqa: UP007 - built from values, so `|` has no operands to stand between


Size = tuple[
    Annotated[int, Knob(1, 512, "px", "rows", hard=(1, 2**16))],
    Annotated[int, Knob(1, 512, "px", "columns", hard=(1, 2**16))],
]
Offset = tuple[
    Annotated[int, Knob(0, 512, "px", "rows from the top", hard=(0, 2**16))],
    Annotated[int, Knob(0, 512, "px", "columns from the left", hard=(0, 2**16))],
]
PixelPerDegree = Annotated[float, Knob(1, 100, "px/deg", "pixels per degree of visual angle", hard=(1e-6, None), log=True)]
Seconds = Annotated[float, Knob(-10, 10, "s", "time of frame 0", hard=(None, None))]
TimeStep = Annotated[float, Knob(0.0001, 0.1, "s", "time from frame to frame", hard=(1e-9, None), log=True)]
Seed = Annotated[int, Knob(0, 1000, "", "seed of the random numbers; drawn once where it is None", hard=(0, 2**64 - 1))]
Count = Annotated[int, Knob(1, 1000, "frames", "frames", hard=(1, 2**53))]
