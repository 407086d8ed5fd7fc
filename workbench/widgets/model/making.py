"""Making: the films of a model, made in a thread of their own, one piece at a time, for whoever waits for them."""

from __future__ import annotations

import copy
import functools
import time
from collections.abc import Callable
from typing import Any

from ...core.remark import heard
from ...stimuli.processing import ProcessingStream
from ..description import words
from ..part import Host
from ..player import Order, Pictures, pictures
from ..worker import Cancelled, Ticket, Worker
from .messages import Window
from .modelled import Modelled, extent_of, modelled
from .wants import Book, Wants

_LOOK = 0.1  # s from one picture of a long way to the next

Say = Callable[[dict[str, Any], list[bytes]], None]


class Maker:
    """Makes what was ordered last. `number` says of what: another film, model or range has another one.

    Methods are called with the host's lock held, which the thread takes only to look, to tell `news` and to `say` a
    reply. Every order starts the thread's work anew from where it was: what is made stays.
    """

    def __init__(self, host: Host, news: Callable[[], None], say: Say) -> None:
        self.host, self._news, self._say = host, news, say
        self.number = 0
        self.told: Modelled | None = None  # what the pages know of the film; of the last one until there is another
        self.trouble, self.remarks = "", list[str]()
        self._made: Modelled | None = None
        self._fit: int | None = None
        self._book = Book()
        self._left: list[ProcessingStream] = []  # to be closed
        self._worker = Worker("model")

    def renew(self, *, another: bool) -> None:
        """Another film is on, or the model was changed. `another`: so much so that the values shown no longer hold."""
        self.number += 1
        self.trouble, self.remarks, self._fit = "", [], None
        if another:
            self.told = None
        self._forget()
        if self.host.model is not None or self._left:
            self._worker.start(self._work)

    def want(self, order: Window) -> None:
        """Makes an order, if it is one for the present film."""
        if order.generation == self.number:
            self._left += self._book.add(order)
            self._go_on()

    def drop(self, view: int) -> None:
        """Makes no more for a view."""
        self._book.drop(view)

    def fit(self, start: int) -> None:
        """Shows the range of values that the frames from `start` on have."""
        self._fit = start
        self._go_on()

    def fail(self, message: str) -> None:
        """Tells the pages what is wrong."""
        self.trouble = message
        self._news()

    def close(self) -> None:
        """Gives up what is under way and closes the films."""
        self.number += 1
        self._forget()
        self._worker.cancel()
        if self._worker.idle:  # else the thread does it at its end; none can be started once Python itself ends
            self._tidy()

    def wait(self) -> None:
        """Returns when there is nothing left to do."""
        self._worker.wait()

    def _go_on(self) -> None:
        if self.host.model is not None and not self.trouble:
            self._worker.start(self._work)

    def _forget(self) -> None:
        self._left += self._book.clear()
        if self._made is not None:
            self._left.append(self._made.film)
        self._made = None

    # in the thread

    def _work(self, ticket: Ticket) -> None:
        try:
            self._make(ticket)
        finally:
            self._tidy()

    def _make(self, ticket: Ticket) -> None:
        with self.host.lock:
            ticket.check()
            number = self.number
        try:
            with heard(functools.partial(self._remark, number)):
                made = self._prepared(ticket, number)
                while made is not None and self._served(made, ticket, number):
                    ticket.check()
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a model raises is told in its line, never lost
            with self.host.lock:
                if number == self.number:
                    self.fail(words(error))

    def _tidy(self) -> None:
        with self.host.lock:
            left, self._left = self._left, []
        for film in left:
            film.close()

    def _prepared(self, ticket: Ticket, number: int) -> Modelled | None:
        """The model's film for what is on, made anew where that has changed."""
        with self.host.lock:
            ticket.check()
            stream, model, output = self.host.described, self.host.model, self.host.output
            before, fit, shown = self._made, self._fit, None if self.told is None else self.told.shown
        if model is None:
            return None
        made = before if before is not None and before.extent == extent_of(stream) else modelled(stream, model, output, shown)
        made = made if fit is None else made.fitted(fit)
        if made is not before:
            self._adopt(made, before, number)
        return made

    def _adopt(self, made: Modelled, before: Modelled | None, number: int) -> None:
        with self.host.lock:
            if number != self.number:
                self._left.append(made.film)
                raise Cancelled
            news = self.told is None or self.told.facts() != made.facts()
            if before is not None:
                self._left += [] if before.film is made.film else [before.film]
                self._left += self._book.clear()
                self.number += 1
            self._made, self.told, self._fit = made, made, None
            if news or before is not None:
                self._news()
            if before is not None:
                self._worker.start(self._work)
                raise Cancelled

    def _served(self, made: Modelled, ticket: Ticket, number: int) -> bool:
        """Makes one piece for the view whose turn it is; False where nobody wants anything."""
        with self.host.lock:
            ticket.check()
            wants = self._book.next()
            if wants is None:
                return False
            order = wants.orders[0]
        try:
            self._serve(made, wants, order, number)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            with self.host.lock:
                if number == self.number:
                    wants.orders.clear()
                    self._say({"op": "error", "view": order.view, "order": order.order, "message": words(error)}, [])
        return True

    def _serve(self, made: Modelled, wants: Wants, order: Window, number: int) -> None:
        """The next piece on the way to an order; or, once its first frame is in that piece, its pictures in there."""
        film = wants.film or self._film_for(wants, made, number)
        way = film.pieces(order.start)
        walking = len(way) > 1
        if walking:
            asked = Order(way[1] - 1, 1, 1, order.shrink, order.channel)
        else:
            asked = order.first(min(order.count, -(-(way.stop - order.start) // order.step)))
        found = pictures(film, asked, made.shown)
        with self.host.lock:
            if number != self.number:
                raise Cancelled
            if walking:
                self._tell_of_way(wants, order, way.start, found)
            else:
                ended = found.length is not None and order.start + found.count * order.step >= found.length
                done = wants.made(order, found.count, ended=ended or found.count == 0)
                self._reply("pictures", order, found, done=done)

    def _film_for(self, wants: Wants, made: Modelled, number: int) -> ProcessingStream:
        film = copy.copy(made.film)
        with self.host.lock:
            if number != self.number:
                self._left.append(film)
                raise Cancelled
            wants.film = film
        return film

    def _tell_of_way(self, wants: Wants, order: Window, at: int, found: Pictures) -> None:
        """Now and then a picture from a long way, so that it is seen how far it has come."""
        wants.since = at if wants.since is None else wants.since
        if time.monotonic() - wants.told >= _LOOK:
            wants.told = time.monotonic()
            self._reply("way", order, found, since=wants.since, target=order.start)

    def _reply(self, op: str, order: Window, found: Pictures, **more: Any) -> None:
        header, data = found.packed()
        more |= {"op": op, "view": order.view, "order": order.order, "generation": self.number}
        self._say(header | more, [data])

    def _remark(self, number: int, message: str) -> None:
        with self.host.lock:
            if number == self.number and message not in self.remarks:
                self.remarks = [*self.remarks, message]
                self._news()
