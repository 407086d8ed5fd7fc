"""The default retina against filling a touched float64 buffer of the film's size from numpy's MT19937."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch

from workbench.models import Retina

from .timing import Row, ratio

FRAMES = 1000


def rows() -> Iterator[Row]:
    for side, cores, written, turns in ((50, 1, 7.0, 9), (200, 2, 3.0, 5)):
        film = torch.from_numpy(np.random.default_rng(1).uniform(0, 255, (1, 1, FRAMES, side, side)).astype(np.float32))
        buffer, generator = np.ones((FRAMES, side, side)), np.random.Generator(np.random.MT19937(1))
        with pinned(cores):
            measured = ratio(partial(Retina(seed=1).run, film), partial(generator.random, out=buffer), turns)
        yield Row(f"Retina, {FRAMES} frames of {side}×{side} on {cores} core{'s' * (cores > 1)} / MT19937", measured, written)


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
