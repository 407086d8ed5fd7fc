"""Beside: a model beside the stimulus, shown the same frames. It has a thread of its own: the player never waits for it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from ..description import words
from ..knobs import Ranges, controls, turned
from ..part import Host, Part
from ..player import clamped
from ..worker import Ticket, Worker
from .making import Maker
from .messages import MODEL, Choose, Halt, Offer, Refit, Show, Tune, Window
from .offers import Offers, catalogue


class Beside(Part):
    """Which model is on, what can be chosen in its place, and its knobs; its pictures come from a `Maker`."""

    name: ClassVar[str] = "model"
    messages: ClassVar[Mapping[str, type[Any]]] = MODEL

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.maker = Maker(host, self._tell, self._say)
        self._looker = Worker("models")
        self._offers = Offers()
        self._widest: Ranges = {}
        self._kind: tuple[Any, ...] = ()

    @override
    def facts(self) -> dict[str, Any]:
        model, told = self.host.model, self.maker.told
        choice = -1 if model is None else self._offers.keep(model)
        return {
            "generation": self.maker.number,
            "choices": self._offers.facts(),
            "choice": choice,
            "controls": [] if model is None else controls(model, self._widest),
            "film": None if told is None or model is None else told.facts(),
            "trouble": self.maker.trouble,
            "remarks": self.maker.remarks,
        }

    @override
    def changed(self) -> None:
        kind = (type(self.host.model), type(self.host.described), self.host.output, self.host.shown)
        if self._kind[:1] != kind[:1]:
            self._widest.clear()
        another, self._kind = kind != self._kind, kind
        self.maker.renew(another=another)

    @override
    def remodelled(self) -> None:
        self.changed()

    @override
    def close(self) -> None:
        self._looker.cancel()
        with self.host.lock:
            self.maker.close()

    @override
    def receive(self, message: Window | Offer | Choose | Show | Tune | Refit | Halt) -> None:
        match message:
            case Window():
                self.maker.want(message)
            case Halt():
                self.maker.drop(message.view)
            case Refit():
                self.maker.fit(clamped(self.host.described, message.start))
            case Offer():
                self._looker.start(self._look)
            case Tune():
                self._on_tune(message)
            case Choose() | Show():
                self._on_choice(message)

    def _on_choice(self, message: Choose | Show) -> None:
        try:
            if isinstance(message, Choose):
                self.host.model = None if message.choice < 0 else self._offers.give(message.choice)
            elif self.maker.told is not None:
                self.host.output = None if message.choice < 0 else self.maker.told.outputs[message.choice]
        except Exception as error:  # noqa: BLE001 - whatever a model raises is told in its line, never lost
            self.maker.fail(words(error))

    def _on_tune(self, message: Tune) -> None:
        """Turns a knob of the model; what that makes of the film is for the pages to order."""
        began = time.perf_counter()
        reply = {"op": "turned", "view": message.view, "turn": message.turn, "knob": message.knob}
        try:
            if self.host.model is not None:
                self.host.model = turned(self.host.model, message.knob, message.value)
        except Exception as error:  # noqa: BLE001 - as above
            reply["message"] = words(error)
        self._say(reply | {"service": (time.perf_counter() - began) * 1000}, [])

    def _look(self, _ticket: Ticket) -> None:
        """Offers the models of the package: that may load them, so it is not done while anybody waits."""
        found = catalogue()
        with self.host.lock:
            self._offers.add(found)
            self._tell()

    def _tell(self) -> None:
        self.host.tell(self)

    def _say(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.host.send({"part": self.name, **content}, buffers)
