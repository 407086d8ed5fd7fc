"""Description: what a page is told of a stream, and of an error."""

from __future__ import annotations

from typing import Any

from ..core.errors import KnobError
from ..core.layer import Layer
from ..core.pixels import Range
from ..core.stream import Stream
from .expression import expression
from .player import known_length


def film(stream: Stream, generation: int, shown: Range) -> dict[str, Any]:
    """Gives what a player needs to know of a stream, as JSON can hold it."""
    low, high = stream.value_range
    return {
        "generation": generation,
        "name": type(stream).__name__,
        "about": about(type(stream)),
        "first": stream.first,
        "length": known_length(stream),
        "rows": stream.size[0],
        "columns": stream.size[1],
        "channels": stream.channels,
        "t_zero": stream.t_zero,
        "dt": stream.dt,
        "position": stream.position,
        "low": shown[0],
        "high": shown[1],
        "signed": low < 0 < high,
        "live": not stream.seekable,
    }


def about(kind: type) -> str:
    """Gives the first line of what a class says of itself, as plain text."""
    return (kind.__doc__ or "").strip().partition("\n")[0].replace("`", "")


def code(stream: Stream, model: Layer | None = None, output: str | None = None) -> str:
    """Gives the code that rebuilds a bench with this stream on it, and a model where there is one."""
    beside = "" if model is None else f", model={expression(model)}"
    shown = "" if model is None or output is None else f", output={output!r}"
    return f"import workbench\nworkbench.bench({expression(stream)}{beside}{shown})"


def words(error: Exception) -> str:
    """Gives an error as a line for the bench."""
    return str(error) if isinstance(error, KnobError) else f"{type(error).__name__}: {error}"
