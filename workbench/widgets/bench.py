"""Bench: a stimulus on the table. Live picture, a knob for every parameter, and the code that rebuilds it."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from ..core import pixels
from ..core.errors import KnobError
from ..core.layer import Layer
from ..core.stream import Stream
from ..exporting import save
from . import source
from .clip import SavedClip
from .description import code, film
from .export.part import Exports
from .frozen import Frozen, frozen_clip
from .identity import Identity
from .kept import Kept
from .knobs import Ranges, controls
from .model.part import Beside
from .part import Part
from .playing import Playing
from .protocol import parse
from .views.part import Views

_FROZEN_FRAMES = 240
_PARTS: tuple[type[Part], ...] = (Playing, Beside, SavedClip, Views, Exports, Identity)
_STYLES = ("bench.css", "model/beside.css", "views/views.css", "export/exports.css")


class Bench(anywidget.AnyWidget):
    """A bench with a stream on it.

    `bench.stream` is the stream that is on now. Set it, and picture, knobs and code follow; turn a knob, and it is
    replaced by another stream. The one you gave is never changed, nor is its cursor moved. What cannot be shown is said
    on the bench; anything but a stream is a `KnobError`.

    `bench.model` is the model beside it, shown the same frames, and `bench.output` the name of the film or inner stage of
    it that is seen (None: its first). Any `Layer` will do, your own too, and None takes it away.

    >>> from workbench.streams import RandomStream
    >>> bench = Bench(RandomStream((20, 30), level=100.0, mean=127.0, seed=7))
    >>> print(bench.code)
    import workbench
    workbench.bench(workbench.streams.RandomStream(size=(20, 30), level=100.0, mean=127.0, seed=7))
    """

    _esm: ClassVar[str] = source.module("bench.js")
    _css: ClassVar[str] = source.style(*_STYLES)

    stream = Kept(
        Stream,
        "a stream; give for example workbench.streams.RandomStream(), workbench.open(path) or SequenceStream(array)",
        help="the stream that is on now",
    )
    model = Kept(
        Layer,
        "a model; give for example workbench.models.Retina(), or None",
        allow_none=True,
        default_value=None,
        help="the model that is shown the same frames",
    )
    output = Kept(
        str, "the name of a film; give one that the model has, or None", allow_none=True, default_value=None, help="its film"
    )
    film = traitlets.Dict(help="what the player needs to know of it").tag(sync=True)
    controls = traitlets.List(help="what the panel needs to know of its parameters").tag(sync=True)
    code = traitlets.Unicode(help="the code that rebuilds this bench").tag(sync=True)
    parts = traitlets.Dict(help="what each part's page needs to know").tag(sync=True)
    clip = traitlets.Dict(help="a stretch of the film, saved with the notebook").tag(sync=True)

    def __init__(self, stream: Stream, model: Layer | None = None, output: str | None = None) -> None:
        self.lock = threading.RLock()  # JupyterLab may hand over messages in a thread of their own
        self.generation = 0
        self._turning = False
        self.shown: pixels.Range = (0.0, 1.0)
        self._widest: Ranges = {}
        self._parts = {part.name: part(self) for part in _PARTS}
        self._receivers = {op: part.receive for part in self._parts.values() for op in part.messages}
        self._kinds = {op: kind for part in _PARTS for op, kind in part.messages.items()}
        super().__init__(stream=stream, model=model, output=output)
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
            self.code = code(stream, self.model, self.output)
            for part in self._parts.values():
                part.changed()
                self.tell(part)

    @traitlets.observe("model", "output")
    def _on_model(self, change: dict[str, Any]) -> None:
        """Tells the browser. Another kind of model is seen by its first film."""
        if self.generation == 0:  # in the making: the stream is described with what is beside it
            return
        with self.lock, self.hold_sync():
            if change["name"] == "model" and change["old"] is not None and type(change["old"]) is not type(change["new"]):
                self.set_trait("output", None)
            self.code = code(self.stream, self.model, self.output)
            for part in self._parts.values():
                part.remodelled()
                self.tell(part)

    def tell(self, part: Part) -> None:
        """Tells the pages a part's facts anew."""
        with self.lock:
            self.parts = self.parts | {part.name: part.facts()}

    def freeze(self, start: int | None = None, frames: int = _FROZEN_FRAMES) -> Frozen:
        """Gives `frames` frames of what is on, from `start` (None: the stream's position), to be seen without a kernel.

        Fewer where the film ends or 1 MB is full; large films are averaged down. The last line of a cell, it plays in the
        saved notebook and in HTML made of it; `freeze().save("film.html")` writes a page.
        A live film is a `SeekError`, one without frames an `EndOfStream`.

        >>> from workbench.streams import RandomStream
        >>> Bench(RandomStream((20, 30), seed=7)).freeze(0, 50)
        Frozen(RandomStream, 50 frames of 20×30)
        """
        with self.lock:
            stream, shown, facts = self.described, self.shown, {"film": self.film, "code": self.code}
        made = frozen_clip(stream, shown, start, frames)
        return Frozen(facts, made, _STYLES[:1])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        for part in self._parts.values():
            part.displayed()
        return super()._repr_mimebundle_(**kwargs)

    def export(self, path: str | os.PathLike[str], start: int = 0, frames: int | None = None) -> Path:
        """Writes frames of the stream that is on into a file, as `workbench.save` does, which says what it raises."""
        return save(self.stream, path, start, frames)

    def close(self) -> None:
        """Takes the bench off the page and gives up what its parts have under way."""
        with self.lock:
            for part in self._parts.values():
                part.close()
            self.layout.close()  # ipywidgets makes one for each widget, and leaves it
            super().close()

    def _on_message(self, _widget: Any, content: object, buffers: list[Any]) -> None:
        try:
            message = parse(content, buffers, self._kinds)
        except KnobError as error:
            self.send({"op": "malformed", "message": str(error)})
            return
        with self.lock:
            self._receivers[content["op"]](message)  # type: ignore[index]  # parsed: it is a dict

    def fit(self) -> None:
        """Shows the whole range of values of what is on."""
        self.shown = pixels.display_range(self.described.value_range)
        self._describe()

    def adopt(self, stream: Stream) -> None:
        """Puts a stream on that one knob makes: the range of values shown stays."""
        self._turning = True
        try:
            self.set_trait("stream", stream)
        finally:
            self._turning = False


def bench(stream: Stream, model: Layer | None = None, output: str | None = None) -> Bench:
    """Gives a bench with a stream on it: show it as the last line of a notebook cell.

    `model` is shown the same frames beside it, by its film or inner stage called `output` (None: its first).

    >>> from workbench.models import Retina
    >>> from workbench.streams import RandomStream
    >>> bench(RandomStream(level=100.0, mean=127.0, seed=7), Retina(seed=1), "bipolar").model
    Retina(seed=1)
    """
    return Bench(stream, model, output)
