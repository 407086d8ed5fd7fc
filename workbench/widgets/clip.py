"""Clip: a bounded stretch of the film that is saved with the notebook, for whoever opens it without a kernel."""

from __future__ import annotations

import math
import time
from typing import Any, ClassVar

import numpy as np
import torch
from typing_extensions import override

from ..core.pixels import Bytes, Range
from ..core.stream import Stream
from .flash import flash_report
from .part import Part
from .player import COLOUR, Order, Pictures, channel_of, clamped, pictures
from .worker import Cancelled, Ticket, Worker

Clip = dict[str, Any]

SAVED_BYTES = 1 << 18
SAVED_FRAMES = 64
_FEWEST = 24  # frames, for which a large film is averaged down
_PIECE = 4  # frames at a time
_BUDGET = 0.25  # s that showing the bench may wait for its clip
_QUIET = 2.0  # s without a change, after which a new one is made
_ZOOMED = 320  # px of the screen that a small film is enlarged to
_INTERVAL = 1 / 60  # s from picture to picture at the default speed


def clip(
    stream: Stream, shown: Range, start: int, count: int, most: int, ticket: Ticket | None = None, budget: float = math.inf
) -> Clip:
    """Gives frames of a film as bytes, as many as fit into `most`, averaged down so that some do.

    Reading stops after `budget` (s), and where the film ends. Raises what the stream raises.
    """
    channel = channel_of(stream, -1)
    channels = COLOUR if channel < 0 else 1
    rows, columns = stream.size
    shrink = _shrink(rows, columns, channels, most // min(count, _FEWEST))
    size = -(-rows // shrink) * -(-columns // shrink) * channels
    count = max(1, min(count, most // size))
    pieces: list[Pictures] = []
    first, end = clamped(stream, start), time.monotonic() + budget
    while (done := sum(piece.count for piece in pieces)) < count and (not pieces or time.monotonic() < end):
        if ticket is not None:
            ticket.check()
        piece = pictures(stream, Order(first + done, min(_PIECE, count - done), 1, shrink, channel), shown)
        if piece.count == 0:
            break
        pieces.append(piece)
    if not pieces:
        return {}
    found = sum(piece.count for piece in pieces)
    facts = {name: getattr(pieces[0], name) for name in ("start", "rows", "columns", "channels", "shrink")}
    clipped, total = sum(piece.clipped for piece in pieces), sum(piece.total for piece in pieces)
    data = b"".join(piece.data for piece in pieces)
    made = facts | {"count": found, "clipped": clipped, "total": total, "data": data}
    return made | {"risky": _flashes(_pictures(made))}


def poster(found: Clip, count: int = 8) -> Bytes:
    """Gives some of its frames `(time, height, width, channel)`, spread over all of it."""
    whole = _pictures(found)
    return whole[np.unique(np.linspace(0, len(whole) - 1, count).round().astype(int))]


def _pictures(found: Clip) -> Bytes:
    return np.frombuffer(found["data"], np.uint8).reshape(-1, found["rows"], found["columns"], found["channels"])


def _shrink(rows: int, columns: int, channels: int, most: int) -> int:
    shrink = 1
    while shrink < max(rows, columns) and -(-rows // shrink) * -(-columns // shrink) * channels > most:
        shrink += 1
    return shrink


def _flashes(film: Bytes) -> bool:
    """Whether it flashes at the default speed and size; slower it flashes less."""
    zoom = max(1, _ZOOMED // max(film.shape[1:3]))
    block = torch.tensor(film, dtype=torch.float32).permute(3, 0, 1, 2)[None]
    return flash_report(block, _INTERVAL, zoom).risky


class SavedClip(Part):
    """Keeps the clip of what is on: made when the bench is shown, and again when it has been left alone for a while."""

    name: ClassVar[str] = "clip"
    _displayed = False

    @override
    def receive(self, message: Any) -> None:
        raise AssertionError  # it has no messages

    @override
    def displayed(self) -> None:
        """Makes the clip at once, as far as it takes no time: a notebook that is run without a page is saved right after."""
        self._displayed = True
        self._worker = Worker("clip")
        self._make(None, _BUDGET)

    @override
    def changed(self) -> None:
        if self._displayed:
            self._worker.start(self._later)

    @override
    def close(self) -> None:
        if self._displayed:
            self._worker.cancel()

    def _later(self, ticket: Ticket) -> None:
        quiet = time.monotonic() + _QUIET
        while time.monotonic() < quiet:
            ticket.check()
            time.sleep(0.05)
        self._make(ticket, math.inf)

    def _make(self, ticket: Ticket | None, budget: float) -> None:
        with self.host.lock:
            stream, shown, generation = self.host.described, self.host.shown, self.host.generation
        if not stream.seekable:
            return
        try:
            made = clip(stream, shown, stream.position, SAVED_FRAMES, SAVED_BYTES, ticket, budget)
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 - the player tells what is wrong with the film
            made = {}
        with self.host.lock:
            if generation == self.host.generation:
                self.host.clip = made
