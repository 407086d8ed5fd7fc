"""Layer: a model whose parameters are Knobs and whose memory is an explicit state.

A model is a class with its parameters as annotated fields, as in a stream, and a `step`:

    class LowPass(Layer):
        tau: Annotated[float, Knob(1e-3, 1.0, "s", "time constant", log=True)] = 0.01

        @override
        def step(self, block: Block, state: Tensor | None) -> tuple[Block, Tensor]:
            past = torch.zeros_like(block[:, :, 0]) if state is None else state
            …
            return filtered, filtered[:, :, -1]

What `step` keeps to:

- It is pure: the same block, state and parameters give the same result. The block has at least one frame;
  `state=None` is the model at reset. It changes neither in place.
- It gives a block of as many frames as it was given, or a dict of such blocks by name, and the next state: tensors and
  numbers in tuples, NamedTuples or dicts, or an object of the model's own that holds its memory alone. What a model
  must know of the past is in there (the frame number for its noise, too), so cutting a film anywhere changes nothing.
- It reads its parameters, `self.dt` (s) and `self.pixel_per_degree` when it is called; they may have changed since.
  What is costly to derive from them belongs in a cached function of these values.
- A model with inner stages takes a keyword `stages=False`, and adds them to its dict when it is True.
- Batches and channels stay independent.

`agree`, `begin`, `end` and `output_range` are hooks. A parameter may also be a scalar `nn.Parameter`, to be learned.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from .block import Block, as_block, empty
from .errors import KnobError, ShapeError
from .feed import Feed, feed, positive
from .knob import knobs
from .module import Module
from .output import Output
from .state import mapped, owned


class Layer(Module, ABC):
    """A model: `layer(block)` goes on from its last state, `layer.run(source)` shows it a whole film from the start.

    A subclass gives its parameters as fields and a pure `step`; the module docstring has the contract. `dt` (s) and
    `pixel_per_degree` are those that arrays are taken at; a run takes them from its source while it lasts.
    """

    _final = "step"
    has_stages: ClassVar[bool] = False
    values_at_once: ClassVar[int] = 1 << 21  # pixel values that a run shows at a time where the caller leaves it open: 8 MB
    _state: Any = None
    _shown: tuple[int, ...] | None = None  # [batch, channel, height, width] of what the state is of

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.has_stages = "stages" in inspect.signature(cls.step).parameters

    # what a model says of itself

    @abstractmethod
    def step(self, block: Block, state: Any) -> tuple[Block | Mapping[str, Block], Any]:
        """Gives the output for a block that follows on `state` (None: reset), and the next state. Pure."""

    def begin(self) -> None:
        """Called before a run, once `dt` and `pixel_per_degree` are the film's: the place for warnings about them."""

    def end(self) -> None:
        """Called after a run, its last state being `self.state`: the place for warnings about the whole film."""

    def output_range(self, low: float, high: float) -> tuple[float, float] | None:
        """The lowest and highest value of the (first) output for an input in low..high; None where it is not known."""
        del low, high
        return None

    def replace(self, **changes: Any) -> Self:
        """Gives a model of its own with some parameters changed, at reset."""
        other = copy.deepcopy(self)
        vars(other)["_fixed"] = False
        for name, value in changes.items():
            if name not in knobs(self):
                own = ", ".join(knobs(self))
                msg = f"{type(self).__name__}.replace({name}=…), is not one of its parameters; it has {own}."
                raise KnobError(msg)
            setattr(other, name, value)
        other.reset()
        return other

    def __copy__(self) -> Self:
        """A copy shares nothing with the model."""
        return copy.deepcopy(self)

    # the state

    @property
    def state(self) -> Any:
        """The state after the last frame, None at reset. No step changes it: keep it, and set it to go back there."""
        return self._state

    @state.setter
    def state(self, state: Any) -> None:
        self._state, self._shown = state, None

    def reset(self) -> None:
        """Forgets everything: the next block is the first one."""
        self.state = None

    # showing it films

    def advance(self, block: Block, state: Any, *, stages: bool = False) -> tuple[dict[str, Block], Any]:
        """Gives the films by name and the next state: `step`, checked, with a state that shares no memory with them."""
        name = type(self).__name__
        if stages and not self.has_stages:
            msg = f"{name}.run(stages=True), is not possible (this model shows no inner stages); leave stages out."
            raise KnobError(msg)
        if block.shape[2] == 0:
            msg = f"{name}(block), block.shape = {tuple(block.shape)}, has no frames; give at least one."
            raise ShapeError(msg)
        pair: object = self.step(block, state, **({"stages": True} if stages else {}))
        if not (isinstance(pair, tuple) and len(pair) == 2):
            kind = type(pair).__name__
            msg = f"{name}.step gave {kind}, is not a pair (output, state); give None as the state where nothing is kept."
            raise ShapeError(msg)
        given, state = pair
        films = dict(given) if isinstance(given, Mapping) else {"output": given}
        for key, film in films.items():
            if film.ndim != 5 or film.shape[2] != block.shape[2] or film.dtype != torch.float32:
                wanted = f"[batch, channel, {block.shape[2]}, height, width] of float32"
                msg = f"{name}.step gave {key} = {list(film.shape)} of {film.dtype}, is not {wanted}; mend its step."
                raise ShapeError(msg)
        films = {key: film.clone() if _shares(film, block) else film for key, film in films.items()}
        lent = {one.untyped_storage().data_ptr() for one in (block, *films.values())}
        return films, mapped(lambda one: owned(one, lent), state)

    def forward(self, data: object, *, stages: bool = False) -> Block | Output:
        """Gives the output for the next frames, in any shape that `as_block` takes; several films as an `Output`.

        A graph for gradients is kept as everywhere in torch, if grad mode is on and the data or a parameter asks for
        it; it ends with the block: the state is detached.
        """
        films = self._next(as_block(data, f"{type(self).__name__}(block)"), stages=stages)
        self._state = mapped(Tensor.detach, self._state)
        if list(films) == ["output"]:
            return films["output"]
        return Output(films, dt=self.dt, pixel_per_degree=self.pixel_per_degree)

    def run(
        self,
        source: object,
        dt: int | None = None,
        max_t: int | None = None,
        *,
        keep_state: bool = False,
        grad: bool = False,
        stages: bool = False,
    ) -> Output:
        """Shows the model a film, from reset unless `keep_state`, and gives all of its output.

        `source`: a stream (read from its cursor, which moves), an array or block, or the `Output` of another model.
        `dt`: frames at a time; it changes memory and speed, never the result. `max_t`: frames in all, at most; an
        endless stream needs it (`KnobError`). `grad`: keep the graph through the whole run, else none is kept.
        `stages`: the model's inner stages too. Raises `EndOfStream` where no frame is left.
        """
        name = f"{type(self).__name__}.run"
        film = feed(source, name)
        count = film.count(max_t, name)
        piece = max(1, self.values_at_once // film.pixels) if dt is None else positive(dt, f"{name}(dt)", "frames at a time")
        with torch.set_grad_enabled(grad), self._during(film):
            if not keep_state:
                self.reset()
            pieces = (self._next(block, stages=stages) for block in film.blocks(piece, count))
            films = _joined(list(pieces)) if grad else _collected(pieces, count)
        self._state = mapped(Tensor.detach, self._state)
        self.end()
        return Output(films, dt=film.dt, pixel_per_degree=film.pixel_per_degree, t_zero=film.t_zero)

    def _next(self, block: Block, *, stages: bool) -> dict[str, Block]:
        shown = (*block.shape[:2], *block.shape[3:])
        if self._shown not in (None, shown):
            msg = (
                f"{type(self).__name__}(block), [batch, channel, height, width] = {list(shown)}, is not what its state "
                f"is of ({list(self._shown or ())}); reset() first."
            )
            raise ShapeError(msg)
        films, self._state = self.advance(block, self._state, stages=stages)
        self._shown = shown
        return films

    @contextlib.contextmanager
    def _during(self, film: Feed) -> Iterator[None]:
        """A run at the film's sampling; one that fails leaves model and stream as they were."""
        sampling, state = (self.dt, self.pixel_per_degree), (self._state, self._shown)
        self.sample(film.dt, film.pixel_per_degree)
        try:
            self.begin()
            yield
        except BaseException:
            self._state, self._shown = state
            film.rewind()
            raise
        finally:
            self.sample(*sampling)


def _joined(pieces: list[dict[str, Block]]) -> dict[str, Block]:
    return {name: torch.cat([piece[name] for piece in pieces], 2) for name in pieces[0]}


def _shares(film: Block, block: Block) -> bool:
    """Whether a film is the caller's own memory, as what a model hands through unchanged would be."""
    return film.untyped_storage().data_ptr() == block.untyped_storage().data_ptr()


def _copied(block: Block, place: Block) -> None:
    """By numpy where that can be: torch's threads keep a processor busy waiting for some time after every copy."""
    if block.device.type == "cpu":
        place.numpy()[...] = block.detach().numpy()
    else:
        place[...] = block


def _collected(pieces: Iterator[dict[str, Block]], count: int) -> dict[str, Block]:
    """The films of all pieces, each frame written once, where it stays."""
    films: dict[str, Block] = {}
    done = 0
    for piece in pieces:
        for name, block in piece.items():
            if block.shape[2] == count:
                films[name] = block
                continue
            if name not in films:
                shape = (*block.shape[:2], count, *block.shape[3:])
                films[name] = empty(*shape) if block.device.type == "cpu" else block.new_empty(shape)
            _copied(block, films[name][:, :, done : done + block.shape[2]])
        done += block.shape[2]
    return films if done == count else {name: film[:, :, :done] for name, film in films.items()}
