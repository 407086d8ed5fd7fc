"""Timing by ratio: two things measured in turns in one run, so that a slow or busy machine slows both."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

LEAST = 0.02  # s that a turn should last: quicker calls are repeated


class Row(NamedTuple):
    """What a benchmark found: its name, the measured ratio, and the written one that it should not pass."""

    name: str
    measured: float
    written: float


class Timed(NamedTuple):
    """Median times of a call of each (s), their ratio, and the quartiles of the ratios of single turns."""

    ours: float
    theirs: float
    ratio: float
    low: float
    high: float


def ratio(ours: Callable[[], object], theirs: Callable[[], object], turns: int = 31) -> float:
    """Gives the median time of one by the median time of the other, in alternating order, after a turn to warm up."""
    return timed(ours, theirs, turns).ratio


def timed(ours: Callable[[], object], theirs: Callable[[], object], turns: int = 31, least: float = 0.0) -> Timed:
    """Times both in turns, in alternating order, after a turn to warm up; calls quicker than `least` s are repeated."""
    ours(), theirs()
    calls = (ours, theirs)
    often = [max(1, math.ceil(least / max(seconds(call), 1e-9))) for call in calls]
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        for which in (0, 1) if turn % 2 else (1, 0):
            times[which].append(seconds(calls[which], often[which]))
    middle = [statistics.median(one) for one in times]
    single = [one / other for one, other in zip(*times, strict=True)]
    low, _, high = statistics.quantiles(single, n=4) if turns > 1 else single * 3
    return Timed(*middle, middle[0] / middle[1], low, high)


def seconds(call: Callable[[], object], often: int = 1) -> float:
    """Gives how long a call takes, the mean of `often`."""
    start = time.perf_counter()
    for _ in range(often):
        call()
    return (time.perf_counter() - start) / often
