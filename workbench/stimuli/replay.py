"""Replay: any stretch of a film that can only be made going forward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..core.block import Block
from ..core.state import size_of

_SPACING = 4  # pieces between kept states, at first
_BYTES = 1 << 26  # kept at most, 64 MB …
_FEWEST, _MOST = 2, 64  # … but this many states in any case, and no more than that

Advance = Callable[[int, int, Any], tuple[Block, Any]]


class Replay:
    """Reads any stretch of what `advance(start, stop, state) → (block, state)` makes, from `state=None` at frame `first`.

    The film is made in fixed pieces of `piece` frames, each always as a whole, so that its bits never hang on what was
    asked for. Going on from the last piece costs nothing extra. Going back begins at the nearest kept state: one is kept
    every so many pieces, and once they are too many, every second one is dropped and the spacing doubles. Where the film
    is `stateless`, its state being None all along, every piece is made by itself.
    """

    def __init__(self, advance: Advance, first: int, length: int | None, piece: int, *, stateless: bool = False) -> None:
        self._advance, self._first, self._length, self._piece = advance, first, length, piece
        self._kept: dict[int, Any] = {0: None}  # by piece: the state before it
        self._next: tuple[int, Any] = (0, None)
        self._made: tuple[int, Block] | None = None
        self._spacing, self._stateless = _SPACING, stateless

    def read(self, start: int, stop: int) -> Block:
        """Gives frames start..stop."""
        begin, end = start - self._first, stop - self._first
        blocks = []
        for number in range(begin // self._piece, -(-end // self._piece)):
            at = number * self._piece
            blocks.append(self._made_piece(number)[:, :, max(begin - at, 0) : end - at])
        return torch.cat(blocks, 2)

    def pieces(self, frame: int) -> range:
        """Gives the first frames of the pieces still to be made for `frame`, the last one that holds it; none if it is made."""
        number = (frame - self._first) // self._piece
        made = self._made is not None and self._made[0] == number
        here = number + 1 if made else self._nearest(number)[0]
        return range(self._first + here * self._piece, self._first + (number + 1) * self._piece, self._piece)

    def _made_piece(self, number: int) -> Block:
        if self._made is None or self._made[0] != number:
            here, state = self._nearest(number)
            for each in range(here, number + 1):
                block, state = self._make(each, state)
            self._made, self._next = (number, block), (number + 1, state)
        return self._made[1]

    def _nearest(self, number: int) -> tuple[int, Any]:
        if self._stateless:
            return number, None
        kept = max(each for each in self._kept if each <= number)
        return self._next if kept <= self._next[0] <= number else (kept, self._kept[kept])

    def _make(self, number: int, state: Any) -> tuple[Block, Any]:
        start = self._first + number * self._piece
        stop = start + self._piece if self._length is None else min(start + self._piece, self._length)
        block, state = self._advance(start, stop, state)
        if (number + 1) % self._spacing == 0:
            self._keep(number + 1, state)
        return block, state

    def _keep(self, number: int, state: Any) -> None:
        self._kept[number] = state
        most = min(_MOST, max(_FEWEST, _BYTES // max(1, size_of(state))))
        while len(self._kept) > most:
            self._spacing *= 2
            self._kept = {each: one for each, one in self._kept.items() if each % self._spacing == 0}
