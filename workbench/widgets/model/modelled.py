"""Modelled: what a model makes of a film, as a film, and what a page is told of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch

from ...core import pixels
from ...core.block import Block
from ...core.errors import SeekError
from ...core.layer import Layer
from ...core.stream import Stream
from ...stimuli.processing import ProcessingStream
from ..player import known_length

_FITTED = 64  # frames whose values a range is fitted to
_SPIKES = (0.0, 1.0)

Extent = tuple[int, int | None]


@dataclasses.dataclass(frozen=True)
class Modelled:
    """A model's film, the names of all its films and stages, and which of them it is; the values shown, and how."""

    film: ProcessingStream
    extent: Extent  # of the input when it was made: more frames may have been put into it since
    outputs: tuple[str, ...]
    output: str
    shown: pixels.Range
    colours: str

    def facts(self) -> dict[str, Any]:
        """What a page needs to know of it, as JSON can hold it."""
        film, (low, high) = self.film, self.shown
        size = {"rows": film.size[0], "columns": film.size[1], "channels": film.channels}
        return (
            size
            | {"dt": film.dt, "t_zero": film.t_zero, "low": low, "high": high, "colours": self.colours}
            | {
                "spikes": self.colours == "grey",
                "outputs": list(self.outputs),
                "output": self.output,
            }
        )

    def fitted(self, start: int) -> Modelled:
        """Gives the same with the values of the frames from `start` on as those shown."""
        block = self.film.upto(start, start + _FITTED)
        shown = pixels.display_range(pixels.measured(block)) if block.shape[2] else self.shown
        return dataclasses.replace(self, shown=_whole(shown), colours=_colours(shown, block))


def modelled(stream: Stream, model: Layer, output: str | None, shown: pixels.Range | None) -> Modelled:
    """Gives a model's film; its whole range of values where none is given to be shown.

    Stream and model are copied. Raises whatever the model raises for such a film, `KnobError` for an output it has not,
    `SeekError` for a live film.
    """
    if not stream.seekable:
        msg = f"{type(stream).__name__}, is live (a model needs a film that stays); give workbench.bench(stream.record(500))."
        raise SeekError(msg)
    extent = extent_of(stream)
    film = ProcessingStream(stream, model, output=output)
    films, usual = _first_frames(film)
    shown = _whole(pixels.display_range(film.value_range)) if shown is None else shown
    return Modelled(film, extent, tuple(films), output or usual, shown, _colours(shown, films[output or usual]))


def extent_of(stream: Stream) -> Extent:
    """Gives the first frame of a film and the number of frames."""
    return stream.first, known_length(stream)


def _first_frames(film: ProcessingStream) -> tuple[dict[str, Block], str]:
    """The first frame of every film that the model gives, inner stages among them; the one that comes first without these."""
    source, model = film.input_stream, film.model
    block = source.upto(source.first, source.first + 1)
    if block.shape[2] == 0:
        block = torch.zeros(source.batch, source.channels, 1, *source.size)
    usual, _ = model.advance(block, None)
    films, _ = model.advance(block, None, stages=True) if model.has_stages else (usual, None)
    return films, next(iter(usual))


def _whole(shown: pixels.Range) -> pixels.Range:
    """A film of zeros and ones is shown from 0 to 1, though neither may have come yet."""
    return _SPIKES if shown[0] == 0 and shown[1] in _SPIKES else shown


def _colours(shown: pixels.Range, block: Block) -> str:
    """Diverging for both signs, grey for spikes, viridis for what is never negative."""
    if shown[0] < 0 < shown[1]:
        return "diverging"
    spikes = shown == _SPIKES and bool(((block == 0) | (block == 1)).all())
    return "grey" if spikes else "viridis"
