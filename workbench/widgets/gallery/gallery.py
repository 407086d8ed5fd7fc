"""Gallery: every stream there is on a card with a moving picture, your own files beside them, and a bench for one at a time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import anywidget
import ipywidgets
import traitlets

from ... import streams
from ...core.errors import KnobError
from ...core.stream import Stream
from .. import source
from ..bench import Bench
from ..protocol import Number, parse
from . import thumbnail
from .card import Card
from .inbox import Inbox
from .screening import Look, Screening
from .shelf import Shelf
from .uploads import MOST_OF_A_PIECE, Begin, Done, Piece, Uploads

_NONE = -1


@dataclass(frozen=True)
class Open:
    """The bench of a card is wanted."""

    card: Number


@dataclass(frozen=True)
class Back:
    """The cards are wanted again."""


@dataclass(frozen=True)
class Remove:
    """A file's card is no longer wanted."""

    card: Number


MESSAGES: Final[Mapping[str, type[Any]]] = {
    "look": Look,
    "open": Open,
    "back": Back,
    "remove": Remove,
    "begin": Begin,
    "piece": Piece,
    "done": Done,
}


class Cards(anywidget.AnyWidget):
    """The cards in the page, or the way back to them while a bench is open."""

    _esm: ClassVar[str] = source.module("gallery.js")
    _css: ClassVar[str] = source.style("bench.css", "gallery/gallery.css")

    cards = traitlets.List(help="what the page needs to know of each card").tag(sync=True)
    opened = traitlets.Int(_NONE, help="number of the card whose bench is open, or -1").tag(sync=True)
    rate = traitlets.Int(thumbnail.RATE, help="frames a second of a thumbnail").tag(sync=True)
    piece = traitlets.Int(MOST_OF_A_PIECE, help="bytes in one piece of a file").tag(sync=True)
    kinds = traitlets.List(help="names of the kinds of file that can be opened").tag(sync=True)


class Gallery(ipywidgets.VBox):
    """A card for every stream of the catalogue and every one handed in; files dropped on it become cards, too.

    A card is built when it comes into sight, in a thread. One bench is open at a time: `gallery.bench`, or None.
    Files from the browser (128 MB each, 256 MB in all) lie in a temporary folder until their card is removed or the
    gallery closed. What is no stream, nor a class of streams, is a `KnobError`.

    >>> gallery = Gallery()
    >>> gallery.streams["Blank"].size
    (30, 40)
    >>> gallery.show("Blank").stream.size
    (30, 40)
    >>> gallery.close()
    """

    _closed = True  # until it is made, too: what is refused is closed by ipywidgets

    def __init__(self, *own: Stream | type[Stream], inbox: Inbox | None = None) -> None:
        self._lock = threading.RLock()  # JupyterLab may hand over messages in a thread of their own
        self._shelf = Shelf()
        for thing in (*own, *streams.catalogue().values()):
            self._shelf.add(thing)
        self._uploads = Uploads(inbox or Inbox(), self._shelf)
        self.bench: Bench | None = None
        self._card: Card | None = None  # on the bench
        self.grid = Cards(cards=self._shelf.facts(), kinds=[one.name for one in streams.formats()])
        self._screening = Screening(self._shelf.get, self.grid.send)
        self.grid.on_msg(self._on_message)
        super().__init__(children=[self.grid])
        self._closed = False

    @property
    def streams(self) -> dict[str, Stream]:
        """Every stream that can be made, by the name on its card."""
        return self._shelf.streams()

    def show(self, name: str) -> Bench:
        """Puts the stream of a card on a bench in the place of the cards, and gives that."""
        return self._open(self._shelf.named(name))

    def back(self) -> None:
        """Closes the bench and shows the cards."""
        with self._lock:
            bench, self.bench = self.bench, None
            card, self._card = self._card, None
            if bench is None or card is None:
                return
            self.children = [self.grid]
            self.grid.opened = _NONE
            stream = bench.stream
            bench.close()
            bench.layout.close()
            if stream is not card.stream:
                stream.close()
            card.close()

    def close(self) -> None:
        """Takes the gallery off the page, ends its thread, closes its streams and removes its files."""
        if self._closed:
            return
        with self._lock:
            self._closed = True
            self.back()
            self._screening.close()
            self._shelf.close()
            self._uploads.inbox.close()
        self.grid.close()
        super().close()

    def _on_message(self, _widget: Any, content: object, buffers: list[Any]) -> None:
        piece = isinstance(content, dict) and content.get("op") == "piece"
        try:
            message = parse(content, [] if piece else buffers, MESSAGES)
            data = _one(buffers) if piece else memoryview(b"")
        except KnobError as error:
            self.grid.send({"op": "malformed", "message": str(error)})
            return
        with self._lock:
            if not self._closed:
                self._receive(message, data)

    def _receive(self, message: Any, data: memoryview) -> None:
        match message:
            case Look():
                self._screening.want(message)
                return
            case Piece():
                self.grid.send(self._uploads.piece(message, data))
            case Begin():
                self.grid.send(self._uploads.begin(message))
            case Done():
                self._uploads.done(message)
            case Remove():
                self._remove(message.card)
            case Open():
                self._try_open(message.card)
            case Back():
                self.back()
        self.grid.cards = self._shelf.facts()

    def _try_open(self, number: int) -> None:
        card = self._shelf.get(number)
        if card is None:
            return
        try:
            self._open(card)
        except Exception as error:  # noqa: BLE001 - whatever a stream raises is shown on its card, never lost
            self._uploads.refuse(card, error)

    def _open(self, card: Card) -> Bench:
        with self._lock:
            self.back()
            self.bench, self._card = Bench(card.stream), card
            self.children = [self.grid, self.bench]
            self.grid.opened = card.number
            return self.bench

    def _remove(self, number: int) -> None:
        card = self._shelf.sent(number)
        if card is None:
            return
        if card is self._card:
            self.back()
        self._uploads.forget(card)


def gallery(*own: Stream | type[Stream]) -> Gallery:
    """Gives a gallery of the catalogue, with your own streams or classes of streams before it.

    Show it as the last line of a notebook cell. What is no stream, nor a class of streams, is a `KnobError`.
    """
    return Gallery(*own)


def _one(buffers: list[Any]) -> memoryview:
    """The one buffer of a piece."""
    if len(buffers) != 1 or memoryview(buffers[0]).nbytes > MOST_OF_A_PIECE:
        msg = f"message piece = {len(buffers)} buffers, is not one of up to {MOST_OF_A_PIECE} bytes; reload the page."
        raise KnobError(msg)
    return memoryview(buffers[0]).cast("B")
