"""Random numbers for the pixels of a block, the same however many batches and channels go along."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..core.block import Block


@runtime_checkable
class Draw(Protocol):
    """`chance.uniforms` or `chance.normals`."""

    def __call__(self, seed: int, source: int, start: int, stop: int, per_frame: int) -> npt.NDArray[np.float32]:
        """Gives numbers `(stop - start, per_frame)`."""
        ...


def pixelwise(draw: Draw, seed: int, source: int, start: int, block: Block) -> Tensor:
    """Gives a number for each pixel of a block whose first frame is number `start`, on the block's device.

    They hang on seed, source, frame, batch, channel and pixel, not on how many of these there are.
    """
    batch, channel, time, height, width = block.shape
    numbers = np.empty((batch, channel, time, height * width), np.float32)
    for b in range(batch):
        for c in range(channel):
            numbers[b, c] = draw(seed, source + (b << 32) + (c << 48), start, start + time, height * width)
    return torch.from_numpy(numbers).view(block.shape).to(block.device)
