"""Films in time: resampled, read by seconds, and through a model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from scipy.interpolate import interp1d
from scipy.signal import lfilter
from torch.nn.functional import interpolate

from workbench.filters import LowPass
from workbench.streams import ProcessingStream, SequenceStream, TimedResampleStream, TimedSequenceStream

from ..versus import Call, compared, equal, within

SOURCE, STEP = 100, 0.04  # frames, at 25 a second
FINE = (SOURCE - 1) * 40 + 1  # frames of 1 ms from the first to the last
TIMES = np.arange(200) * 0.004 + 0.05  # s
LONG = 0.008  # s


def noise(frames: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (frames, 50, 50)).astype(np.float32)


def scipy(film: np.ndarray) -> np.ndarray:
    return interp1d(np.arange(SOURCE) * STEP, film, axis=0)(np.arange(FINE) * 0.001 * (1 - 1e-12)).astype(np.float32)


def by_torch(film: np.ndarray) -> torch.Tensor:
    pixels = torch.from_numpy(film).flatten(1).T[None]  # (1, pixel, time)
    return interpolate(pixels, FINE, mode="linear", align_corners=True)[0].T.reshape(FINE, 50, 50).contiguous()


def resampled(theirs: Callable[[np.ndarray], object], _: Path) -> tuple[Call, Call]:
    film = noise(SOURCE)
    fine = TimedResampleStream(SequenceStream(film, dt=STEP), dt=0.001)
    return partial(fine.read, 0, FINE), partial(theirs, film)


for _peer, _needs, _written, _theirs in (("scipy interp1d", "scipy", 0.3, scipy), ("torch interpolate", "torch", 0.2, by_torch)):
    compared("Time", "TimedResampleStream", _peer, f"{FINE} frames of 50×50 from {SOURCE}", _written, within(1e-4), needs=_needs)(
        partial(resampled, _theirs)
    )


def timed() -> tuple[TimedSequenceStream, np.ndarray, np.ndarray]:
    film = noise(1000)
    return TimedSequenceStream(film, dt=0.001), film, np.arange(1000) * 0.001


def asked(stream: TimedSequenceStream) -> list[torch.Tensor]:
    return [stream.get(start, start + LONG) for start in TIMES]


@compared("Time", "TimedSequenceStream", "xarray sel", f"{len(TIMES)} reads of 8 ms by time", 0.5, equal, needs="xarray")
def by_xarray(_: Path) -> tuple[Call, Call]:
    import xarray

    stream, film, times = timed()
    there = xarray.DataArray(film, {"time": times}, ("time", "y", "x"))

    def theirs(start: float) -> np.ndarray:
        return there.sel(time=slice(start - 0.0005, start + LONG - 0.0005)).values.copy()

    return partial(asked, stream), lambda: [theirs(start) for start in TIMES]


@compared("Time", "TimedSequenceStream", "Pynapple get", f"{len(TIMES)} reads of 8 ms by time", 1.4, equal, needs="pynapple")
def by_pynapple(_: Path) -> tuple[Call, Call]:
    from pynapple import TsdTensor

    stream, film, times = timed()
    there = TsdTensor(times, film)

    def theirs(start: float) -> np.ndarray:
        return there.get(start - 0.0005, start + LONG - 0.0005).values.copy()

    return partial(asked, stream), lambda: [theirs(start) for start in TIMES]


@compared(
    "Time", "ProcessingStream", "scipy lfilter", "1000 frames of 50×50 through a low-pass", 0.6, within(1e-4), needs="scipy"
)
def processed(_: Path) -> tuple[Call, Call]:
    film = noise(1000)
    stream, keep = ProcessingStream(SequenceStream(film), LowPass(tau=0.02)), np.float32(np.exp(-0.001 / 0.02))
    # A new stream each time: it would go on from what it keeps of the last one.
    return lambda: stream.replace().read(0, 1000), lambda: lfilter([1 - keep], np.array([1, -keep], np.float32), film, axis=0)
