"""ProcessingStream: what a model makes of a film, as a film."""

from __future__ import annotations

import copy
import functools
import math
import threading
from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import Annotated, Any, ClassVar, Self

import torch
from typing_extensions import override

from ..core import pixels
from ..core.block import Block, as_block
from ..core.errors import KnobError, ShapeError
from ..core.knob import Knob, Seconds, TimeStep
from ..core.layer import Layer
from ..core.output import Output
from ..core.stream import Stream
from ..filters.temporal import LowPass
from .noise import RandomStream
from .replay import Replay

_FRAMES = 64  # shown to the model at once …
_PIXELS = 1 << 22  # … or fewer, so that there are no more pixel values than these: 16 MB
_MEASURED = 100  # frames that tell the range of values where the model does not

Change = Callable[[Any], Any]


class ProcessingStream(Stream):
    """A model's output for a film, itself a film: any stretch of it can be read, at any time.

    The model starts from reset at the input's first frame and is shown 64 frames at a time (fewer of large ones), each
    always the same, so that any read gives the same bits. Going on from the last read costs nothing extra; going back
    replays from the nearest of some kept states. `pre` is done to these blocks before the model, `post` to what the model
    gives (a block, or an `Output` where it gives several films). Without `post` the film is the model's first, or the
    one named `output` (an inner stage, too).

    Input and model are copied: neither the input's cursor nor the model's state moves. An input that is live can only
    be shown as it comes: this stream is live then, too. Another number of frames than the input's is a `ShapeError`.

    >>> film = ProcessingStream(RandomStream((4, 5), seed=1), LowPass(tau=0.02), pre=torch.abs)
    >>> film[3:5].shape, film.length
    (torch.Size([1, 1, 2, 4, 5]), None)
    """

    input_stream: Annotated[Stream, Knob(meaning="film that the model is shown")]
    model: Annotated[Layer, Knob(meaning="model that transforms it")]
    pre: Annotated[Change | None, Knob(meaning="done to each block before the model")] = None
    post: Annotated[Change | None, Knob(meaning="done to what the model gives for each block")] = None
    _: KW_ONLY
    output: Annotated[str | None, Knob(meaning="name of the model's film or stage; the first where None")] = None
    t_zero: Seconds | None = None  # type: ignore[assignment]  # resolved from the input
    dt: TimeStep | None = None  # type: ignore[assignment]  # resolved from the input
    stateless: ClassVar[bool]  # its model's state stays None: any frame can be made without those before it
    _lock: ClassVar[threading.RLock]
    _replay: ClassVar[Replay]
    _shape: ClassVar[tuple[int, ...]]
    _live: ClassVar[Any]

    @override
    def drawn(self) -> dict[str, Any]:
        source = copy.copy(self.input_stream) if self.input_stream.seekable else self.input_stream
        model = self.model.replace()
        model.fix()
        return {"input_stream": source, "model": model}

    @override
    def resolved(self) -> dict[str, Any]:
        for name in ("pre", "post"):
            function = getattr(self, name)
            if function is not None and not callable(function):
                msg = f"ProcessingStream.{name} = {function!r}, is not a function of a block; give one, or None."
                raise KnobError(msg)
        source = self.input_stream
        t_zero = source.t_zero if self.t_zero is None else self.t_zero
        dt, pixel_per_degree = source.dt if self.dt is None else self.dt, source.pixel_per_degree
        pixels_a_frame = source.batch * source.channels * math.prod(source.size)
        piece = min(_FRAMES, max(1, _PIXELS // pixels_a_frame))
        self._keep(_lock=threading.RLock(), _live=None)
        self._keep(t_zero=t_zero, dt=dt, pixel_per_degree=pixel_per_degree, seekable=source.seekable)
        self.model.sample(dt, pixel_per_degree)
        self.model.begin()
        shape, stateless = self._probed()
        replay = Replay(self._advance, source.first, source.length, piece, stateless=stateless)
        self._keep(_shape=shape, stateless=stateless, _replay=replay)
        return {"size": shape[3:]}

    def _probed(self) -> tuple[tuple[int, ...], bool]:
        """The shape of the output and whether there is no state, by showing the model the first frame (or black)."""
        source = self.input_stream
        if source.seekable and source.available():
            block = source.read(source.first, source.first + 1)
        else:
            block = torch.zeros(source.batch, source.channels, 1, *source.size)
        film, state = self._process(block, None)
        return tuple(film.shape), state is None

    def _process(self, block: Block, state: Any) -> tuple[Block, Any]:
        frames = block.shape[2]
        with torch.no_grad():
            shown = block if self.pre is None else self._checked_change("pre", self.pre(block), frames)
            inner = self.output is not None and self.model.has_stages
            films, state = self.model.advance(shown, state, stages=inner)
            given = self._picked(films)
            if self.post is not None:
                given = self._checked_change("post", self.post(given), frames)
        return given if isinstance(given, torch.Tensor) else given[0], state

    def _picked(self, films: dict[str, Block]) -> Block | Output:
        if self.output is None:
            out = Output(films, self.model.dt, self.model.pixel_per_degree)
            return out if len(out) > 1 else out[0]
        if self.output not in films:
            known = ", ".join(films)
            msg = f"ProcessingStream.output = {self.output!r}, is not a film of {type(self.model).__name__}; it has {known}."
            raise KnobError(msg)
        return films[self.output]

    @staticmethod
    def _checked_change(name: str, changed: Any, frames: int) -> Block:
        block = as_block(changed, f"ProcessingStream.{name}(block)")
        if block.shape[2] != frames:
            msg = f"ProcessingStream.{name} gave {block.shape[2]} frames, is not the {frames} it was given; keep them all."
            raise ShapeError(msg)
        return block

    def _advance(self, start: int, stop: int, state: Any) -> tuple[Block, Any]:
        block, state = self._process(self.input_stream.read(start, stop), state)
        if self.stateless and state is not None:
            step = f"{type(self.model).__name__}.step"
            raise KnobError(f"{step} gave a state for frames {start} to {stop - 1}, is not None as for the first; mend it.")
        if stop == self.input_stream.length:  # it has seen the whole film
            self.model.state = state
            self.model.end()
            self.model.reset()
        return block, state

    @override
    def read(self, start: int, stop: int) -> Block:
        with self._lock:
            return self._replay.read(start, stop)

    def pieces(self, frame: int) -> range:
        """Gives what is still to be made before `frame` can be read: the first frames of the pieces, their length as its step.

        The last piece holds `frame`; there is none where it is at hand. Reading a frame of each, in this order, comes to
        the same as reading `frame`, and can be given up in between.

        >>> film = ProcessingStream(RandomStream((4, 5), seed=1), LowPass())
        >>> film.pieces(200)
        range(0, 256, 64)
        """
        with self._lock:
            return self._replay.pieces(frame)

    @override
    def grab(self, count: int) -> Block:
        with self._lock:
            block, state = self._process(self.input_stream.get(count), self._live)
            self._keep(_live=state)
            return block

    @property
    @override
    def length(self) -> int | None:
        return self.input_stream.length

    @property
    @override
    def first(self) -> int:
        return self.input_stream.first

    @property
    @override
    def batch(self) -> int:
        return self._shape[0]

    @property
    @override
    def channels(self) -> int:
        return self._shape[1]

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        """The model's own word where it has one, else measured over the first 100 frames."""
        return self._told_range() or self._measured_range

    def _told_range(self) -> tuple[float, float] | None:
        if self.post is not None or self.output is not None:
            return None
        shown = self.input_stream.value_range if self.pre is None else (-math.inf, math.inf)
        told = self.model.output_range(*shown)
        return told if told is not None and all(map(math.isfinite, told)) else None

    @functools.cached_property
    def _measured_range(self) -> tuple[float, float]:
        if not self.seekable:
            return (0.0, 1.0)
        return pixels.measured(self.upto(self.first, self.first + _MEASURED))

    @override
    def _key(self) -> tuple[Any, ...]:
        return tuple(one.identity() if isinstance(one, Layer) else one for one in super()._key())

    @override
    def close(self) -> None:
        """Closes its copy of the input."""
        self.input_stream.close()

    @classmethod
    @override
    def example(cls) -> Self:
        """Noise of 6×10 pixels through a low-pass of 20 ms."""
        return cls(RandomStream((6, 10), level=100.0, mean=127.0, seed=1), LowPass(tau=0.02))
