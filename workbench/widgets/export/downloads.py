"""Downloads: an exported file through the widget into the page, wherever the page is."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any, Protocol

from ...core.errors import KnobError
from ...core.knob import Knob
from ..description import words
from ..part import Host
from ..protocol import Number
from ..worker import Ticket, Worker
from .parcel import CEILING, PIECE, Parcel
from .place import sized

Export = Annotated[int, Knob(0, 2**53, "", "number of the export")]
Offset = Annotated[int, Knob(0, CEILING, "bytes", "first byte")]


@dataclasses.dataclass(frozen=True)
class Pack:
    """A page wants the file of an export."""

    view: Number
    number: Export


@dataclasses.dataclass(frozen=True)
class Fetch:
    """It wants a piece of it."""

    view: Number
    number: Export
    offset: Offset


@dataclasses.dataclass(frozen=True)
class Fetched:
    """It has all of it."""

    view: Number
    number: Export


class Offered(Protocol):
    """What is known of a finished export."""

    @property
    def number(self) -> int: ...
    @property
    def path(self) -> str: ...
    @property
    def bytes(self) -> int: ...


class Downloads:
    """Gives away the file of the last export. A folder is zipped in a worker; the archive goes when it has been fetched."""

    def __init__(self, host: Host, part: str) -> None:
        self._host, self._part = host, part
        self._worker = Worker("download")
        self._offered: Offered | None = None
        self._parcel: Parcel | None = None

    def offer(self, job: Offered | None) -> None:
        """Another export takes the place of the last one."""
        self._worker.cancel()
        self._drop()
        self._offered = job

    def close(self) -> None:
        """Offers nothing any more."""
        with self._host.lock:
            self.offer(None)

    def receive(self, message: Any) -> None:
        """Answers a page; what is wrong is told to that view."""
        try:
            job = self._known(message.number)
            match message:
                case Pack():
                    self._worker.start(lambda ticket: self._pack(ticket, job))
                case Fetch():
                    self._piece(message)
                case Fetched():
                    self._drop()
        except Exception as error:  # noqa: BLE001 - a file may be gone: it is told
            self._tell("undelivered", message.number, view=message.view, message=words(error))

    def _known(self, number: int) -> Offered:
        job = self._offered
        if job is None or job.number != number:
            msg = f"export = {number}, is not the last one; export it again."
            raise KnobError(msg)
        if job.bytes > CEILING:
            msg = f"{Path(job.path).name}, is {sized(job.bytes)} (a page is given up to {sized(CEILING)}); it is at {job.path}."
            raise KnobError(msg)
        return job

    def _pack(self, ticket: Ticket, job: Offered) -> None:
        """Tells every page: two views of a bench may wait for it."""
        try:
            parcel = Parcel(Path(job.path), ticket)
        except OSError as error:
            self._tell("undelivered", job.number, message=words(error))
            return
        with self._host.lock:
            if ticket.cancelled:
                parcel.close()
                return
            self._drop()
            self._parcel = parcel
        self._tell("packed", job.number, name=parcel.name, bytes=parcel.size, piece=PIECE)

    def _piece(self, message: Fetch) -> None:
        if self._parcel is None:
            msg = f"export = {message.number}, is no longer packed (another page has it by now); ask for it again."
            raise KnobError(msg)
        data = self._parcel.piece(message.offset)
        self._tell("piece", message.number, [data], view=message.view, offset=message.offset)

    def _drop(self) -> None:
        if self._parcel is not None:
            self._parcel.close()
            self._parcel = None

    def _tell(self, op: str, number: int, buffers: list[bytes] | None = None, **facts: Any) -> None:
        self._host.send({"part": self._part, "op": op, "number": number, **facts}, buffers)
