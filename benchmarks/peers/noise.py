"""Noise: 1000 frames, uniform in 77..177, from numpy's and torch's generators and from two packages of stimuli."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from workbench.streams import Blank, RandomStream

from ..versus import Call, alike, compared, equal

FRAMES, LEVEL, MEAN = 1000, 100.0, 127.0
LOW = MEAN - LEVEL / 2
Shape = tuple[int, int, int]


def scaled(draws: np.ndarray) -> np.ndarray:
    draws *= np.float32(LEVEL)
    draws += np.float32(LOW)
    return draws


def philox(shape: Shape) -> np.ndarray:
    return scaled(np.random.Generator(np.random.Philox(1)).random(shape, np.float32))


def default(shape: Shape) -> np.ndarray:
    return scaled(np.random.default_rng(1).random(shape, np.float32))


def legacy(shape: Shape) -> np.ndarray:
    return (np.random.rand(*shape) * LEVEL + LOW).astype(np.float32)


def by_torch(shape: Shape) -> torch.Tensor:
    return torch.rand(shape).mul_(LEVEL).add_(LOW)


def pair(side: int, theirs: Callable[[Shape], object]) -> tuple[Call, Call]:
    film = RandomStream((side, side), level=LEVEL, mean=MEAN, seed=1)
    return partial(film.get, FRAMES), partial(theirs, (FRAMES, side, side))


for _side, _peer, _needs, _written, _theirs in (
    (50, "numpy Philox", "numpy", 1.0, philox),
    (50, "numpy default_rng", "numpy", 1.5, default),
    (50, "numpy.random.rand", "numpy", 0.6, legacy),
    (50, "torch.rand", "torch", 1.0, by_torch),
    (200, "numpy Philox", "numpy", 1.0, philox),
    (200, "numpy default_rng", "numpy", 1.5, default),
):
    compared("Noise", "RandomStream", _peer, f"{FRAMES} frames of {_side}×{_side}", _written, alike(0.01), needs=_needs)(
        lambda _, side=_side, theirs=_theirs: pair(side, theirs)
    )


@compared("Noise", "RandomStream", "stimupy white", f"{FRAMES} frames of 50×50", 0.5, alike(0.01), needs="stimupy")
def stimupy(_: Path) -> tuple[Call, Call]:
    from stimupy.noises.whites import white

    def theirs(shape: Shape) -> np.ndarray:
        frame = partial(white, visual_size=(5, 5), ppd=10, intensity_range=(LOW, LOW + LEVEL))
        return np.stack([frame()["img"] for _ in range(shape[0])]).astype(np.float32)

    return pair(50, theirs)


@compared(
    "Noise", "RandomStream", "retinawhitenoise (binary)", f"{FRAMES} frames of 50×50", 0.5, lambda *_: None,
    needs="retinawhitenoise",
)  # fmt: skip
def retinawhitenoise(_: Path) -> tuple[Call, Call]:
    from retinawhitenoise.binarystimulus import recreate

    def theirs(shape: Shape) -> np.ndarray:
        signs = next(iter(recreate(-1000, shape[1:], shape[0])))  # (rows, columns, frames) of ±1
        return scaled(np.moveaxis(signs, 2, 0) * np.float32(0.5) + np.float32(0.5))

    return pair(50, theirs)


@compared("Noise", "Blank", "torch.zeros", f"{FRAMES} frames of 50×50", 2.0, equal, needs="torch")
def blank(_: Path) -> tuple[Call, Call]:
    return partial(Blank((50, 50)).get, FRAMES), partial(torch.zeros, FRAMES, 50, 50)
