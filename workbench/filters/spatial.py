"""Filters in space: pure functions on blocks through which gradients flow."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..core.block import Block, empty
from .arrays import compilable


def gaussian(sigma: float | Tensor) -> Tensor:
    """Gives the weights of a Gaussian of `sigma` pixels at the distances −r … r, r ≥ 4σ, summing to 1.

    >>> weights = gaussian(1.5)
    >>> len(weights), round(weights.sum().item(), 6)
    (13, 1.0)
    """
    width = torch.as_tensor(sigma, dtype=torch.float64)
    if width <= 0:
        return torch.ones(1)
    reach = math.ceil(4 * width.item())
    distance = torch.arange(-reach, reach + 1)
    weights = torch.exp(-0.5 * (distance / width) ** 2)
    return (weights / weights.sum()).float()


def blur(film: Block, sigma: float | Tensor) -> Block:
    """Gives every frame blurred by a Gaussian of `sigma` pixels; edges replicate, the size stays.

    >>> bool(torch.allclose(blur(torch.ones(1, 1, 2, 4, 5), 1.5), torch.ones(1)))
    True
    """
    weights = gaussian(sigma).to(film.device)
    if not compilable(film, weights):
        return _banded(weights, film.shape[3]) @ film @ _banded(weights, film.shape[4]).T
    from . import kernels  # noqa: PLC0415 - it compiles

    blurred, taps = empty(*film.shape), weights[len(weights) // 2 :].numpy().copy()
    frames, out = (one.flatten(0, 2).detach().numpy() for one in (film.contiguous(), blurred))
    kernels.blur(frames, (0, film.shape[3]), taps, out)
    return blurred


def _banded(weights: Tensor, length: int) -> Tensor:
    """The matrix that weighs a column of `length` pixels by a kernel, its edges replicated."""
    reach = len(weights) // 2
    places = torch.arange(length)[:, None] + torch.arange(-reach, reach + 1)
    places = places.clamp(0, length - 1).to(weights.device)
    return weights.new_zeros(length, length).scatter_add(1, places, weights.expand(length, -1))
