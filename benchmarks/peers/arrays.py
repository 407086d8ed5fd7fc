"""Films in memory and in files of plain numbers: beside numpy's own slices, maps and files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from workbench.streams import (
    InrImageFileStreamer,
    InrImageStreamer,
    InrImageStreamWriter,
    NumpyReader,
    RepeatingStream,
    SequenceStream,
)

from ..versus import Call, compared, equal, within

FRAMES, SIZE, BLOCK = 600, (200, 200), 100
STARTS = range(0, FRAMES, BLOCK)


def film(frames: int = FRAMES) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 200, (frames, *SIZE)).astype(np.float32)


def copies(frames: np.ndarray) -> list[np.ndarray]:
    return [np.array(frames[start : start + BLOCK], np.float32) for start in STARTS]


def reads(stream: NumpyReader | SequenceStream | InrImageStreamer) -> list[object]:
    return [stream.read(start, start + BLOCK) for start in STARTS]


def mapped(dtype: str, folder: Path) -> tuple[Call, Call]:
    path = folder / "film.npy"
    np.save(path, film().astype(dtype))
    return partial(reads, NumpyReader(str(path))), partial(copies, np.load(path, mmap_mode="r"))


for _dtype in ("u1", "f4", ">f4", "f8"):
    compared("Arrays", "NumpyReader", "numpy memory map", f"{FRAMES} frames of 200×200 from {_dtype}", 1.2, equal)(
        partial(mapped, _dtype)
    )


@compared("Arrays", "NumpyReader", "Zarr", f"{FRAMES} frames of 200×200 from f4", 1.0, equal, needs="zarr")
def zarr(folder: Path) -> tuple[Call, Call]:
    import zarr

    frames = film()
    np.save(folder / "film.npy", frames)
    store = zarr.create_array(folder / "film.zarr", shape=frames.shape, chunks=(BLOCK, *SIZE), dtype="f4", compressors=None)
    store[:] = frames
    return partial(reads, NumpyReader(str(folder / "film.npy"))), lambda: [store[start : start + BLOCK] for start in STARTS]


@compared("Arrays", "SequenceStream", "numpy slices", f"{FRAMES} frames of 200×200", 1.1, equal)
def memory(_: Path) -> tuple[Call, Call]:
    frames = film()
    return partial(reads, SequenceStream(frames)), partial(copies, frames)


def again(theirs: Callable[[np.ndarray, int], np.ndarray], _: Path) -> tuple[Call, Call]:
    frames = film(50)
    return partial(RepeatingStream(frames).read, 0, FRAMES), partial(theirs, frames, FRAMES)


def taken(frames: np.ndarray, count: int) -> np.ndarray:
    return np.take(frames, np.arange(count), axis=0, mode="wrap")


def tiled(frames: np.ndarray, count: int) -> np.ndarray:
    return np.tile(frames, (count // len(frames), 1, 1))


for _peer, _written, _theirs in (("numpy.take", 1.1, taken), ("numpy.tile", 1.1, tiled)):
    compared("Arrays", "RepeatingStream", _peer, f"{FRAMES} frames of 200×200, 50 of them repeated", _written, equal)(
        partial(again, _theirs)
    )


# INRIMAGE-4: a header of 256 bytes and bare numbers. No other package reads it, so these are bare files.


def written(path: Path, frames: np.ndarray) -> Path:
    with InrImageStreamWriter(str(path), time_dimension="ZDIM", dtype="float64") as writer:
        writer.put(frames)
    return path


def bare(path: Path) -> np.ndarray:
    return np.fromfile(path, np.float64, offset=256).astype(np.float32).reshape(-1, *SIZE)


@compared("INRIMAGE", "InrImageStreamer", "numpy.fromfile", f"{FRAMES} frames of 200×200 from float64", 1.2, equal)
def inr(folder: Path) -> tuple[Call, Call]:
    path = written(folder / "film.inr", film())
    return lambda: InrImageStreamer(str(path)).read(0, FRAMES), partial(bare, path)


@compared("INRIMAGE", "InrImageFileStreamer", "numpy.fromfile", "6 files of 100 frames of 200×200", 0.8, equal)
def inr_files(folder: Path) -> tuple[Call, Call]:
    paths = [written(folder / f"film_{k}.inr", part) for k, part in enumerate(np.split(film(), 6))]
    glob = str(folder / "film_*.inr")
    return lambda: InrImageFileStreamer(glob).read(0, FRAMES), lambda: np.concatenate([bare(path) for path in paths])


@compared("INRIMAGE", "InrImageStreamWriter", "numpy.tofile", f"{FRAMES} frames of 200×200 as float64", 2.0, within(0), read=bare)
def inr_writer(folder: Path) -> tuple[Call, Call]:
    frames, path = film(), folder / "bare.inr"

    def theirs() -> Path:
        with path.open("wb") as file:
            file.write(bytes(256))
            frames.astype(np.float64).tofile(file)
        return path

    return partial(written, folder / "film.inr", frames), theirs
