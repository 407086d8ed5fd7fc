"""Bench: a stimulus on the table. Live picture, a knob for every parameter, and the code that rebuilds it."""

from __future__ import annotations

import threading
import time
from typing import Any, ClassVar

import anywidget
import traitlets

from ..core import pixels
from ..core.cast import shown
from ..core.errors import KnobError
from ..core.stream import Stream
from . import source
from .description import code, film, words
from .flash import flash_report
from .knobs import Ranges, controls, turned
from .part import Part
from .player import Order, Pictures, channel_of, clamped, frames, pictures
from .protocol import PLAYER, Fit, Flash, Read, Turn, parse

_FIRST_PICTURES = 2  # after a turned knob: few, so that the eye sees it at once
_JUDGED_SECONDS = 1.0
_MOST_JUDGED = 128
_PARTS: tuple[type[Part], ...] = ()
_STYLES = ("bench.css",)


class _StreamTrait(traitlets.TraitType[Stream, Stream]):
    """A stream, and nothing else."""

    def validate(self, obj: Any, value: object) -> Stream:  # noqa: ARG002 - as traitlets calls it
        if not isinstance(value, Stream):
            msg = f"Bench.stream = {shown(value)}, is not a stream; give for example workbench.streams.RandomStream()."
            raise KnobError(msg)
        return value


class Bench(anywidget.AnyWidget):
    """A bench with a stream on it.

    `bench.stream` is the stream that is on now. Set it, and picture, knobs and code follow; turn a knob, and it is
    replaced by another stream. The one you gave is never changed, nor is its cursor moved. What cannot be shown is said
    on the bench; anything but a stream is a `KnobError`.

    >>> from workbench.streams import RandomStream
    >>> bench = Bench(RandomStream((20, 30), level=100.0, mean=127.0, seed=7))
    >>> print(bench.code)
    import workbench
    workbench.bench(workbench.streams.RandomStream(size=(20, 30), level=100.0, mean=127.0, seed=7))
    """

    _esm: ClassVar[str] = source.module("bench.js")
    _css: ClassVar[str] = source.style(*_STYLES)

    stream = _StreamTrait(help="the stream that is on now")
    film = traitlets.Dict(help="what the player needs to know of it").tag(sync=True)
    controls = traitlets.List(help="what the panel needs to know of its parameters").tag(sync=True)
    code = traitlets.Unicode(help="the code that rebuilds this bench").tag(sync=True)
    parts = traitlets.Dict(help="what each part's page needs to know").tag(sync=True)

    def __init__(self, stream: Stream) -> None:
        self.lock = threading.RLock()  # JupyterLab may hand over messages in a thread of their own
        self.generation = 0
        self._turning = False
        self.shown: pixels.Range = (0.0, 1.0)
        self._widest: Ranges = {}
        self._parts = {part.name: part(self) for part in _PARTS}
        self._receivers = dict.fromkeys(PLAYER, self._receive)
        self._receivers |= {op: part.receive for part in self._parts.values() for op in part.messages}
        self._kinds = {**PLAYER} | {op: kind for part in _PARTS for op, kind in part.messages.items()}
        super().__init__(stream=stream)
        self.on_msg(self._on_message)

    @traitlets.observe("stream")
    def _on_stream(self, change: dict[str, Any]) -> None:
        """Tells the browser. A stream set from code is shown over its whole range; a turned knob keeps the range."""
        with self.lock:
            if type(change["old"]) is not type(change["new"]):
                self._widest.clear()
            if not self._turning:
                self.shown = pixels.display_range(self.stream.value_range)
            self._describe()

    def _describe(self) -> None:
        self.generation += 1
        self.described = stream = self.stream
        with self.hold_sync():
            self.film = film(stream, self.generation, self.shown)
            self.controls = controls(stream, self._widest)
            self.code = code(stream)
            for part in self._parts.values():
                part.changed()
                self.tell(part)

    def tell(self, part: Part) -> None:
        """Tells the pages a part's facts anew."""
        with self.lock:
            self.parts = self.parts | {part.name: part.facts()}

    def close(self) -> None:
        """Takes the bench off the page and gives up what its parts have under way."""
        for part in self._parts.values():
            part.close()
        super().close()

    def _on_message(self, _widget: Any, content: object, buffers: list[Any]) -> None:
        try:
            message = parse(content, buffers, self._kinds)
        except KnobError as error:
            self.send({"op": "malformed", "message": str(error)})
            return
        with self.lock:
            self._receivers[content["op"]](message)  # type: ignore[index]  # parsed: it is a dict

    def _receive(self, message: Read | Turn | Flash | Fit) -> None:
        match message:
            case Read():
                self._on_read(message)
            case Turn():
                self._on_turn(message)
            case Flash():
                self._on_flash(message)
            case Fit():
                self.shown = pixels.display_range(self.described.value_range)
                self._describe()

    def _on_read(self, message: Read) -> None:
        began = time.perf_counter()
        reply = {"view": message.view, "order": message.order}
        if message.generation != self.generation:
            self.send(reply | {"op": "stale"})
            return
        try:
            found = pictures(self.described, Order.of(message, message.count), self.shown)
        except Exception as error:  # noqa: BLE001 - whatever a stream raises is shown on the bench, never lost
            self.send(reply | {"op": "error", "message": words(error)})
            return
        self._send_pictures(reply | {"op": "pictures"}, found, began)

    def _on_turn(self, message: Turn) -> None:
        """Turns a knob if the film it makes can be read; else says why, and the last good one stays."""
        began = time.perf_counter()
        reply = {"view": message.view, "turn": message.turn, "knob": message.knob}
        try:
            stream = turned(self.described, message.knob, message.value)
            order = Order(
                clamped(stream, message.start),
                _FIRST_PICTURES,
                message.step,
                message.shrink,
                channel_of(stream, message.channel),
            )
            found = pictures(stream, order, self.shown)
            self._adopt(stream)
        except Exception as error:  # noqa: BLE001 - as for an order
            self.send(reply | {"op": "refused", "message": words(error), "service": _since(began)})
            return
        self._send_pictures(reply | {"op": "turned"}, found, began)

    def _adopt(self, stream: Stream) -> None:
        self._turning = True
        try:
            self.set_trait("stream", stream)
        finally:
            self._turning = False

    def _on_flash(self, message: Flash) -> None:
        interval = message.interval / 1e6
        count = min(_MOST_JUDGED, round(_JUDGED_SECONDS / interval) + 1)
        start = clamped(self.described, message.start)
        try:
            channel = channel_of(self.described, message.channel)
            block = frames(self.described, Order(start, count, message.step, channel=channel))
            report = flash_report(block, interval, message.zoom, narrowed(self.shown, message.contrast / 1000))
            risky = report.risky
        except Exception:  # noqa: BLE001 - the order for the same frames tells what is wrong with them
            risky = False
        answer = {"op": "flash", "view": message.view, "generation": message.generation, "risky": risky}
        self.send(answer | {"start": start, "stop": start + count * message.step})

    def _send_pictures(self, reply: dict[str, Any], found: Pictures, began: float) -> None:
        facts = {"generation": self.generation, "service": _since(began)}
        self.send(reply | found.header() | facts, [found.data])


def bench(stream: Stream) -> Bench:
    """Gives a bench with a stream on it: show it as the last line of a notebook cell."""
    return Bench(stream)


def narrowed(shown: pixels.Range, contrast: float) -> pixels.Range:
    """Gives the range that is left on the screen when contrast is raised about the middle."""
    middle, half = (shown[0] + shown[1]) / 2, (shown[1] - shown[0]) / 2
    return middle - half / contrast, middle + half / contrast


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
