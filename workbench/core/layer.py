"""Layer: a model with explicit state.

A layer declares its parameters as annotated fields with knobs, as a stream does, and writes one method:

    def step(self, film, state): ...   # → (film or {name: film}, new state)

`film` is a block, `state` what the step before it gave, None at the beginning; a step changes neither the film nor the
state that it was handed. Steps are frame by frame exact: a film in pieces gives the same as the whole. `self.dt` (s)
and `self.pixel_per_degree` are those of the source. Noise is drawn by frame number, so the number stands in the state.
"""

from __future__ import annotations

import copy
import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self, dataclass_transform

import torch
from torch import nn
from typing_extensions import override

from . import chance, recipe
from .block import Block, as_block
from .cast import frame_number
from .errors import EndOfStream, KnobError, ShapeError
from .knob import knobs
from .output import Output
from .sequence import SequenceStream
from .stream import Stream

_PIXELS_AT_ONCE = 1 << 22


@dataclass_transform(eq_default=False, field_specifiers=(dataclasses.field,))
class Layer(nn.Module, ABC):
    """A model that goes on from frame to frame: `layer(film)` advances its state, `layer.run(source)` starts afresh."""

    state: Any
    dt: float
    pixel_per_degree: float

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:  # noqa: ANN401 - handed to __init__
        """torch prepares a module before its fields are set."""
        layer = super().__new__(cls)
        nn.Module.__init__(layer)
        layer.__dict__.update(state=None, dt=0.001, pixel_per_degree=10.0)
        return layer

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401 - handed on
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            dataclasses.dataclass(eq=False, repr=False)(cls)

    def __post_init__(self) -> None:
        if "seed" in knobs(self) and self.seed is None:
            self.seed = chance.draw_seed()

    @override
    def __setattr__(self, name: str, value: Any) -> None:
        """A parameter is cast and checked whenever it is set."""
        declared = knobs(self).get(name)
        super().__setattr__(name, value if declared is None else declared.check(value, type(self).__name__))

    @abstractmethod
    def step(self, film: Block, state: Any, **options: Any) -> tuple[Block | Mapping[str, Block], Any]:  # noqa: ANN401 - a layer's own
        """Gives what becomes of some frames, and the state after them."""

    @override
    def forward(self, film: object, **options: Any) -> Block | Output:
        """Goes on with some frames; gives a block, or an `Output` where the layer gives several films.

        A graph for gradients is kept only where the film, or a tensor of the layer, asks for it.
        """
        block = as_block(film, f"{type(self).__name__}(film)")
        with torch.set_grad_enabled(self._asks_for_gradients(block)):
            found, self.state = self.step(block, self.state, **options)
        films = found if isinstance(found, Mapping) else {"output": found}
        self._check(films, block.shape[2])
        if isinstance(found, Mapping):
            return Output(films, self.dt, self.pixel_per_degree)
        return found

    def reset(self) -> None:
        """Forgets everything: the next frame is the first."""
        self.state = None

    def given(self) -> dict[str, Any]:
        """The parameters in their declared order."""
        return {name: getattr(self, name) for name in knobs(self)}

    def recipe(self) -> recipe.Recipe:
        """Gives what makes this layer as a dict that JSON can hold."""
        return recipe.write(self)

    @override
    def __repr__(self) -> str:
        """The code that makes it: every parameter that is not at its default."""
        told = (f"{name}={value!r}" for name, value in self.given().items() if value != knobs(self)[name].default)
        return f"{type(self).__name__}({', '.join(told)})"

    def run(
        self, source: object, dt: int | None = None, max_t: int | None = None, *, keep_state: bool = False, **options: Any  # noqa: ANN401 - a layer's own
    ) -> Output:
        """Shows `source` to the model and gives exactly min(frames left, `max_t`) frames of each of its films.

        Args: `source` is a stream (read from its cursor on), an array or an `Output` of one film; `dt` the number of
        frames at a time, which changes nothing but memory; `max_t` the number of frames in all, needed for an endless
        stream. The model starts from reset unless `keep_state`. An array is taken at 0.001 s and 10 px/deg.
        """
        stream = self._stream(source)
        count = self._count(stream, max_t)
        before, position = (self.state, self.dt, self.pixel_per_degree), stream.position
        try:
            if not keep_state:
                self.reset()
            self.dt, self.pixel_per_degree = stream.dt, stream.pixel_per_degree
            self.begin(stream)
            films = self._collect(stream, count, dt, options)
        except BaseException:
            self.state, self.dt, self.pixel_per_degree = before
            if stream.seekable:
                stream.seek(position)
            raise
        return Output(films, stream.dt, stream.pixel_per_degree, stream.t_zero + position * stream.dt)

    def begin(self, stream: Stream) -> None:
        """Is told the source before a run: the place for warnings."""

    def _collect(self, stream: Stream, count: int, dt: int | None, options: dict[str, Any]) -> dict[str, Block]:
        pixels = stream.batch * stream.channels * stream.size[0] * stream.size[1]
        at_once = max(1, _PIXELS_AT_ONCE // pixels) if dt is None else self._positive(dt, "dt")
        whole: dict[str, Block] = {}
        for start in range(0, count, at_once):
            found = self(stream.get(min(at_once, count - start)), **options)
            films = dict(zip(found.keys(), found, strict=True)) if isinstance(found, Output) else {"output": found}
            for name, film in films.items():
                if film.shape[2] == count or film.requires_grad:
                    whole[name] = film if start == 0 else torch.cat([whole[name], film], 2)
                    continue
                if start == 0:
                    whole[name] = film.new_empty(*film.shape[:2], count, *film.shape[3:])
                whole[name][:, :, start : start + film.shape[2]] = film
        return whole

    def _count(self, stream: Stream, max_t: int | None) -> int:
        limit = None if max_t is None else self._positive(max_t, "max_t")
        if stream.length is None:
            if limit is None:
                msg = f"{type(self).__name__}.run(max_t) = None, is not enough for an endless stream; give the number of frames."
                raise KnobError(msg)
            return limit
        left = stream.length - stream.position
        if left == 0:
            msg = f"{type(self).__name__}.run(source), is at its end ({stream.length} frames); reset() it first."
            raise EndOfStream(msg)
        return left if limit is None else min(left, limit)

    def _positive(self, value: object, name: str) -> int:
        number = frame_number(value, f"{type(self).__name__}.run({name})")
        if number == 0:
            msg = f"{type(self).__name__}.run({name}) = 0, is not a number of frames; give 1 or more."
            raise KnobError(msg)
        return number

    def _stream(self, source: object) -> Stream:
        if isinstance(source, Stream):
            return source
        if isinstance(source, Output):
            if len(source) != 1:
                msg = f"run(source) = {source!r}, is several films; pick one, for example source[0]."
                raise ShapeError(msg)
            how = {"dt": source.dt, "t_zero": source.t_zero}
            return SequenceStream(source[0], None, source.pixel_per_degree, 2**53, **how)
        return SequenceStream(as_block(source, "run(source)"), max_frames=2**53)

    def _asks_for_gradients(self, block: Block) -> bool:
        return torch.is_grad_enabled() and (block.requires_grad or any(p.requires_grad for p in self.parameters()))

    def _check(self, films: Mapping[str, Block], frames: int) -> None:
        for name, film in films.items():
            if film.ndim != 5 or film.shape[2] != frames:
                msg = f"{type(self).__name__}.{name}.shape = {tuple(film.shape)}, is not a block of {frames} frames; mend its step."
                raise ShapeError(msg)

    def __copy__(self) -> Self:
        """A copy has a state of its own, since no step changes the state it was handed."""
        return copy.deepcopy(self)
