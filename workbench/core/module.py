"""Module: a torch module whose parameters are fields with Knobs, cast and checked whenever they are set."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Self, dataclass_transform

import numpy as np
import torch
from torch import Tensor, nn

from . import chance, recipe
from .errors import KnobError, RecipeError
from .knob import Parameter, PixelPerDegree, TimeStep, knobs


@dataclasses.dataclass
class _Sampling:
    """What a model must know of the film it is shown; arrays are taken at these."""

    pixel_per_degree: PixelPerDegree = 10.0
    dt: TimeStep = 0.001


@dataclass_transform(eq_default=False, field_specifiers=(dataclasses.field,))
class Module(nn.Module):
    """The base of models: a dataclass as soon as a class defines what makes it final.

    A parameter is cast without loss to its declared type or refused with a `KnobError`, at construction and later. A
    scalar `nn.Parameter` is taken for a number, to be learned. `dt` (s) and `pixel_per_degree` are the film's.
    """

    _final: ClassVar[str]  # the method that makes a class final
    _ready: bool
    _fixed: bool
    dt: float
    pixel_per_degree: float

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        final = cls.__dict__.get(cls._final)
        if final is None or getattr(final, "__isabstractmethod__", False):
            return
        dataclasses.dataclass(eq=False, repr=False)(cls)
        for name in knobs(cls):
            if name in cls.__dict__:
                delattr(cls, name)  # a default on the class would hide an nn.Parameter of that name

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:
        """A module first, so that parameters find their place."""
        self = super().__new__(cls)
        nn.Module.__init__(self)
        vars(self).update(dataclasses.asdict(_Sampling()), _ready=False, _fixed=False)
        return self

    def __post_init__(self) -> None:
        if "seed" in knobs(self) and vars(self)["seed"] is None:
            setattr(self, "seed", chance.draw_seed())  # noqa: B010 - declared by the models that draw
        self.agree()
        self._ready = True

    def agree(self) -> None:
        """Checks what hangs on several parameters (raise `KnobError`), whenever one is set."""

    def __setattr__(self, name: str, value: Any) -> None:
        one = _parameter(type(self), name)
        if one is None:
            super().__setattr__(name, value)
            return
        if self._fixed and name in knobs(self):
            owner = type(self).__name__
            msg = f"{owner}.{name} = {value!r}, cannot change (the model is a stream's); give it model.replace({name}=…)."
            raise KnobError(msg)
        if isinstance(value, nn.Parameter):
            value.ndim or one.check(value.item(), type(self).__name__)
        else:
            value = one.check(value, type(self).__name__)
        before: Any = getattr(self, name, None)
        super().__setattr__(name, value)
        if self._ready:
            try:
                self.agree()
            except KnobError:
                super().__setattr__(name, before)
                raise

    def fix(self) -> None:
        """Makes the parameters unchangeable: films that were computed with them are kept somewhere."""
        vars(self)["_fixed"] = True

    def given(self) -> dict[str, Any]:
        """The present values of the parameters, learned ones among them, in their declared order."""
        return {name: _plain(getattr(self, name)) for name in knobs(self)}

    def recipe(self) -> recipe.Recipe:
        """Gives class and parameters as a dict that JSON can hold; weights beyond them are a `RecipeError`."""
        weights = [name for name in self.state_dict() if name not in knobs(self)]
        if weights:
            what = f"{type(self).__name__}.{weights[0]} = weights"
            msg = f"{what}, is nothing that a recipe holds; save them with torch.save(layer.state_dict())."
            raise RecipeError(msg)
        return recipe.write(self)

    def identity(self) -> tuple[Any, ...]:
        """What tells two models apart, state aside: class, parameters and weights. Hashable."""
        weights = tuple((name, recipe.data_hash(value)) for name, value in self.state_dict().items())
        values = (recipe.data_hash(one) if isinstance(one, Tensor) else one for one in self.given().values())
        return (type(self), *values, weights)

    def __repr__(self) -> str:
        """The code that makes it: the class and every parameter that is not at its default."""
        now, declared = self.given(), knobs(self)
        told = (name for name, one in declared.items() if not _same(now[name], one.default))
        return f"{type(self).__name__}({', '.join(f'{name}={_told(now[name])}' for name in told)})"

    def sample(self, dt: float, pixel_per_degree: float) -> None:
        """Sets what a film is sampled at, for this model and the models inside it."""
        for layer in self.modules():
            if isinstance(layer, Module):
                layer.dt, layer.pixel_per_degree = dt, pixel_per_degree


def _parameter(cls: type[Module], name: str) -> Parameter | None:
    return knobs(cls).get(name) or knobs(_Sampling).get(name)


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, Tensor):
        return value.shape == getattr(default, "shape", None) and bool((value == torch.as_tensor(default)).all())
    return bool(value == default)


def _told(value: Any) -> str:
    return f"<array {list(value.shape)}>" if isinstance(value, Tensor) else repr(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Tensor | np.ndarray):
        tensor = torch.as_tensor(value).detach()
        return tensor if tensor.ndim else tensor.item()
    return value
