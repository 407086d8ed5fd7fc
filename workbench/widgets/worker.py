"""Worker: a thread that does the newest job only; an older one is given up at its next look at its ticket."""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from collections.abc import Callable

import torch


class Cancelled(Exception):  # noqa: N818 - no error
    """The job is no longer wanted."""


class Ticket:
    """One job's leave to go on."""

    def __init__(self) -> None:
        self._given_up = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the job is no longer wanted."""
        return self._given_up.is_set()

    def cancel(self) -> None:
        """Gives the job up."""
        self._given_up.set()

    def check(self) -> None:
        """Ends the job here if it is no longer wanted."""
        if self.cancelled:
            raise Cancelled


Job = Callable[[Ticket], None]
_alive: weakref.WeakSet[Worker] = weakref.WeakSet()
_PATIENCE = 2.0  # seconds that the end of Python waits for all of them


@atexit.register
def _end_all() -> None:
    """Ends every worker: a thread that Python's end meets inside torch would abort the program."""
    until = time.monotonic() + _PATIENCE
    workers = list(_alive)
    for worker in workers:
        worker.cancel()
    for worker in workers:
        worker.wait(max(0.0, until - time.monotonic()))


class Worker:
    """Does one job at a time, in a thread that ends when there is none left. A job tells its own errors.

    >>> worker, done = Worker("example"), []
    >>> worker.start(lambda ticket: done.append(1))
    >>> worker.wait()
    >>> done
    [1]
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._next: tuple[Job, Ticket] | None = None
        self._now: Ticket | None = None
        self._thread: threading.Thread | None = None
        _alive.add(self)

    @property
    def idle(self) -> bool:
        """Whether there is nothing under way."""
        return self._thread is None

    def start(self, job: Job) -> None:
        """Does this job as soon as the one under way has noticed that it is given up."""
        with self._lock:
            self._give_up()
            self._next = (job, Ticket())
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"workbench {self._name}", daemon=True)
                self._thread.start()

    def cancel(self) -> None:
        """Gives up what is under way and what waits."""
        with self._lock:
            self._give_up()

    def wait(self, seconds: float | None = None) -> None:
        """Returns when there is nothing left to do, or after so many seconds."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(seconds)

    def _give_up(self) -> None:
        self._next = None
        if self._now is not None:
            self._now.cancel()

    def _run(self) -> None:
        torch.set_grad_enabled(mode=False)  # grad mode is each thread's own
        while True:
            with self._lock:
                if self._next is None:
                    self._thread = self._now = None
                    return
                (job, self._now), self._next = self._next, None
                ticket = self._now
            try:
                job(ticket)
            except Cancelled:
                continue
