"""Screening: makes the thumbnails that pages ask for, one after the other in a thread; what was asked last comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..description import words
from ..protocol import Number
from ..worker import Cancelled, Ticket, Worker
from . import thumbnail
from .card import Card


@dataclass(frozen=True)
class Look:
    """A card came into sight: its clip is wanted."""

    view: Number
    card: Number


class Screening:
    """Answers each wish with a message: the clip, or the words that say why there is none."""

    def __init__(self, find: Callable[[int], Card | None], send: Callable[..., None]) -> None:
        self._find = find
        self._send = send
        self._lock = threading.Lock()
        self._worker = Worker("gallery")
        self._wanted: list[Look] = []
        self._working = False

    def want(self, wish: Look) -> None:
        """Takes a wish."""
        with self._lock:
            if wish in self._wanted or self._find(wish.card) is None:
                return
            self._wanted.append(wish)
            if self._working:
                return
            self._working = True
        self._worker.start(self._work)

    def close(self) -> None:
        """Gives up what is under way, and returns when the thread has ended."""
        with self._lock:
            self._wanted.clear()
        self._worker.cancel()
        self._worker.wait()

    def _work(self, ticket: Ticket) -> None:
        while (wish := self._next()) is not None:
            card = self._find(wish.card)
            if card is not None:
                self._answer(wish, card, ticket)

    def _next(self) -> Look | None:
        with self._lock:
            self._working = bool(self._wanted)
            return self._wanted.pop() if self._wanted else None

    def _answer(self, wish: Look, card: Card, ticket: Ticket) -> None:
        answer: dict[str, Any] = {"view": wish.view, "card": wish.card}
        try:
            clip = thumbnail.clip(card.stream, ticket)
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - whatever a stream raises is shown on its card, never lost
            self._send(answer | {"op": "trouble", "message": words(error)})
        else:
            self._send(answer | {"op": "clip"} | clip.header(), [clip.data])
