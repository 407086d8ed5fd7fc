"""Identity: the hash of the stimulus's recipe, and what must be at hand before the code of stimulus and model runs.

The hash is found in a worker, for all frames of a film in memory are in it. The model is not.
"""

from __future__ import annotations

from typing import Any, ClassVar

from typing_extensions import override

from ..core.stream import Stream
from .description import words
from .expression import at_hand, identity
from .part import Host, Part
from .worker import Ticket, Worker


class Identity(Part):
    """Facts: `generation` of the film, `hash` and `words` as `expression.identity` gives them, and such words of the `model`."""

    name: ClassVar[str] = "identity"

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._worker = Worker(self.name)
        self._told: dict[str, Any] = {}

    @override
    def facts(self) -> dict[str, Any]:
        model = self.host.model
        return self._told | {"model": "" if model is None else at_hand("Before the model runs", model)}

    @override
    def receive(self, message: Any) -> None:
        """It has no messages."""

    @override
    def changed(self) -> None:
        stream, generation = self.host.described, self.host.generation
        self._told = {"generation": generation, "hash": "", "words": ""}
        self._worker.start(lambda ticket: self._find(ticket, stream, generation))

    @override
    def close(self) -> None:
        self._worker.cancel()

    def _find(self, ticket: Ticket, stream: Stream, generation: int) -> None:
        try:
            found = identity(stream)
        except Exception as error:  # noqa: BLE001 - whatever a stream of one's own raises is told
            found = {"hash": "", "words": words(error)}
        with self.host.lock:
            ticket.check()
            self._told = {"generation": generation, **found}
            self.host.tell(self)
