"""save against the plainest program that writes the same frames; ten million frames in bounded memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import tifffile
import zarr

import workbench
from workbench.streams import RandomStream

from .timing import Row, ratio

FILM = RandomStream((100, 100), seed=1)
FRAMES, CHUNK, TURNS = 2000, 200, 7
MANY, MOST = 10_000_000, 500e6  # frames of 20×20; bytes that saving them may take

GROWTH = """
import sys, threading, time, psutil, workbench, zarr, workbench.exporting
me, most, going = psutil.Process(), 0, True
before = me.memory_info().rss
def watch():
    global most
    while going:
        most = max(most, me.memory_info().rss)
        time.sleep(0.01)
watcher = threading.Thread(target=watch)
watcher.start()
workbench.save(workbench.streams.RandomStream((20, 20), seed=2), sys.argv[1], frames=int(sys.argv[2]), progress=False)
going = False
watcher.join()
print(most - before)
"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for suffix, plain, written in ((".npy", npy, 1.1), (".h5", hdf5, 1.1), (".tiff", tiff, 1.1), (".zarr", chunked, 1.1)):
            measured = ratio(
                lambda suffix=suffix: workbench.save(FILM, folder / f"ours{suffix}", frames=FRAMES, chunk=CHUNK, progress=False),
                lambda suffix=suffix, plain=plain: plain(folder / f"theirs{suffix}"),
                TURNS,
            )
            yield Row(f"save 2000 frames of 100×100 as {suffix} / {plain.__doc__}", measured, written)
        run = [sys.executable, "-c", GROWTH, folder / "many.zarr", str(MANY)]
        grown = int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
        yield Row(f"memory for {MANY:,} frames of 20×20 as .zarr / 500 MB (it grew by {grown / 1e6:.0f} MB)", grown / MOST, 0.3)


def pieces() -> Iterator[tuple[int, np.ndarray]]:
    for start in range(0, FRAMES, CHUNK):
        yield start, FILM.read(start, start + CHUNK)[0, 0].numpy()


def npy(path: Path) -> None:
    """the same reads, written behind each other"""
    with path.open("wb") as file:
        for _, frames in pieces():
            file.write(frames.data)


def hdf5(path: Path) -> None:
    """h5py's own writing of them"""
    with h5py.File(path, "w") as file:
        array = file.create_dataset("frames", (FRAMES, 100, 100), "<f4")
        for start, frames in pieces():
            array[start : start + CHUNK] = frames


def tiff(path: Path) -> None:
    """tifffile's own writing of them"""
    with tifffile.TiffWriter(path) as file:
        pages: Iterator[np.ndarray] = (page for _, frames in pieces() for page in frames)
        file.write(pages, shape=(FRAMES, 100, 100), dtype="float32", photometric="minisblack")


def chunked(path: Path) -> None:
    """Zarr's own writing of them"""
    array = zarr.create_array(path, shape=(FRAMES, 100, 100), chunks=(CHUNK, 100, 100), dtype="<f4", overwrite=True)
    for start, frames in pieces():
        array[start : start + CHUNK] = frames
