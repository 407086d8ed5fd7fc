"""The reference: every public name that has no page of its own, by room, as its docstring tells it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from types import ModuleType

import parts

import workbench
from workbench import exporting, filters, models, plotting, streams
from workbench.core import block, layer, output, stream
from workbench.files import events

Public = type | object


def exported(room: ModuleType) -> list[Public]:
    """Gives the classes and functions of the package that a door shows, but for those with pages of their own."""
    elsewhere = {*streams.catalogue().values(), *streams.layers().values(), *parts.ERRORS.values()}
    found = (one for name, one in vars(room).items() if not name.startswith("_"))
    ours = (one for one in found if inspect.isclass(one) or inspect.isfunction(one))
    return [one for one in ours if one.__module__.startswith("workbench.") and one not in elsewhere]


def defined(module: ModuleType) -> list[Public]:
    """Gives what a module itself defines of that."""
    return [one for one in exported(module) if one.__module__ == module.__name__]


def at_the_front_door(room: str) -> list[Public]:
    """Gives what the package itself shows of a room."""
    found = (getattr(workbench, name) for name in dir(workbench) if not name.startswith("_"))
    return [one for one in found if getattr(one, "__module__", "").startswith(room)]


ROOMS: dict[str, tuple[str, str, list[Public]]] = {
    "streams": (
        "Streams",
        "What every stream can do, and the catalogue. The streams themselves have [pages of their own](../streams/index.md).",
        [stream.Stream, *defined(streams)],
    ),
    "blocks": ("Blocks", "The one shape, and the two doors to it.", [block.as_block, block.to_numpy]),
    "files": (
        "Writers and events",
        "Files are read by streams and written by writers, or by [save](exporting.md).",
        [
            *(one.writer for one in streams.formats() if one.writer),
            *(events.read_events, events.write_events, events.events, events.frames),
        ],
    ),
    "models": (
        "Models",
        "What every model can do, and functions for receptive fields. The models have [pages of their own](../models/index.md).",
        [layer.Layer, output.Output, *exported(models)],
    ),
    "filters": ("Filters", "Pure functions on films.", [*defined(filters.temporal), *defined(filters.spatial)]),
    "plotting": ("Plots", "In `workbench.plotting`; `plot` and `plot_tensor` at the front door, too.", exported(plotting)),
    "exporting": (
        "Exporting",
        "`save`, `from_file`, `sweep`, `to_dask` and `to_xarray` stand at the front door; all in `workbench.exporting`.",
        exported(exporting),
    ),
    "datasets": ("Data sets", "Digits without a network.", exported(workbench.datasets)),
    "bench": ("The bench", "In a notebook: [how to use it](../how-to/bench.md).", at_the_front_door("workbench.widgets")),
}


def pages() -> dict[str, str]:
    """Gives a page for each room."""
    return {f"reference/{name}.md": _page(*room) for name, room in ROOMS.items()}


def table() -> str:
    """Gives every public name with its first line."""
    rows = (
        f"| [`{one.__name__}`]({room}.md#{_path(one)}) | {parts.first_line(one)} |"
        for room, (_, _, names) in ROOMS.items()
        for one in names
    )
    return "\n".join(("| name | what it is or gives |", "|---|---|", *rows))


def _page(title: str, words: str, names: Iterable[Public]) -> str:
    return parts.joined(f"# {title}", words, *(f"::: {_path(one)}" for one in names))


def _path(one: Public) -> str:
    return f"{one.__module__}.{one.__qualname__}"
