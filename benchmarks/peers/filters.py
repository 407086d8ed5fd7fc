"""Filters in time and space, and neurons with a linear receptive field."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter, oaconvolve
from torch.nn.functional import conv3d, pad

from workbench.filters import LowPass
from workbench.filters.spatial import blur
from workbench.models import Linear, LinearNonlinear

from ..versus import Call, compared, within

FRAMES, SIGMA, TAU = 1000, 1.5, 0.02


def noise(frames: int = FRAMES) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (frames, 50, 50)).astype(np.float32)


def by_lfilter(film: np.ndarray) -> np.ndarray:
    keep = np.float32(np.exp(-0.001 / TAU))
    return lfilter([1 - keep], np.array([1, -keep], np.float32), film, axis=0)


def by_loop(film: np.ndarray) -> np.ndarray:
    keep = np.float32(np.exp(-0.001 / TAU))
    y, out = np.zeros(film.shape[1:], np.float32), np.empty_like(film)
    for k, frame in enumerate(film):
        y += (1 - keep) * (frame - y)
        out[k] = y
    return out


def slow(theirs: Callable[[np.ndarray], object], _: Path) -> tuple[Call, Call]:
    film, layer = noise(), LowPass(tau=TAU)
    return lambda: layer.run(film)[0], partial(theirs, film)


for _peer, _needs, _written, _theirs in (("scipy lfilter", "scipy", 0.25, by_lfilter), ("numpy", "numpy", 0.7, by_loop)):
    compared("Filters", "LowPass", _peer, f"{FRAMES} frames of 50×50", _written, within(1e-4), needs=_needs)(
        partial(slow, _theirs)
    )


def by_scipy(film: np.ndarray) -> np.ndarray:
    return gaussian_filter(film, (0, SIGMA, SIGMA), mode="nearest", truncate=4)


def by_opencv(film: np.ndarray) -> np.ndarray:
    return np.stack([cv2.GaussianBlur(frame, (13, 13), SIGMA, borderType=cv2.BORDER_REPLICATE) for frame in film])


def blurred(theirs: Callable[[np.ndarray], object], _: Path) -> tuple[Call, Call]:
    film = noise()
    return partial(blur, torch.from_numpy(film)[None, None], SIGMA), partial(theirs, film)


for _peer, _needs, _written, _theirs in (
    ("scipy gaussian_filter", "scipy", 0.45, by_scipy),
    ("OpenCV GaussianBlur", "opencv-python-headless", 1.0, by_opencv),
):
    compared("Filters", "blur", _peer, f"{FRAMES} frames of 50×50", _written, within(1e-4), needs=_needs)(
        partial(blurred, _theirs)
    )


def by_conv3d(film: np.ndarray, weights: np.ndarray) -> torch.Tensor:
    frames = pad(torch.from_numpy(film)[None, None], (0, 0, 0, 0, len(weights) - 1, 0))
    return conv3d(frames, torch.from_numpy(weights[::-1].astype(np.float32))[None, None])


def by_oaconvolve(film: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return oaconvolve(film, weights.astype(np.float32), axes=0)[: len(film)].sum((1, 2))


def linear(theirs: Callable[[np.ndarray, np.ndarray], object], _: Path) -> tuple[Call, Call]:
    film, layer = noise() / 255, Linear()
    return lambda: layer.run(film)[0], partial(theirs, film, layer.receptive_field)


def nonlinear(_: Path) -> tuple[Call, Call]:
    film, layer = noise() / 255, LinearNonlinear(gain=50.0)
    return lambda: layer.run(film)[0], lambda: 50 * by_conv3d(film, layer.receptive_field).clamp(min=0)


for _peer, _needs, _written, _theirs in (
    ("torch conv3d", "torch", 1.0, by_conv3d),
    ("scipy oaconvolve", "scipy", 0.8, by_oaconvolve),
):
    compared("Filters", "Linear", _peer, f"{FRAMES} frames of 50×50, 100 lags", _written, within(1e-3), needs=_needs)(
        partial(linear, _theirs)
    )
compared("Filters", "LinearNonlinear", "torch conv3d", f"{FRAMES} frames of 50×50, 100 lags", 1.0, within(1e-3), needs="torch")(
    nonlinear
)
