"""Model messages: what a page asks of the model that stands beside the film."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, Final

from ...core.knob import Knob
from ..player import Order
from ..protocol import Channel, Frame, Name, Number, Pictures, Shrink, Step, Value

Choice = Annotated[int, Knob(-1, 999, "", "number of a choice, -1 for none")]


@dataclasses.dataclass(frozen=True)
class Window:
    """An order of pictures: instead of what the view wanted so far, or after it."""

    view: Number
    order: Number
    generation: Number
    start: Frame
    count: Pictures
    step: Step
    shrink: Shrink
    channel: Channel
    after: Annotated[bool, Knob(meaning="add it to what is wanted already")]

    def first(self, count: int) -> Order:
        """Gives the order for its first `count` pictures."""
        return Order(self.start, count, self.step, self.shrink, self.channel)

    def rest(self, done: int) -> Window:
        """Gives what is left of it once `done` pictures are made."""
        return dataclasses.replace(self, start=self.start + done * self.step, count=self.count - done)


@dataclasses.dataclass(frozen=True)
class Offer:
    """A page that shows the choice of models asks which there are."""

    view: Number


@dataclasses.dataclass(frozen=True)
class Choose:
    """A model was chosen."""

    view: Number
    choice: Choice


@dataclasses.dataclass(frozen=True)
class Show:
    """One of the model's films was chosen."""

    view: Number
    choice: Choice


@dataclasses.dataclass(frozen=True)
class Tune:
    """A knob of the model was turned."""

    view: Number
    turn: Number
    knob: Name
    value: Value | None


@dataclasses.dataclass(frozen=True)
class Refit:
    """The values shown are to become those of the frames from `start` on."""

    view: Number
    start: Frame


@dataclasses.dataclass(frozen=True)
class Halt:
    """What this view waits for is no longer wanted."""

    view: Number


MODEL: Final[Mapping[str, type[Any]]] = {
    "model read": Window,
    "models": Offer,
    "model": Choose,
    "model output": Show,
    "model turn": Tune,
    "model fit": Refit,
    "model stop": Halt,
}
