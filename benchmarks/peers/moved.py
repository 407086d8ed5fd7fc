"""Films moved over the frame between pixels, 300 frames: beside the three usual ways of interpolating."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from scipy.ndimage import shift
from torch.nn.functional import grid_sample

from workbench.streams import SaccadeStream, SequenceStream

from ..versus import Call, compared, mostly

FRAMES, SIDE, AMPLITUDE = 300, 50, 7
WIDE = SIDE + AMPLITUDE
Positions = np.ndarray  # (frames, 2): x, y in px


def padded(film: np.ndarray) -> np.ndarray:
    return np.pad(film, ((0, 0), (0, AMPLITUDE), (0, AMPLITUDE)))


def scipy(film: np.ndarray, path: Positions) -> np.ndarray:
    pairs = zip(padded(film), path, strict=True)
    return np.stack([shift(frame, (y, x), order=1, mode="grid-constant", prefilter=False) for frame, (x, y) in pairs])


def opencv(film: np.ndarray, path: Positions) -> np.ndarray:
    pairs = zip(film, path, strict=True)
    return np.stack([cv2.warpAffine(frame, np.float64([[1, 0, x], [0, 1, y]]), (WIDE, WIDE)) for frame, (x, y) in pairs])


def by_torch(film: np.ndarray, path: Positions) -> torch.Tensor:
    there = torch.arange(WIDE, dtype=torch.float32)
    x, y = torch.from_numpy(path.astype(np.float32)).T
    across, down = ((2 * (there - by[:, None]) + 1) / WIDE - 1 for by in (x, y))  # of −1 … 1
    grid = torch.stack([across[:, None, :].expand(-1, WIDE, -1), down[:, :, None].expand(-1, -1, WIDE)], -1)
    return grid_sample(torch.from_numpy(padded(film))[:, None], grid, align_corners=False)[:, 0]


def build(theirs: Callable[[np.ndarray, Positions], object], _: Path) -> tuple[Call, Call]:
    film = np.random.default_rng(1).uniform(0, 255, (FRAMES, SIDE, SIDE)).astype(np.float32)
    moving = SaccadeStream(SequenceStream(film), (WIDE, WIDE), amplitude=AMPLITUDE)
    return partial(moving.read, 0, FRAMES), partial(theirs, film, moving.positions(0, FRAMES))


for _peer, _needs, _written, _theirs in (
    ("scipy.ndimage.shift", "scipy", 0.7, scipy),
    ("OpenCV warpAffine", "opencv-python-headless", 1.0, opencv),
    ("torch grid_sample", "torch", 1.2, by_torch),
):
    compared("Movement", "SaccadeStream", _peer, f"{FRAMES} frames of 50×50 over 57×57", _written, mostly(0.01), needs=_needs)(
        partial(build, _theirs)
    )
