"""Declared: a class whose parameters are dataclass fields with knobs, cast and checked once, and never changed after."""

from __future__ import annotations

import dataclasses
import difflib
from typing import Any, ClassVar, dataclass_transform

import torch

from .errors import KnobError
from .knob import knobs


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(dataclasses.field,))
class Declared:
    """The base of streams and writers: a frozen dataclass as soon as a class defines what makes it final.

    Every parameter is cast without loss to its declared type, or refused with a `KnobError`. `drawn` and `resolved`
    then fill in what was left None: the first for good, the second on this instance only.
    """

    _final: ClassVar[str]  # the method that makes a class final
    _given: dict[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        final = getattr(cls, cls._final, None)
        if final is None or getattr(final, "__isabstractmethod__", False):
            return
        dataclasses.dataclass(frozen=True, eq=False, repr=False)(cls)
        for name, hint in cls.__annotations__.items():
            if "InitVar" in str(hint) and name in cls.__dict__:
                delattr(cls, name)  # its default would hide the property of that name

    def __post_init__(self) -> None:
        owner = type(self).__name__
        given = {name: one.check(getattr(self, name), owner) for name, one in knobs(self).items()}
        self._keep(_given=given, **given)
        drawn = self.drawn()
        given.update(drawn)
        self._keep(**drawn)
        self._keep(**self.resolved())

    def drawn(self) -> dict[str, Any]:
        """Values drawn at construction for parameters left None; the recipe records them."""
        return {}

    def resolved(self) -> dict[str, Any]:
        """Values found in the data for parameters left None; the recipe keeps the None.

        Also the place for checks that need several parameters.
        """
        return {}

    def given(self) -> dict[str, Any]:
        """The parameters as they were given, in their declared order."""
        return dict(self._given)

    def _keep(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _changed(self, changes: dict[str, Any]) -> dict[str, Any]:
        """The parameters with some changed; a name that is none is a `KnobError`."""
        for name in changes:
            if name not in self._given:
                near = difflib.get_close_matches(name, self._given, 1)
                hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(self._given)}."
                msg = f"{type(self).__name__}.replace({name}=…), is not one of its parameters; {hint}"
                raise KnobError(msg)
        return {**self._given, **changes}

    def __repr__(self) -> str:
        """The code that makes it: the class and every parameter that is not at its default."""
        shown = ", ".join(f"{name}={show(value)}" for name, value in self._given.items() if self._is_told(name))
        return f"{type(self).__name__}({shown})"

    def _is_told(self, name: str) -> bool:
        value, default = self._given[name], knobs(self)[name].default
        if isinstance(value, torch.Tensor):
            return value.shape[2] > 0 or (self._given["size"] is None and value.shape[3:] != default.shape[1:])
        return type(value) is not type(default) or bool(value != default)


def show(value: Any) -> str:
    """Gives a value as code, and an array, which code cannot hold, by its size."""
    if isinstance(value, torch.Tensor) and value.ndim != 5:
        return f"<array {list(value.shape)}>"
    if isinstance(value, torch.Tensor):
        batch, channel, time, height, width = value.shape
        return f"<{time} frames of {height}×{width}, {batch * channel} channel{'s' * (batch * channel > 1)}>"
    return repr(value)
