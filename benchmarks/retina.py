"""The default retina against filling a touched float64 buffer of the film's size from numpy's MT19937; and live."""

from __future__ import annotations

import contextlib
import os
import statistics
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch

from workbench.models import Retina
from workbench.streams import RandomStream

from .timing import Row, ratio, seconds

FRAMES = 1000
SHOWN_A_SECOND = 30


def rows() -> Iterator[Row]:
    for side, cores, written, turns in ((50, 1, 7.0, 9), (200, 2, 3.0, 5)):
        film = torch.from_numpy(np.random.default_rng(1).uniform(0, 255, (1, 1, FRAMES, side, side)).astype(np.float32))
        buffer, generator = np.ones((FRAMES, side, side)), np.random.Generator(np.random.MT19937(1))
        with pinned(cores):
            measured = ratio(partial(Retina(seed=1).run, film), partial(generator.random, out=buffer), turns)
        yield Row(f"Retina, {FRAMES} frames of {side}×{side} on {cores} core{'s' * (cores > 1)} / MT19937", measured, written)

    yield from live()


def live() -> Iterator[Row]:
    """Stimulus and retina together, as a live view asks for them: frame by frame, and as fast as the film itself."""
    film, retina = RandomStream((50, 50), level=255.0, mean=127.5, seed=1), Retina(seed=1)

    def frames(calls: int, at_once: int) -> None:
        for _ in range(calls):
            retina(film.get(at_once))

    for calls, at_once, real, name, written in (
        (90, 1, 90 / SHOWN_A_SECOND, f"{SHOWN_A_SECOND} frames a second", 0.1),
        (10, 100, FRAMES * film.dt, "real time at 1 ms", 0.1),
    ):
        frames(calls, at_once)
        took = statistics.median(seconds(partial(frames, calls, at_once)) for _ in range(9))
        yield Row(
            f"RandomStream + Retina at 50×50, {at_once} frame{'s' * (at_once > 1)} at a time / {name}", took / real, written
        )


@contextlib.contextmanager
def pinned(cores: int) -> Iterator[None]:
    """As many threads, on as many processors where the system lets a process choose."""
    threads, allowed = torch.get_num_threads(), os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else None
    torch.set_num_threads(cores)
    if allowed:
        os.sched_setaffinity(0, sorted(allowed)[:cores])
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        if allowed:
            os.sched_setaffinity(0, allowed)
