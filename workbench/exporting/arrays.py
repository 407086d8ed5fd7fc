"""Films as lazy arrays: dask.array and xarray, by frame index."""

from __future__ import annotations

import json
import uuid
from itertools import chain, product, repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.block import to_numpy
from ..core.errors import KnobError, RecipeError
from ..core.recipe import content_hash
from ..core.stream import Stream
from ..streams import ProcessingStream
from .extras import needed
from .film import Film


def to_dask(stream: Stream, frames: int | None = None, chunk: int = 1000, *, start: int = 0) -> Any:
    """Gives frames `start` to `start + frames` as a dask.array (time, height, width[, channel]) of float32, lazily.

    A task reads `chunk` frames and holds nothing but the stream, that is, its recipe: on any cluster a worker needs
    this package and the files that the recipe names. Any chunk gives the same bits.

    A ProcessingStream can be cut where its model is `stateless`. One that remembers runs from frame 0 on, so that every chunk
    would run it anew up to there: more than one chunk of it is a `KnobError`. Raises `KnobError` too for an endless stream
    without `frames`, `ShapeError` for several films side by side, and `ExtraMissing` without dask.

    >>> from workbench.streams import RandomStream
    >>> array = to_dask(RandomStream((4, 5), seed=1), 1_000_000)
    >>> array.shape, array.numblocks, array[999_999].mean().compute().shape
    ((1000000, 4, 5), (1000, 1, 1), ())
    """
    dask = needed("dask.array", "lazy arrays need it")
    film = Film.of(stream, start, frames, chunk, None, "to_dask")
    if film.pieces > 1:
        _refuse_memory(stream)
    name = f"film-{_token(stream)}-{start}-{film.frames}-{film.chunk}"
    source = f"{name}-stream"
    rest = film.shape[1:]
    stop, count = start + film.frames, film.pieces
    keys = product((name,), range(count), *((0,) for _ in rest))
    stops = chain(range(start + film.chunk, stop, film.chunk), (stop,))
    work = zip(repeat(_frames, count), repeat(source, count), range(start, stop, film.chunk), stops, strict=True)
    tasks: dict[Any, Any] = dict(zip(keys, work, strict=True))
    tasks[source] = stream  # once, for all of its chunks
    lengths = (*repeat(film.chunk, count - 1), film.frames - (count - 1) * film.chunk)
    return dask.Array(tasks, name, (lengths, *((side,) for side in rest)), np.float32)


def to_xarray(stream: Stream, frames: int | None = None, chunk: int = 1000, *, start: int = 0) -> Any:
    """Gives frames as a lazy xarray.DataArray: `time` in s, `y` and `x` in degrees from the centre, colour as `channel`.

    y grows downwards, as rows do. The recipe is its attribute `recipe`, as JSON. Raises as `to_dask` does.

    >>> from workbench.streams import RandomStream
    >>> to_xarray(RandomStream((4, 5), pixel_per_degree=2.0, seed=1), 3).y.values
    array([-0.75, -0.25,  0.25,  0.75])
    """
    xarray = needed("xarray", "arrays with axes need it")
    data = to_dask(stream, frames, chunk, start=start)
    rows, columns = stream.size
    time = stream.t_zero + np.arange(start, start + len(data)) * stream.dt
    coordinates = {
        "time": ("time", time, {"units": "s"}),
        "y": ("y", _degrees(rows, stream), {"units": "deg"}),
        "x": ("x", _degrees(columns, stream), {"units": "deg"}),
    }
    axes = ("time", "y", "x", "channel")[: data.ndim]
    told = {"dt": stream.dt, "pixel_per_degree": stream.pixel_per_degree, **_recipe(stream)}
    return xarray.DataArray(data, coordinates, axes, name=type(stream).__name__, attrs=told)


def _frames(stream: Stream, start: int, stop: int) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(to_numpy(stream.read(start, stop)))


def _degrees(count: int, stream: Stream) -> npt.NDArray[np.float64]:
    return np.asarray((np.arange(count) - (count - 1) / 2) / stream.pixel_per_degree, np.float64)


def _recipe(stream: Stream) -> dict[str, str]:
    try:
        return {"recipe": json.dumps(stream.recipe())}
    except RecipeError:
        return {}


def _token(stream: Stream) -> str:
    """The same for the same recipe: dask then knows that two arrays are alike."""
    told = _recipe(stream)
    return content_hash(told)[:16] if told else uuid.uuid4().hex


def _refuse_memory(stream: Stream) -> None:
    """Refuses a film whose frames hang on those before them, wherever it is within the stream."""
    left: list[Any] = [stream]
    while left:
        one = left.pop()
        if isinstance(one, ProcessingStream) and not one.stateless:
            msg = (
                f"to_dask(stream) = ProcessingStream over {type(one.model).__name__}, is not to be cut over frames (its model "
                "remembers: every chunk would run it from frame 0); give chunk=frames for one chunk, save it as .zarr, or "
                "sweep(stream, …) over seeds or parameters."
            )
            raise KnobError(msg)
        left.extend(value for value in one.given().values() if isinstance(value, Stream))
