"""NumpyReader against a bare memory map copied to float32, InrImageStreamer against numpy.fromfile of the same numbers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from workbench.files.inr import InrImageStreamer
from workbench.files.inr_writer import InrImageStreamWriter
from workbench.streams import NumpyReader

from .timing import Row, ratio

FRAMES, SIZE, BLOCK = 600, (200, 200), 100


def rows() -> Iterator[Row]:
    film = np.random.default_rng(0).integers(0, 200, (FRAMES, *SIZE)).astype(np.float32)
    with tempfile.TemporaryDirectory() as name:
        for dtype in ("u1", "f4", ">f4", "f8"):
            path = Path(name) / "film.npy"
            np.save(path, film.astype(dtype))
            ours, bare = NumpyReader(str(path)), np.load(path, mmap_mode="r")
            measured = ratio(lambda ours=ours: blocks(ours), lambda bare=bare: copies(bare))
            yield Row(f"NumpyReader {dtype}, {BLOCK} frames at a time / bare memory map to float32", measured, 1.2)
        path = Path(name) / "film.inr"
        with InrImageStreamWriter(str(path), time_dimension="ZDIM", dtype="float64") as writer:
            writer.put(film)
        inr = InrImageStreamer(str(path))
        measured = ratio(lambda: inr.read(0, FRAMES), lambda: np.fromfile(path, np.float64, offset=256))
        yield Row("InrImageStreamer of float64 / numpy.fromfile", measured, 1.3)


def blocks(film: NumpyReader) -> None:
    for start in range(0, FRAMES, BLOCK):
        film.read(start, start + BLOCK)


def copies(frames: np.ndarray) -> None:
    for start in range(0, FRAMES, BLOCK):
        np.array(frames[start : start + BLOCK], np.float32)
