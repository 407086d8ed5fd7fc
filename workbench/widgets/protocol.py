"""Messages from the browser: known ones only, every number bounded, nothing that names a class or a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Final

from ..core.errors import KnobError
from ..core.knob import Knob, knobs

Number = Annotated[int, Knob(0, 2**53, "", "number that the answer carries back")]
Frame = Annotated[int, Knob(0, 2**53, "frames", "first frame")]
Pictures = Annotated[int, Knob(1, 256, "pictures", "pictures in one order")]
Step = Annotated[int, Knob(1, 100_000, "frames", "frames from picture to picture")]
Shrink = Annotated[int, Knob(1, 64, "px", "pixels averaged along each side")]
Channel = Annotated[int, Knob(-1, 255, "", "channel shown, -1 for colour")]
Name = Annotated[str, Knob(meaning="name of a parameter")]
Value = Annotated[object, Knob(meaning="its new value")]
Interval = Annotated[int, Knob(100, 10_000_000, "µs", "time from picture to picture on the screen")]
Zoom = Annotated[int, Knob(1, 64, "px", "screen pixels to a pixel of the film")]
Contrast = Annotated[int, Knob(1, 1_000_000, "1/1000", "contrast about the middle")]


@dataclasses.dataclass(frozen=True)
class Read:
    """An order of pictures."""

    view: Number
    order: Number
    generation: Number
    start: Frame
    count: Pictures
    step: Step
    shrink: Shrink
    channel: Channel


@dataclasses.dataclass(frozen=True)
class Turn:
    """A knob was turned; the answer begins at `start`."""

    view: Number
    turn: Number
    knob: Name
    value: Value | None
    start: Frame
    step: Step
    shrink: Shrink
    channel: Channel


@dataclasses.dataclass(frozen=True)
class Flash:
    """A question: whether the second from `start` on flashes, as it is shown."""

    view: Number
    generation: Number
    start: Frame
    step: Step
    channel: Channel
    interval: Interval
    zoom: Zoom
    contrast: Contrast


@dataclasses.dataclass(frozen=True)
class Fit:
    """The range of values shown is to become that of the present film."""

    view: Number


PLAYER: Final[Mapping[str, type[Any]]] = {"read": Read, "turn": Turn, "flash": Flash, "fit": Fit}


def parse(content: object, buffers: list[Any], kinds: Mapping[str, type[Any]] = PLAYER) -> Any:
    """Gives the message of one of `kinds` (by `op`) that a browser sent, or raises `KnobError` for anything that is none.

    >>> parse({"op": "fit", "view": 3}, [])
    Fit(view=3)
    """
    op = content.get("op") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(op, str) or op not in kinds:
        msg = f"message.op = {str(op)[:40]!r}, is not one of {', '.join(kinds)}; reload the page."
        raise KnobError(msg)
    wanted = knobs(kinds[op])
    if buffers or set(content) != {"op", *wanted}:
        msg = f"message {op} = {sorted(map(str, content))[:20]}, is not {sorted(wanted)} without buffers; reload the page."
        raise KnobError(msg)
    return kinds[op](**{name: one.check(content[name], "message") for name, one in wanted.items()})
