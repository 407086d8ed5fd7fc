"""Pace: progress told some times a second, with the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

_PAUSE = 0.1  # seconds


class Pace:
    """Called with (done, in all) however often; tells at most ten times a second, and at the end.

    >>> told = []
    >>> pace = Pace(told.append)
    >>> for done in range(1, 10_001):
    ...     pace(done, 10_000)
    >>> told[-1]["done"], len(told) < 100
    (10000, True)
    """

    def __init__(self, tell: Callable[[dict[str, Any]], object]) -> None:
        self._tell = tell
        self._began: tuple[float, int] | None = None  # when, and how much was done by then: a resumed export begins late
        self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began = (now, done)
        if done < total and now - self._last < _PAUSE:
            return
        self._last = now
        since, first = self._began
        left = (now - since) / (done - first) * (total - done) if done > first else None
        self._tell({"done": done, "total": total, "left": left})
