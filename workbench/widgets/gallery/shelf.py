"""Shelf: the cards of a gallery, by number and by name."""

from __future__ import annotations

import contextlib
from typing import Any, Final

from ...core.errors import KnobError
from ...core.stream import Stream
from .card import Card
from .inbox import numbered

MOST_TROUBLES: Final = 50  # cards of files that only say what went wrong


class Shelf:
    """Keeps the cards: those of files first, then the others in their order."""

    def __init__(self) -> None:
        self._cards: dict[int, Card] = {}
        self._next = 0

    def __iter__(self) -> Any:
        """The cards as they stand."""
        return iter(sorted(self._cards.values(), key=lambda card: (not card.sent, card.number)))

    def add(self, thing: object) -> None:
        """Adds the card of a stream or a class of streams; what is neither is a `KnobError`."""
        card = Card.of(self._next, thing)
        card.name = numbered(card.name, [one.name for one in self])
        self._put(card)

    def arriving(self, name: str) -> Card:
        """Gives a new card for a file to come. Where many only say what went wrong, the oldest of these goes."""
        troubles = [card for card in self if card.sent and card.trouble]
        for card in troubles[: max(0, len(troubles) + 1 - MOST_TROUBLES)]:
            self.take(card)
        return self._put(Card(self._next, name, sent=True))

    def take(self, card: Card) -> None:
        """Takes a card away."""
        del self._cards[card.number]

    def get(self, number: int) -> Card | None:
        """Gives a card that has or may yet get a stream, None where there is no such card."""
        card = self._cards.get(number)
        return None if card is None or card.trouble or card.receiving else card

    def sent(self, number: int) -> Card | None:
        """Gives the card of a file, whole or not."""
        card = self._cards.get(number)
        return card if card is not None and card.sent else None

    def named(self, name: str) -> Card:
        """Gives the card of this name, or raises `KnobError`."""
        cards = {card.name: card for card in self}
        if name not in cards:
            msg = f"gallery.show({name!r}), is not the name of a card; the cards are {', '.join(cards)}."
            raise KnobError(msg)
        return cards[name]

    def streams(self) -> dict[str, Stream]:
        """Gives every stream that can be made, by the name on its card."""
        made = {}
        for card in self:
            with contextlib.suppress(Exception):  # its card says why
                made[card.name] = card.stream
        return made

    def facts(self) -> list[dict[str, Any]]:
        """What the page needs to know of the cards."""
        return [card.facts() for card in self]

    def close(self) -> None:
        """Gives back what the streams have open."""
        for card in self:
            card.close()

    def _put(self, card: Card) -> Card:
        self._cards[card.number] = card
        self._next = card.number + 1
        return card
