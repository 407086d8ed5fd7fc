"""Events of an event camera: read, put into frames, and made from a digit that moves."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import shift

from workbench.datasets import rendered_digits
from workbench.files.events import events, frames, write_events
from workbench.filters import IntegrativeMotionSensor
from workbench.streams import EventReader, MNISTStream, PseudoNMNIST, SaccadeStream

from ..versus import Call, compared, equal, mostly

DIGIT, SIZE = 315, (34, 34)  # frames of a digit; px


def binned(records: np.ndarray, count: int) -> np.ndarray:
    """Tonic's frames, in our order: ON first, then (polarity, time, row, column)."""
    from tonic.transforms import ToFrame

    to_frame = ToFrame((*SIZE[::-1], 2), time_window=1000, start_time=0, end_time=count * 1000, include_incomplete=True)
    return np.ascontiguousarray(to_frame(records)[:, ::-1].swapaxes(0, 1), np.float32)


@compared("Events", "EventReader", "Tonic read_mnist_file + ToFrame", f"{DIGIT} frames of 34×34 from .bin", 0.8, equal,
          needs="tonic")  # fmt: skip
def reading(folder: Path) -> tuple[Call, Call]:
    from tonic.io import read_mnist_file

    file, form = folder / "digit.bin", np.dtype([("x", int), ("y", int), ("t", int), ("p", int)])
    write_events(file, events(PseudoNMNIST(str(rendered_digits(folder, 300)), init=0), 0, DIGIT))
    count = len(EventReader(str(file)))
    return lambda: EventReader(str(file)).read(0, count), lambda: binned(read_mnist_file(str(file), form), count)


@compared("Events", "EventReader", "Tonic ToFrame", f"events in memory to {DIGIT} frames of 34×34", 0.67, equal, needs="tonic")
def binning(folder: Path) -> tuple[Call, Call]:
    records = events(PseudoNMNIST(str(rendered_digits(folder, 300)), init=0), 0, DIGIT)
    return partial(frames, records, SIZE, stop=DIGIT), partial(binned, records, DIGIT)


def changes(film: np.ndarray, threshold: float) -> np.ndarray:
    """The pixels of an event camera, as plainly as numpy has it: (polarity, time, row, column)."""
    settled, found = film[0].copy(), np.zeros((2, *film.shape), np.float32)
    for k, frame in enumerate(film):
        change = frame - settled
        found[0, k], found[1, k] = change > threshold, change < -threshold
        settled += threshold * (found[0, k] - found[1, k])
    return found


@compared("Events", "PseudoNMNIST", "scipy.ndimage.shift + numpy", f"8 digits, {8 * DIGIT} frames of 34×34", 0.3, mostly(0.0005),
          turns=5)  # fmt: skip
def camera(folder: Path) -> tuple[Call, Call]:
    digits = str(rendered_digits(folder, 300))
    film = PseudoNMNIST(digits, init=0)
    still = MNISTStream(digits, DIGIT, 26.0, init=0).read(0, 8 * DIGIT)[0, 0].numpy()
    path = SaccadeStream(MNISTStream(digits, DIGIT, init=0)).positions(0, 8 * DIGIT)

    def theirs() -> np.ndarray:
        wide = np.pad(still, ((0, 0), (4, 4), (4, 4)))  # of 36 px; the film's area of 35 px is centred in it
        moved = [shift(frame, (y - 3.5, x - 3.5), order=1, prefilter=False) for frame, (x, y) in zip(wide, path, strict=True)]
        seen = [changes(np.stack(moved)[k : k + DIGIT, 1:35, 1:35], 5.0) for k in range(0, len(moved), DIGIT)]
        return np.concatenate(seen, 1)

    return lambda: film.replace().read(0, 8 * DIGIT), theirs  # a new one each time: nothing is kept


@compared("Events", "IntegrativeMotionSensor", "numpy", "1000 frames of 50×50", 0.6, equal)
def detector(_: Path) -> tuple[Call, Call]:
    film = np.cumsum(np.random.default_rng(1).integers(-4, 5, (1000, 50, 50)), 0).astype(np.float32)
    layer, block = IntegrativeMotionSensor(threshold=5.0), torch.from_numpy(film)
    return lambda: layer.run(block)[0], partial(changes, film, 5.0)
