"""Thumbnail: the first frames of a stream as a clip that is small enough to stand on a card."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, Final

import numpy as np
import torch

from ...core import pixels
from ...core.errors import SeekError
from ...core.stream import Stream
from ..flash import flash_report
from ..player import COLOUR, Order, channel_of, pictures
from ..worker import Ticket

BOX: Final = (120, 160)  # rows, columns of CSS pixels
CARD: Final = (190, 176)  # what a card covers at least
FRAMES: Final = 64
RATE: Final = 15  # frames a second
MOST_BYTES: Final = 1 << 20

_QUARTER = 4  # of the visual field may flash (WCAG 2.3.1)


@dataclasses.dataclass(frozen=True)
class Clip:
    """Frames as bytes `[count, rows, columns, channels]`; `zoom` CSS pixels to each pixel.

    `calm` tells that a page full of such clips would not flash (flash.py).
    """

    count: int
    rows: int
    columns: int
    channels: int
    zoom: int
    signed: bool
    calm: bool
    data: bytes = dataclasses.field(repr=False)

    def header(self) -> dict[str, Any]:
        """Everything but the bytes, for the message that goes with them."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "data"}


def clip(stream: Stream, ticket: Ticket) -> Clip:
    """Gives the clip of a stream, read from a copy of it. Raises whatever the stream raises; a live one is a `SeekError`.

    >>> from workbench.streams import RandomStream
    >>> clip(RandomStream((60, 320)), Ticket()).header()
    {'count': 64, 'rows': 30, 'columns': 160, 'channels': 1, 'zoom': 1, 'signed': True, 'calm': True}
    """
    if not stream.seekable:
        msg = f"{type(stream).__name__}, is live and has no thumbnail (it has no frames to come back to); open it."
        raise SeekError(msg)
    own = copy.copy(stream)
    try:
        film = _film(own, ticket)
    finally:
        own.close()
    count, rows, columns, channels = film.shape
    zoom = max(1, min(BOX[0] // rows, BOX[1] // columns))
    low, high = stream.value_range
    return Clip(count, rows, columns, channels, zoom, low < 0 < high, is_calm(film, zoom), film.tobytes())


def is_calm(film: pixels.Bytes, zoom: int) -> bool:
    """Tells whether a wall of cards that show this film over and over flashes no more than a quarter of the visual field."""
    if len(film) == 0:
        return True
    shown = np.resize(film, (len(film) + RATE + 1, *film.shape[1:]))  # beyond the seam, where it begins anew
    block = torch.from_numpy(shown).float().permute(3, 0, 1, 2)[None]
    return flash_report(block, 1 / RATE, zoom).area <= CARD[0] * CARD[1] / _QUARTER


def _film(stream: Stream, ticket: Ticket) -> pixels.Bytes:
    """The first frames, in as many answers of the player as they take."""
    shown, channel = pixels.display_range(stream.value_range), channel_of(stream, -1)
    rows, columns = stream.size
    shrink = max(1, -(-rows // BOX[0]), -(-columns // BOX[1]))
    channels = COLOUR if channel < 0 else 1
    small = (-(-rows // shrink), -(-columns // shrink), channels)
    most = max(1, min(FRAMES, MOST_BYTES // int(np.prod(small))))
    film = np.empty((0, *small), np.uint8)
    while len(film) < most:
        ticket.check()
        found = pictures(stream, Order(stream.first + len(film), most - len(film), 1, shrink, channel), shown)
        if found.count == 0:
            break
        film = np.concatenate([film, np.frombuffer(found.data, np.uint8).reshape(-1, *small)])
    return film
