"""sweep: one stream for every combination of some of its parameters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from typing_extensions import override

from ..core.cast import shown
from ..core.errors import KnobError
from ..core.stream import Stream


@dataclass(frozen=True)
class Run:
    """One stream of a sweep, and the parameters that are its own."""

    parameters: dict[str, Any]
    stream: Stream


class Sweep(Sequence[Run]):
    """The runs of a sweep, each made when it is asked for; the last parameter turns fastest."""

    def __init__(self, stream: Stream, values: dict[str, Sequence[Any]]) -> None:
        self._stream, self._values = stream, values

    @override
    def __len__(self) -> int:
        return math.prod(map(len, self._values.values()))

    @override
    def __iter__(self) -> Iterator[Run]:
        return map(self._run, itertools.product(*self._values.values()))

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...
    @override
    def __getitem__(self, index: int | slice) -> Run | list[Run]:
        numbers = range(len(self))[index]
        if isinstance(numbers, range):
            return [self[k] for k in numbers]
        picked = []
        for values in reversed(self._values.values()):
            numbers, place = divmod(numbers, len(values))
            picked.append(values[place])
        return self._run(tuple(reversed(picked)))

    def _run(self, picked: tuple[Any, ...]) -> Run:
        parameters = dict(zip(self._values, picked, strict=True))
        return Run(parameters, self._stream.replace(**parameters))

    def __repr__(self) -> str:
        """The code that makes it."""
        values = ", ".join(f"{name}={list_!r}" for name, list_ in self._values.items())
        return f"sweep({self._stream!r}, {values})"


def sweep(stream: Stream, /, **values: Sequence[Any]) -> Sweep:
    """Gives a stream for every combination of the values, as a sequence of `Run`s: its parameters and the stream.

    Streams are small and picklable: hand them to any pool, or to dask: `dask.bag.from_sequence(sweep(…)).map(measure)`.
    This is how films whose frames hang on those before them (a model's output) are made side by side. An unknown
    parameter, a value that it does not take, no value, or what is no sequence of values is a `KnobError` at once.

    >>> from workbench.streams import RandomStream
    >>> runs = sweep(RandomStream((4, 5), seed=0), level=[1.0, 2.0], seed=range(100))
    >>> len(runs), runs[101].parameters, runs[101].stream.level
    (200, {'level': 2.0, 'seed': 1}, 2.0)
    """
    for name, each in values.items():
        if not isinstance(each, Sequence) or isinstance(each, str | bytes) or not each:
            msg = f"sweep({name}) = {shown(each)}, is not a sequence of values; give for example {name}=[1, 2]."
            raise KnobError(msg)
        for value in each if not isinstance(each, range) else (each[0], each[-1]):  # a range's ends stand for all of it
            stream.replace(**{name: value})
    return Sweep(stream, dict(values))
