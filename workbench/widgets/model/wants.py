"""Wants: the frames of a model that each view waits for. The newest order of a view is what it wants; views take turns."""

from __future__ import annotations

from collections import deque

from ...stimuli.processing import ProcessingStream
from .messages import Window

_MOST_VIEWS = 4  # whose films are kept
_MOST_ORDERS = 64  # of a view that adds to what it wants


class Wants:
    """What one view waits for, and a film of its own: going back and forth in one view disturbs no other."""

    def __init__(self) -> None:
        self.orders: deque[Window] = deque()
        self.film: ProcessingStream | None = None
        self.turn = 0  # when it was served last
        self.since: int | None = None  # the frame at which the way to its order began
        self.told = 0.0  # when it last heard where on that way the model is (s)

    def add(self, order: Window) -> None:
        """Takes an order down."""
        if not order.after:
            self.orders.clear()
        if len(self.orders) < _MOST_ORDERS:
            self.orders.append(order)

    def made(self, order: Window, count: int, *, ended: bool) -> bool:
        """Crosses out the first `count` pictures of an order; tells whether that was all of it."""
        self.since = None
        rest = order.rest(count)
        done = ended or rest.count == 0
        if self.orders and self.orders[0] is order:
            self.orders.popleft()
            if not done:
                self.orders.appendleft(rest)
        return done


class Book:
    """The wants of every view. Whoever uses it keeps threads apart."""

    def __init__(self) -> None:
        self._wants: dict[int, Wants] = {}
        self._turn = 0

    def add(self, order: Window) -> list[ProcessingStream]:
        """Takes an order down; gives the films of views that were forgotten for it."""
        wants = self._wants.pop(order.view, None) or Wants()
        self._wants[order.view] = wants
        wants.add(order)
        over = [self._wants.pop(view) for view in list(self._wants)[:-_MOST_VIEWS]]
        return [one.film for one in over if one.film is not None]

    def next(self) -> Wants | None:
        """Gives the view that has waited longest for its turn, or None where nobody wants anything."""
        waiting = [one for one in self._wants.values() if one.orders]
        if not waiting:
            return None
        self._turn += 1
        found = min(waiting, key=lambda one: one.turn)
        found.turn = self._turn
        return found

    def drop(self, view: int) -> None:
        """Forgets what a view wants."""
        if view in self._wants:
            self._wants[view].orders.clear()

    def clear(self) -> list[ProcessingStream]:
        """Forgets everything; gives the films."""
        films = [one.film for one in self._wants.values() if one.film is not None]
        self._wants.clear()
        return films
