"""Stream: a recipe for a film, with a cursor."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import InitVar
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

import torch
from typing_extensions import override

from . import chance, forked, pixels, recipe  # noqa: F401 - `forked` is imported for what it does
from .block import Block, as_block, refuse_too_large
from .cast import NO_NUMBER, frame_number, shown, shown_index, whole
from .declared import Declared
from .errors import EndOfStream, KnobError, SeekError, ShapeError, SinkError
from .knob import PixelPerDegree, Seconds, Size, TimeStep

if TYPE_CHECKING:
    from .sequence import SequenceStream


_Film = TypeVar("_Film", bound="Stream")
_UNDECLARED = {"size": (50, 50), "pixel_per_degree": 10.0, "t_zero": 0.0, "dt": 0.001}  # of a class that does not say


class Cursor:
    """The number of the next frame: the only thing about a stream that moves."""

    __slots__ = ("position",)

    def __init__(self, position: int = 0) -> None:
        self.position = position


class Stream(Declared, ABC):
    """A film: `read(start, stop)` gives any stretch of it, `get(i)` the next `i` frames.

    A stimulus is a class with its parameters as annotated fields and a `read`; everything else is derived. Blocks
    are float32 `[batch, channel, time, height, width]`. `Stream(size, …)` itself is endless black. What is no number of
    frames is a `KnobError`, and a `read` that gives another shape than it should a `ShapeError`.

    >>> film = Stream((4, 5))
    >>> film.get(3).shape, film.position
    (torch.Size([1, 1, 3, 4, 5]), 3)
    """

    _final = "read"
    _cursor: ClassVar[Cursor]  # each instance has its own; a bare annotation would make it a parameter
    if TYPE_CHECKING:  # parameters of a final class, or else as `_UNDECLARED` says

        @property
        def size(self) -> tuple[int, int]:
            """Rows and columns of a frame."""

        @property
        def pixel_per_degree(self) -> float:
            """Pixels per degree of visual angle."""

        @property
        def t_zero(self) -> float:
            """The time of frame 0 in seconds."""

        @property
        def dt(self) -> float:
            """The time from frame to frame in seconds."""

    seekable: ClassVar[bool] = True

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:
        """`Stream(…)`, as documented, makes an endless black film."""
        return super().__new__(Blank if cls is Stream else cls)  # type: ignore[return-value]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "read" in cls.__dict__:
            cls.read = _guarded(cls.read)  # type: ignore[assignment, method-assign]

    def __post_init__(self, t: float | None = None) -> None:
        undeclared = {name for name in _UNDECLARED if name not in vars(self) and not hasattr(type(self), name)}
        self._keep(**{name: _UNDECLARED[name] for name in undeclared})
        super().__post_init__()
        self._keep(_cursor=Cursor(self.first))
        if t is not None:
            self.seek(self._frame_at(t))

    # what a stimulus may say of itself

    @abstractmethod
    def read(self, start: int, stop: int) -> Block:
        """Gives frames start..stop (stop not among them), always the same ones, wherever the cursor is."""

    def upto(self, start: int, stop: int) -> Block:
        """Gives frames start..stop, fewer where the film ends: what a list's slice gives."""
        end = stop if self.length is None else min(stop, self.length)
        return self.read(min(start, end), end)

    @property
    def length(self) -> int | None:
        """The number of frames, or None for an endless film."""
        return None

    @property
    def counted(self) -> bool:
        """Is `length` known without going through the film? A video must be decoded to be counted."""
        return True

    @property
    def first(self) -> int:
        """The oldest frame that there is: 0, or later where old frames are dropped."""
        return 0

    @property
    def batch(self) -> int:
        """The number of films side by side in a block."""
        return 1

    @property
    def channels(self) -> int:
        """The number of channels: 1, or 3 for colour."""
        return 1

    @property
    def value_range(self) -> tuple[float, float]:
        """The lowest and highest pixel value there can be."""
        return (0.0, 1.0)

    @override
    def drawn(self) -> dict[str, Any]:
        return {"seed": chance.draw_seed()} if self._given.get("seed", 0) is None else {}

    def ranges(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Slider ranges that hang on the data: one (low, high) for each part of a parameter."""
        return {}

    @classmethod
    def example(cls) -> Self:
        """A small film that needs no network, for tests, gallery and documentation."""
        return cls()

    def grab(self, count: int) -> Block:
        """Gives the next `count` frames of a live source."""
        raise NotImplementedError(count)

    def put(self, frames: object) -> None:
        """Adds frames, where the stream is a sink; else it is a `SinkError`."""
        del frames
        msg = (
            f"{type(self).__name__}.put(…), is not possible (this stream takes no frames); put into a SequenceStream or a writer."
        )
        raise SinkError(msg)

    def close(self) -> None:
        """Gives back files and threads."""

    # the cursor

    @property
    def position(self) -> int:
        """The number of the next frame."""
        return self._cursor.position

    @property
    def i(self) -> int:
        """The number of the next frame, by its documented name."""
        return self._cursor.position

    @property
    def t(self) -> float:
        """The time of the next frame in seconds."""
        return self.t_zero + self.position * self.dt

    def get(self, i: int = 1) -> Block:
        """Gives the next `i` frames and moves on: fewer at the end, `EndOfStream` once nothing is left."""
        count = frame_number(i, f"{type(self).__name__}.get(i)")
        if not self.seekable:
            block = self._checked(self.grab(count) if count else self._nothing(), 0, count, "grab")
            self._cursor.position += block.shape[2]
            return block
        block = self.upto(self.position, self.position + count)
        if count and block.shape[2] == 0:
            msg = f"{type(self).__name__}.get({count}), is past the end ({self.length} frames); reset() or seek() to go on."
            raise EndOfStream(msg)
        self._cursor.position += block.shape[2]
        return block

    def available(self, n: int = 1) -> bool:
        """Tells whether at least `n` frames are left."""
        count = frame_number(n, f"{type(self).__name__}.available(n)")
        return self.position >= self.first and self._reaches(self.position + count)

    def seek(self, frame: int) -> None:
        """Makes `frame` the next one: `EndOfStream` where there is none, `SeekError` in a live source."""
        self._refuse_live("seek")
        number = frame_number(frame, f"{type(self).__name__}.seek(frame)")
        self._refuse_outside(number, number, "seek")
        self._cursor.position = number

    def reset(self) -> None:
        """Goes back to the first frame (the oldest one that is kept); in a live source a `SeekError`."""
        self._refuse_live("reset")
        self._cursor.position = self.first

    def __iter__(self) -> Iterator[Block]:
        """Goes on from the cursor, frame by frame, to the end."""
        return self.blocks(1)

    def blocks(self, n: int) -> Iterator[Block]:
        """Goes on from the cursor by blocks of `n` frames; the last one may be shorter."""
        if frame_number(n, f"{type(self).__name__}.blocks(n)") == 0:
            msg = f"{type(self).__name__}.blocks(n) = 0, is not a length (frames in a block); give 1 or more."
            raise KnobError(msg)
        return self._blocks(n)

    def _blocks(self, n: int) -> Iterator[Block]:
        while self._reaches(self.position + 1):
            yield self.get(n)

    def record(self, n: int) -> SequenceStream:
        """Gives the next `n` frames (fewer at the end) as a film in memory, whose time starts at the first of them."""
        from .sequence import SequenceStream  # noqa: PLC0415 - that module stands on this one

        start, block = self.t, self.get(n)
        return SequenceStream(block, None, self.pixel_per_degree, max(5000, block.shape[2]), t_zero=start, dt=self.dt)

    # the film as a list

    def __bool__(self) -> bool:
        """A stream is a thing, not a count."""
        return True

    def __len__(self) -> int:
        """The number of frames; an endless film has none."""
        if self.length is None:
            msg = f"len({type(self).__name__}), is not known (an endless film); use available(n) or a slice."
            raise TypeError(msg)
        return self.length

    def __getitem__(self, index: int | slice) -> Block:
        """Gives frames by number or slice, clipped as a list is; the cursor stays."""
        if isinstance(index, slice):
            return self.upto(*self._bounds(index))
        number = self._place(index, index)
        if number < 0 and self.length is not None:
            number += self.length
        if number < 0:
            raise self._no_place(index)
        return self.read(number, number + 1)

    def _bounds(self, index: slice) -> tuple[int, int]:
        start, stop = (None if end is None else self._place(end, index) for end in (index.start, index.stop))
        start = self.first if start is None else start
        if index.step not in (None, 1) or ((stop is None or min(start, stop) < 0) and self.length is None):
            raise self._no_place(index)
        if stop is None or min(start, stop) < 0:
            start, stop, _ = slice(start, stop).indices(len(self))
        return start, max(start, stop)

    def _place(self, number: object, index: object) -> int:
        try:
            return whole(number)
        except NO_NUMBER:
            raise self._no_place(index) from None

    def _no_place(self, index: object) -> KnobError:
        what = f"{type(self).__name__}[{shown_index(index)}]"
        return KnobError(f"{what}, is not a frame or a bounded stretch of this film; give film[k] or film[a:b] with 0 ≤ a ≤ b.")

    # the recipe

    def replace(self, **changes: Any) -> Self:
        """Gives a new stream with some parameters changed, at the same frame (or at its end)."""
        other = type(self)(**self._changed(changes))
        if other.seekable:
            end = self.position if other._reaches(self.position) else other.length or 0  # noqa: SLF001 - of the same class
            other.seek(max(end, other.first))
        return other

    def recipe(self) -> recipe.Recipe:
        """Gives what makes this stream as a dict that JSON can hold; `workbench.from_recipe` builds it again."""
        return recipe.write(self)

    def _key(self) -> tuple[Any, ...]:
        return tuple(recipe.data_hash(v) if isinstance(v, torch.Tensor) else v for v in self._given.values())

    def __eq__(self, other: object) -> bool:
        """Equal recipes make equal streams, wherever their cursors are."""
        if type(self) is not type(other):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        """As equality: the class and its parameters."""
        return hash((type(self), self._key()))

    def __copy__(self) -> Self:
        """A copy has a cursor of its own."""
        return _rebuilt(type(self), self._given, self.position)

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        """As copy: a recipe needs no deeper one."""
        return self.__copy__()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its parameters and its position."""
        return _rebuilt, (type(self), self._given, self.position)

    def _repr_html_(self) -> str:
        return pixels.page(self)

    def __enter__(self) -> Self:
        """`with` closes the stream at the end."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # what a stimulus gives, and what it refuses

    def _nothing(self) -> Block:
        return torch.zeros(self.batch, self.channels, 0, *self.size)

    def _checked(self, frames: object, start: int, stop: int, verb: str) -> Block:
        name = f"{type(self).__name__}.{verb}({start}, {stop})"
        block, wanted = as_block(frames, name), (self.batch, self.channels, stop - start, *self.size)
        if block.shape != wanted:
            msg = f"{name} = {tuple(block.shape)}, is not {wanted} [batch, channel, time, height, width]; mend its {verb}."
            raise ShapeError(msg)
        return block

    def _frame_at(self, t: float) -> int:
        name = f"{type(self).__name__}.t"
        try:
            frame = round((float(t) - self.t_zero) / self.dt)
        except (TypeError, ValueError, OverflowError):
            msg = f"{name} = {shown(t)}, is not a time (s); give a finite number."
            raise KnobError(msg) from None
        return frame_number(frame, f"{name} = {shown(t)} s, frame")

    def _refuse_live(self, verb: str) -> None:
        if not self.seekable:
            msg = (
                f"{type(self).__name__}.{verb}(…), is not possible (a live source); use get(n), or record(n) and {verb} in that."
            )
            raise SeekError(msg)

    def _reaches(self, stop: int) -> bool:
        if self.counted:
            return self.length is None or stop <= self.length
        return stop == 0 or self.upto(stop - 1, stop).shape[2] == 1

    def _refuse_outside(self, start: int, stop: int, verb: str) -> None:
        asked = f"{type(self).__name__}.{verb}({start if verb == 'seek' else f'{start}, {stop}'})"
        if not self._reaches(stop):
            msg = f"{asked}, is past the end ({self.length} frames); ask for frames up to {self.length}."
            raise EndOfStream(msg)
        if start < self.first:
            msg = f"{asked}, is no longer kept (the oldest frame is {self.first}); reset() goes there."
            raise EndOfStream(msg)


def _guarded(read: Callable[[Any, int, int], Block]) -> Callable[[Any, int, int], Block]:
    """Checks what goes into every `read` and what comes out, so that no stimulus has to."""

    @functools.wraps(read)
    def guarded(self: Stream, start: int, stop: int) -> Block:
        name = f"{type(self).__name__}.read"
        self._refuse_live("read")
        start, stop = frame_number(start, f"{name}(start)"), frame_number(stop, f"{name}(stop)")
        if stop < start:
            msg = f"{name}({start}, {stop}), is not a stretch of frames (it ends before it starts); give start ≤ stop."
            raise KnobError(msg)
        if start == stop and self._reaches(stop):
            return self._nothing()
        if self.counted:  # else it finds its end while it reads
            self._refuse_outside(start, stop, "read")
        refuse_too_large((self.batch, self.channels, stop - start, *self.size), f"{name}({start}, {stop})")
        return self._checked(read(self, start, stop), start, stop, "read")

    return guarded


def _rebuilt(cls: type[_Film], given: dict[str, Any], position: int) -> _Film:
    stream = cls(**given)
    if stream.seekable:
        stream._cursor.position = position  # not by seek: it may be a frame that was dropped since
    return stream


class Blank(Stream):
    """Endless black: every pixel 0.

    Args: `size` (rows, columns), `pixel_per_degree`, `t_zero` (s, time of frame 0), `t` (s, time to start at), `dt` (s).

    >>> Blank((4, 5), t=0.25).position
    250
    """

    size: Size = (50, 50)
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    t: InitVar[float | None] = None
    dt: TimeStep = 0.001

    @classmethod
    @override
    def example(cls) -> Self:
        """Black frames of 30×40 pixels."""
        return cls((30, 40))

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.zeros(1, 1, stop - start, *self.size)
