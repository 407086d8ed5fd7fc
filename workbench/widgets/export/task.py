"""Task: the one long job that a bench has under way, and how it stands."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from contextlib import closing
from typing import Any

from ...core.errors import KnobError
from ...core.remark import heard
from ...core.stream import Stream
from ...exporting.progress import Progress
from ..description import words
from ..part import Host
from ..worker import Cancelled, Ticket, Worker
from .pace import Pace

_LONGEST_FILM = 160


@dataclasses.dataclass(frozen=True)
class Job:
    """Which film into what (`goal`: file or variable), and how it stands: running, done, stopped or failed, as `words` tell."""

    number: int
    goal: str
    name: str
    film: str
    generation: int  # of the film on the bench
    state: str = "running"
    words: str = ""
    path: str = ""
    bytes: int = 0


Work = Callable[[Stream, Progress], dict[str, Any]]  # gives what of the Job it has settled


class Task:
    """Does one job at a time in a worker; `changed` is called with the lock held whenever it stands otherwise."""

    def __init__(self, host: Host, part: str, changed: Callable[[], None]) -> None:
        self._host, self._part, self._changed = host, part, changed
        self._worker = Worker(part)
        self._ticket = Ticket()  # a worker never tells of a job that was given up before it began: this one is asked
        self.job: Job | None = None

    def refuse_second(self) -> None:
        """Refuses to begin while there is a job."""
        if self.job is not None and self.job.state == "running":
            msg = f"export = {self.job.name}, is still under way (one at a time); wait for it, or cancel it."
            raise KnobError(msg)

    def begin(self, goal: str, name: str, stream: Stream, work: Work) -> None:
        """Starts a job on a copy of a stream, which is closed at the end; the lock is held."""
        own = copy.copy(stream)
        number = 1 if self.job is None else self.job.number + 1
        film = repr(stream)
        film = film if len(film) <= _LONGEST_FILM else f"{film[:_LONGEST_FILM]}…"
        self.job = job = Job(number, goal, name, film, self._host.generation)
        self._ticket = ticket = Ticket()
        self._changed()
        self._worker.start(lambda _: self._run(ticket, job, own, work))

    def stop(self) -> None:
        """Gives the job up."""
        self._ticket.cancel()

    def wait(self) -> None:
        """Returns when there is nothing left to do."""
        self._worker.wait()

    def _run(self, ticket: Ticket, job: Job, stream: Stream, work: Work) -> None:
        pace = Pace(lambda facts: self._host.send({"part": self._part, "op": "progress", "number": job.number, **facts}))

        def tell(done: int, total: int) -> None:
            ticket.check()
            pace(done, total)

        remarks: list[str] = []  # that values were clipped, say, or what a model says of the film
        try:
            with closing(stream), heard(remarks.append):
                ticket.check()
                ended = {"state": "done", **work(stream, tell)}
            ended["words"] = ". ".join([ended["words"], *remarks])
        except Cancelled:
            ended = {"state": "stopped", "words": f"{job.name}: cancelled, nothing was written"}
        except Exception as error:  # noqa: BLE001 - a full disk, a codec, a film: whatever it is, it is told
            ended = {"state": "failed", "words": words(error)}
        with self._host.lock:
            self.job = dataclasses.replace(job, **ended)
            self._changed()
