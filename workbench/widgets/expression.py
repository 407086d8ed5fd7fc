"""Expression: a stream or model as code that runs after `import workbench`, and what such code cannot hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import streams
from ..core import scratch
from ..core.errors import RecipeError
from ..core.layer import Layer
from ..core.recipe import content_hash
from ..core.stream import Stream

_HOUSE = "workbench."


def expression(what: Stream | Layer) -> str:
    """Gives the code that makes a stream or model: classes of this package by where they are, one's own as they are named.

    >>> expression(streams.TimedResampleStream(streams.RandomStream((4, 5), seed=7), dt=0.02))
    'workbench.streams.TimedResampleStream(stream=workbench.streams.RandomStream(size=(4, 5), seed=7), dt=0.02)'
    """
    code = repr(what)
    for name, part in _inner(what):
        code = code.replace(f"{name}={part!r}", f"{name}={expression(part)}", 1)
    return f"{_room(type(what))}{code}"


def identity(stream: Stream) -> dict[str, str]:
    """Gives the `hash` of a stream's recipe, and in `words` why it has none, or what must be at hand before its code runs."""
    if not stream.seekable:
        return {"hash": "", "words": "No recipe: a live source shows what is before it. record(n) gives a film that has one."}
    try:
        digest = content_hash(stream.recipe())
    except RecipeError as error:
        return {"hash": "", "words": f"No recipe: {error}"}
    return {"hash": digest, "words": at_hand("Before this runs", stream)}


def at_hand(when: str, what: Stream | Layer) -> str:
    """Gives what must be at hand before the code of a stream or model runs, as a sentence that begins with `when`.

    It is empty where the code holds all of it.
    """
    wanted = "; ".join(dict.fromkeys(_wanted(what)))
    return wanted and f"{when}: {wanted}."


def _wanted(what: Stream | Layer) -> Iterator[str]:
    """What must be at hand before the code runs."""
    kind = type(what).__name__
    if not _room(type(what)):
        yield f"define {kind}"
    inner = dict(_inner(what))
    for name, value in what.given().items():
        if name in inner:
            yield from _wanted(inner[name])
        elif f"{name}=<" in repr(what) and not isinstance(value, str):
            yield f"put the {'frames' if isinstance(what, Stream) else 'values'} of {kind} in the place of {name}=<…>"
        elif files := list(_passing(value)):
            some = Path(files[0]).name if len(files) == 1 else f"the {len(files)} files"
            yield f"copy {some} out of the temporary folder (it goes with the kernel) and name the new place"


def _passing(value: object) -> Iterator[str]:
    """The files among the values of a parameter that go away with this process."""
    for one in value if isinstance(value, list | tuple) else [value]:
        if isinstance(one, str) and scratch.holds(one):
            yield one


def _inner(what: Stream | Layer) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in what.given().items() if isinstance(value, Stream | Layer))


def _room(kind: type) -> str:
    """Where a class of this package is found by its name; nothing for one's own."""
    if streams.catalogue().get(kind.__name__) is kind:
        return f"{_HOUSE}streams."
    room = kind.__module__.rpartition(".")[0]
    known = room.startswith(_HOUSE) and vars(sys.modules[room]).get(kind.__name__) is kind
    return f"{room}." if known else ""
