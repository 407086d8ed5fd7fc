"""Timing by ratio: two things measured in turns in one run, so that a slow or busy machine slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """What a benchmark found: its name, the measured ratio, and the written one that it should not pass."""

    name: str
    measured: float
    written: float


def ratio(ours: Callable[[], object], theirs: Callable[[], object], turns: int = 31) -> float:
    """Gives the median time of one by the median time of the other, in alternating order, after a turn to warm up."""
    ours(), theirs()
    times: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    for turn in range(turns):
        for call in (ours, theirs) if turn % 2 else (theirs, ours):
            times[call].append(seconds(call))
    return statistics.median(times[ours]) / statistics.median(times[theirs])


def seconds(call: Callable[[], object]) -> float:
    """Gives how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
