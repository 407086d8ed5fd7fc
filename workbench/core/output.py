"""Output: what a model gives, a short list of named films."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from . import pixels
from .block import Block
from .errors import KnobError


class Output(Sequence[Block]):
    """Films by number and by name: `o[0]`, `o["ganglion_ON"]`, `o.ganglion_ON`; with their `dt` (s) and resolution.

    >>> import torch
    >>> o = Output({"rate": torch.zeros(1, 1, 3, 4, 5)}, dt=0.001, pixel_per_degree=10.0)
    >>> o.rate is o[0], list(o.keys())
    (True, ['rate'])
    """

    def __init__(self, films: Mapping[str, Block], dt: float, pixel_per_degree: float, t_zero: float = 0.0) -> None:
        self._films = dict(films)
        self.dt, self.pixel_per_degree, self.t_zero = dt, pixel_per_degree, t_zero

    @overload
    def __getitem__(self, key: int | str) -> Block: ...
    @overload
    def __getitem__(self, key: slice) -> list[Block]: ...

    def __getitem__(self, key: int | str | slice) -> Block | list[Block]:
        """Gives a film by number or name, or several by slice."""
        if isinstance(key, str):
            if key not in self._films:
                msg = f"Output[{key!r}], is none of its films; it has {', '.join(self._films)}."
                raise KnobError(msg)
            return self._films[key]
        return list(self._films.values())[key]

    def __getattr__(self, name: str) -> Block:
        """Gives a film by name."""
        films = self.__dict__.get("_films", {})
        if name not in films:
            msg = f"Output has no film {name!r}; it has {', '.join(films)}"
            raise AttributeError(msg)
        return films[name]

    def __len__(self) -> int:
        """The number of films."""
        return len(self._films)

    def __iter__(self) -> Iterator[Block]:
        """The films in order."""
        return iter(self._films.values())

    def __dir__(self) -> list[str]:
        """The films' names are attributes."""
        return [*super().__dir__(), *self._films]

    def keys(self) -> list[str]:
        """The names in order."""
        return list(self._films)

    def __repr__(self) -> str:
        """The names and shapes: the numbers would fill a page."""
        shapes = ", ".join(f"{name} {list(film.shape)}" for name, film in self._films.items())
        return f"Output({shapes}; dt {self.dt:g} s)"

    def _repr_html_(self) -> str:
        """Every film as its name and a strip of frames."""
        rows = [
            f"<tr><td>{html.escape(name)}</td><td>{pixels.strip_html(film, pixels.measured(film))}</td></tr>"
            for name, film in self._films.items()
        ]
        return f"<table>{''.join(rows)}</table>"
