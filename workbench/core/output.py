"""Output: what a run of a model gives, film by film."""

from __future__ import annotations

import html
from collections.abc import Iterator, KeysView, Mapping
from typing import overload

import torch

from .block import Block
from .errors import KnobError
from .pixels import measured, strip_html

_SHOWN = 8  # frames in a notebook, spread over the whole film


class Output:
    """The films that a model gave: a list in the model's order, by name too, and a source for the next model.

    `dt` (s), `pixel_per_degree` and `t_zero` (s, time of the first frame) are those of what the model was shown.

    >>> out = Output({"on": torch.ones(1, 1, 3, 4, 5), "off": torch.zeros(1, 1, 3, 4, 5)})
    >>> len(out), list(out.keys()), out[0] is out.on, out["off"].shape
    (2, ['on', 'off'], True, torch.Size([1, 1, 3, 4, 5]))
    """

    def __init__(
        self, films: Mapping[str, Block], dt: float = 0.001, pixel_per_degree: float = 10.0, t_zero: float = 0.0
    ) -> None:
        self._films = dict(films)
        self.dt, self.pixel_per_degree, self.t_zero = dt, pixel_per_degree, t_zero

    def keys(self) -> KeysView[str]:
        """The names of the films, in order: `dict(output)` works."""
        return self._films.keys()

    def __len__(self) -> int:
        """The number of films."""
        return len(self._films)

    def __iter__(self) -> Iterator[Block]:
        """Film after film."""
        return iter(self._films.values())

    @overload
    def __getitem__(self, index: int | str) -> Block: ...
    @overload
    def __getitem__(self, index: slice) -> Output: ...
    def __getitem__(self, index: int | str | slice) -> Block | Output:
        """Gives a film by number or name; a slice gives an Output of fewer films."""
        if isinstance(index, str):
            return self._film(index, KnobError)
        if isinstance(index, slice):
            return self._with(dict(list(self._films.items())[index]))
        return list(self._films.values())[index]

    def __getattr__(self, name: str) -> Block:
        """Gives a film by name."""
        if name.startswith("_"):  # copy and pickle ask for these before there are films
            raise AttributeError(name)
        return self._film(name, AttributeError)

    def _film(self, name: str, error: type[KnobError | AttributeError]) -> Block:
        if name not in self._films:
            msg = f"Output.{name}, is not one of its films; it has {', '.join(self._films)}."
            raise error(msg)
        return self._films[name]

    def _with(self, films: Mapping[str, Block]) -> Output:
        return Output(films, dt=self.dt, pixel_per_degree=self.pixel_per_degree, t_zero=self.t_zero)

    def only(self) -> Block:
        """Gives the one film; several are a `KnobError`."""
        if len(self) != 1:
            names = ", ".join(self._films)
            msg = f"Output = {names}, is not one film (a model takes one); give output[0:1] or another one."
            raise KnobError(msg)
        return self[0]

    def __dir__(self) -> list[str]:
        """The films are attributes, so that completion finds them."""
        return [*super().__dir__(), *self._films]

    def __repr__(self) -> str:
        """The films and their shapes."""
        return f"Output({', '.join(f'{name}: {list(film.shape)}' for name, film in self._films.items())})"

    def _repr_html_(self) -> str:
        facts = f"{len(self)} film{'s' * (len(self) != 1)}, dt {self.dt:g} s, {self.pixel_per_degree:g} px/deg"
        return f"<div><small>{facts}</small>{''.join(_row(name, film) for name, film in self._films.items())}</div>"


def _row(name: str, film: Block) -> str:
    """One film as HTML: name, shape, range of values and a strip of frames spread over it."""
    low, high = measured(film)
    facts = f"[{', '.join(map(str, film.shape))}], {low:g} … {high:g}"
    times = torch.linspace(0, film.shape[2] - 1, min(_SHOWN, film.shape[2])).round().long()
    title = f"<code>{html.escape(name)}</code> <small>{html.escape(facts)}</small><br>"
    return f"<div>{title}{strip_html(film[:1, :, times], (low, high), [int(one) for one in times])}</div>"
