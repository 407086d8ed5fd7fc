"""Digits and events against a bare copy, against real time, and against a minute."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from functools import partial

from workbench.datasets import rendered_digits
from workbench.datasets.rendered import draw
from workbench.streams import MNISTStream, PseudoNMNIST

from .timing import Row, ratio, seconds
from .versus import on_threads

FRAMES, DIGIT = 1000, 315


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = str(rendered_digits(name, 1000))
        film = MNISTStream(folder, init=0)
        block = film.read(0, FRAMES)
        with on_threads(1):
            yield Row("MNISTStream get(1000), rep 10 / bare copy", ratio(partial(film.get, FRAMES), block.clone), 2.0)
        moving = PseudoNMNIST(folder, init=0)
        moving.get(DIGIT)
        took = statistics.median(seconds(partial(moving.get, DIGIT * 4)) for _ in range(15))
        yield Row("PseudoNMNIST / real time at 1 ms", took / (0.001 * DIGIT * 4), 0.033)
        yield Row("rendered_digits, 60 000 / a minute", 20 * seconds(partial(draw, 3000, 1)) / 60, 0.5)
