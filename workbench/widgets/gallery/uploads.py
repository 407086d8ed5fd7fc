"""Uploads: what a browser sends of files, piece by piece; each becomes a card, pictures sent together one film."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from typing import Annotated, Any, Final

from ...core.knob import Knob
from ...files.names import natural
from ...streams import ImageSequence, Stream
from ..description import words
from ..protocol import Name, Number
from .card import Card, opened
from .inbox import MOST_OF_A_FILE, Arrival, Inbox
from .shelf import Shelf

MOST_OF_A_PIECE: Final = 1 << 20

_LONGEST_SHOWN = 80

Bytes = Annotated[int, Knob(0, 2**53, "bytes", "size of a file")]
Place = Annotated[int, Knob(0, MOST_OF_A_FILE, "bytes", "place of a piece in its file")]


@dataclasses.dataclass(frozen=True)
class Begin:
    """A file is to come, one of those dropped together."""

    view: Number
    drop: Number
    upload: Number
    name: Name
    size: Bytes


@dataclasses.dataclass(frozen=True)
class Piece:
    """The next bytes of a file, in a buffer."""

    view: Number
    upload: Number
    at: Place


@dataclasses.dataclass(frozen=True)
class Done:
    """All files dropped together were sent."""

    view: Number
    drop: Number


@dataclasses.dataclass
class _Upload:
    drop: tuple[int, int]
    card: Card
    arrival: Arrival


class Uploads:
    """Takes the messages, and keeps the cards on the shelf in step; what goes wrong is said on the file's card."""

    def __init__(self, inbox: Inbox, shelf: Shelf) -> None:
        self.inbox = inbox
        self._shelf = shelf
        self._uploads: dict[tuple[int, int], _Upload] = {}

    def begin(self, message: Begin) -> dict[str, Any]:
        """Makes a card for the file; the answer tells whether it may come."""
        card = self._shelf.arriving(message.name[:_LONGEST_SHOWN].encode(errors="replace").decode())
        answer = {"view": message.view, "upload": message.upload, "at": 0}
        try:
            arrival = self.inbox.begin(message.name, message.size)
        except Exception as error:  # noqa: BLE001 - a full disk, too, is said on the card
            self.refuse(card, error)
            return answer | {"op": "refused"}
        card.name, card.files = arrival.name, (arrival.name,)
        self._uploads[message.view, message.upload] = _Upload((message.view, message.drop), card, arrival)
        return answer | {"op": "go", "card": card.number}

    def piece(self, message: Piece, data: bytes | memoryview) -> dict[str, Any]:
        """Keeps a piece; the answer tells where the next one begins."""
        answer = {"view": message.view, "upload": message.upload, "at": 0}
        upload = self._uploads.get((message.view, message.upload))
        if upload is None:
            return answer | {"op": "refused"}
        try:
            self.inbox.take(upload.arrival, message.at, data)
        except Exception as error:  # noqa: BLE001 - as above
            del self._uploads[message.view, message.upload]
            self.refuse(upload.card, error)
            return answer | {"op": "refused"}
        return answer | {"op": "go", "card": upload.card.number, "at": upload.arrival.received}

    def done(self, message: Done) -> None:
        """Opens the files that were dropped together."""
        drop = (message.view, message.drop)
        together = [key for key, upload in self._uploads.items() if upload.drop == drop]
        cards = [self._opened(self._uploads.pop(key)) for key in together]
        pictures = [card for card in cards if not card.trouble and isinstance(card.stream, ImageSequence)]
        for size in dict.fromkeys(card.stream.size for card in pictures):
            self._join([card for card in pictures if card.stream.size == size])

    def forget(self, card: Card) -> None:
        """Takes a card away, and its files, whole or not."""
        self._uploads = {key: one for key, one in self._uploads.items() if one.card is not card}
        card.close()
        self._remove(card.files)
        self._shelf.take(card)

    def refuse(self, card: Card, error: Exception) -> None:
        """Says on a card what went wrong, and removes its files."""
        said = words(error).replace(f"{self.inbox.folder}{os.sep}", "")
        self._remove(card.files)
        card.refuse(said)

    def _opened(self, upload: _Upload) -> Card:
        try:
            upload.card.put(opened(self.inbox.finish(upload.arrival)), upload.arrival.name)
        except Exception as error:  # noqa: BLE001 - whatever a reader raises is shown on its card, never lost
            self.refuse(upload.card, error)
        return upload.card

    def _join(self, cards: list[Card]) -> None:
        """Makes one film of several pictures of one size, in natural order, on the first one's card."""
        if len(cards) < 2:
            return
        cards.sort(key=lambda card: natural(card.name))
        first, files = cards[0], [name for card in cards for name in card.files]
        paths = [str(self.inbox.folder / name) for name in files]
        stream: Stream = first.stream.replace(filenames=paths)
        first.close()
        first.put(stream, *files)
        first.name = f"{files[0]} … {files[-1]}"
        for card in cards[1:]:
            card.close()
            self._shelf.take(card)

    def _remove(self, files: Iterable[str]) -> None:
        for name in files:
            self.inbox.remove(name)
