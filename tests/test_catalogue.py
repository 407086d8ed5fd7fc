"""The catalogue lists every stream there is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import workbench
from workbench import streams
from workbench.core.stream import Stream


def found(cls: type[Stream]) -> set[type[Stream]]:
    return {cls}.union(*(found(under) for under in cls.__subclasses__()))


def test_every_stream_is_listed() -> None:
    for module in pkgutil.walk_packages(workbench.__path__, "workbench."):
        importlib.import_module(module.name)
    ours = {
        cls
        for cls in found(Stream)
        if cls.__module__.startswith("workbench.") and not inspect.isabstract(cls) and not cls.__name__.startswith("_")
    }
    missing = ours - set(streams.catalogue().values())
    lines = [
        f"from {cls.__module__.removeprefix('workbench')} import {cls.__name__} as {cls.__name__}"
        for cls in sorted(missing, key=lambda cls: cls.__module__)
    ]
    assert not missing, "add to workbench/streams.py:\n" + "\n".join(lines)


def test_the_catalogue_names_what_it_lists() -> None:
    listed = streams.catalogue()
    assert {"Blank", "RandomStream", "SequenceStream"} <= set(listed)
    assert all(cls.__name__ == name for name, cls in listed.items())
    assert all(getattr(streams, name) is cls for name, cls in listed.items())
