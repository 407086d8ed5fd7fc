"""Part: one thing that a bench does. A new one is a file here, one in js/, and a line in bench.py and parts.js."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol

from ..core.layer import Layer
from ..core.pixels import Range
from ..core.stream import Stream


class Host(Protocol):
    """What a part knows of the bench it is on."""

    clip: dict[str, Any]  # what is saved with the notebook
    model: Layer | None  # the model beside the film; set it, and all parts are told
    output: str | None  # the name of its film that is seen

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Held while a message is answered; a worker takes it for as long as it looks at what is on."""

    @property
    def described(self) -> Stream:
        """The stream that the page was told of. Read it, or a copy in a worker; never move it."""

    @property
    def generation(self) -> int:
        """Its number: what was made for another one is stale."""

    @property
    def shown(self) -> Range:
        """The values that are black and white on the screen."""

    def adopt(self, stream: Stream) -> None:
        """Puts a stream on that one knob makes."""

    def fit(self) -> None:
        """Shows the whole range of values of what is on."""

    def send(self, content: Any, buffers: Any = None) -> None:
        """Sends a message to the pages; from any thread. `view` says to which."""

    def tell(self, part: Part) -> None:
        """Tells the pages the part's facts anew."""


class Part(ABC):
    """Answers its own messages, and is told when another film is on."""

    name: ClassVar[str]
    messages: ClassVar[Mapping[str, type[Any]]] = {}  # by `op`: dataclasses whose fields have Knobs (protocol.py)

    def __init__(self, host: Host) -> None:
        self.host = host

    def facts(self) -> dict[str, Any]:
        """What every page needs to know of it, as JSON can hold it."""
        return {}

    @abstractmethod
    def receive(self, message: Any) -> None:
        """Answers one of its messages. The lock is held: what takes longer than a picture goes to a `Worker`."""

    def displayed(self) -> None:  # noqa: B027 - a hook
        """Called when the bench is about to be shown in a notebook."""

    def changed(self) -> None:  # noqa: B027 - a hook
        """Called when another film is on. The lock is held."""

    def remodelled(self) -> None:  # noqa: B027 - a hook
        """Called when another model, or another film of it, is on. The lock is held."""

    def close(self) -> None:  # noqa: B027 - a hook
        """Gives up what is under way."""
