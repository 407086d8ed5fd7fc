"""Filters in space: pure functions on blocks through which gradients flow."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from ..core.block import Block


def gaussian(sigma: float | Tensor) -> Tensor:
    """Gives the weights of a Gaussian of `sigma` pixels at the distances −r … r, r ≥ 4σ, summing to 1.

    >>> weights = gaussian(1.5)
    >>> len(weights), round(weights.sum().item(), 6)
    (13, 1.0)
    """
    width = torch.as_tensor(sigma, dtype=torch.float64)
    if width <= 0:
        return torch.ones(1)
    distance = torch.arange(-math.ceil(4 * float(width)), math.ceil(4 * float(width)) + 1)
    weights = torch.exp(-0.5 * (distance / width) ** 2)
    return (weights / weights.sum()).float()


def blur(film: Block, sigma: float | Tensor) -> Block:
    """Gives every frame blurred by a Gaussian of `sigma` pixels; edges replicate, the size stays.

    >>> bool(torch.allclose(blur(torch.ones(1, 1, 2, 4, 5), 1.5), torch.ones(1)))
    True
    """
    weights = gaussian(sigma)
    reach = len(weights) // 2
    frames = film.flatten(0, 2)[:, None]
    frames = functional.pad(frames, (reach, reach, 0, 0), mode="replicate") if reach else frames
    frames = functional.conv2d(frames, weights.view(1, 1, 1, -1))
    frames = functional.pad(frames, (0, 0, reach, reach), mode="replicate") if reach else frames
    frames = functional.conv2d(frames, weights.view(1, 1, -1, 1))
    return frames[:, 0].view(film.shape)
