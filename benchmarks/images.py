"""ImageSequence: what a frame costs in a film of 10 000 frames, against one of 1000 played ten times."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from workbench.streams import ImageSequence

from .timing import Row, ratio

LONG, SHORT = 10_000, 1_000


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        files = list(_drawn(Path(name), LONG))
        few = files[:20]
        films = {
            "each another picture": (ImageSequence(files), ImageSequence(files[:SHORT])),
            "20 pictures, shown long": (ImageSequence(few, repeat=LONG // 20), ImageSequence(few, repeat=SHORT // 20)),
            "20 pictures, listed often": (ImageSequence(few * (LONG // 20)), ImageSequence(few * (SHORT // 20))),
        }
        for what, (long, short) in films.items():
            turns = 5 if "each" in what else 101  # of seconds, of milliseconds
            measured = ratio(functools.partial(_play, long), functools.partial(_play, short), turns)
            yield Row(f"ImageSequence per frame, {what}, {LONG} / {SHORT} frames", measured, 1.0)


def _play(film: ImageSequence) -> None:
    """Plays 10 000 frames; pictures shown once are decoded anew in each round, as those of a long film are."""
    for _ in range(LONG // len(film)):
        if film.repeat == 1 and len(set(film.filenames)) == len(film):
            film.close()
        film.reset()
        for _ in film.blocks(100):
            pass


def _drawn(folder: Path, count: int) -> Iterator[str]:
    random = np.random.default_rng(1)
    for k in range(count):
        Image.fromarray(random.integers(0, 256, (60, 80, 3), np.uint8)).save(folder / f"frame_{k}.bmp")
        yield str(folder / f"frame_{k}.bmp")
