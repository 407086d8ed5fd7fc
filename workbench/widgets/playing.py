"""Playing: answers what the player asks, and turns knobs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from .description import words
from .knobs import turned
from .part import Part
from .player import Order, Pictures, channel_of, clamped, pictures
from .protocol import PLAYER, Fit, Flash, Read, Turn
from .warden import judged

_FIRST_PICTURES = 2  # after a turned knob: few, so that the eye sees it at once


class Playing(Part):
    """The kernel's side of the player and of the panel of knobs."""

    name: ClassVar[str] = "player"
    messages: ClassVar[Mapping[str, type[Any]]] = PLAYER

    @override
    def receive(self, message: Read | Turn | Flash | Fit) -> None:
        match message:
            case Read():
                self._read(message)
            case Turn():
                self._turn(message)
            case Flash():
                answer = {"op": "flash", "view": message.view, "generation": message.generation}
                self.host.send(answer | judged(self.host.described, message, self.host.shown))
            case Fit():
                self.host.fit()

    def _read(self, message: Read) -> None:
        began = time.perf_counter()
        reply = {"view": message.view, "order": message.order}
        if message.generation != self.host.generation:
            self.host.send(reply | {"op": "stale"})
            return
        try:
            found = pictures(self.host.described, Order.of(message, message.count), self.host.shown)
        except Exception as error:  # noqa: BLE001 - whatever a stream raises is shown on the bench, never lost
            self.host.send(reply | {"op": "error", "message": words(error)})
            return
        self._send(reply | {"op": "pictures"}, found, began)

    def _turn(self, message: Turn) -> None:
        """Turns a knob if the film it makes can be read; else says why, and the last good one stays."""
        began = time.perf_counter()
        reply = {"view": message.view, "turn": message.turn, "knob": message.knob}
        before = self.host.described
        if not before.seekable:
            before.close()  # a camera is given to one at a time; it opens again when it is asked for a frame
        try:
            stream = turned(before, message.knob, message.value)
            start, channel = clamped(stream, message.start), channel_of(stream, message.channel)
            found = pictures(stream, Order(start, _FIRST_PICTURES, message.step, message.shrink, channel), self.host.shown)
            self.host.adopt(stream)
        except Exception as error:  # noqa: BLE001 - as for an order
            self.host.send(reply | {"op": "refused", "message": words(error), "service": _since(began)})
            return
        self._send(reply | {"op": "turned"}, found, began)

    def _send(self, reply: dict[str, Any], found: Pictures, began: float) -> None:
        facts = {"generation": self.host.generation, "service": _since(began)}
        header, data = found.packed()
        self.host.send(reply | header | facts, [data])


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
