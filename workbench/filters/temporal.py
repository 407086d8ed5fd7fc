"""Filters in time, exact for any step: pure functions `(film, …, state) → (film, state)` through which gradients flow.

A film is a block `[batch, channel, time, height, width]`; a state is one frame `[batch, channel, height, width]`, None
at the beginning (darkness). Handing the state on makes a film in pieces equal to the whole.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from ..core.block import Block, copied, empty
from ..core.knob import Knob
from ..core.layer import Layer
from .arrays import compilable, films, pixels

Number = float | Tensor


def decay(dt: float, tau: Number) -> Tensor:
    """Gives e^{−dt/τ}, what is left of a state after a step.

    >>> round(decay(0.001, 0.010).item(), 4)
    0.9048
    """
    return torch.exp(-dt / torch.as_tensor(tau, dtype=torch.float32))


def low_pass(film: Block, tau: Number, dt: float, state: Tensor | None = None) -> tuple[Block, Tensor]:
    """Gives the film through an exponential low-pass of time constant `tau` (s): y[t] = e·y[t−1] + (1−e)·x[t].

    >>> film, state = low_pass(torch.ones(1, 1, 1, 1, 1), tau=0.001, dt=0.001)
    >>> round(film.item(), 4)
    0.6321
    """
    keep = decay(dt, tau)
    y = torch.zeros_like(film[:, :, 0]) if state is None else state
    if keep.ndim == 0 and compilable(film, keep, y):
        return _compiled(film, keep.item(), copied(y))
    frames = []
    for x in film.unbind(2):
        y = keep * y + (1 - keep) * x
        frames.append(y)
    return torch.stack(frames, 2), y


def _compiled(film: Block, keep: float, y: Tensor) -> tuple[Block, Tensor]:
    """The same, by a kernel whose rows are whole frames."""
    from . import kernels  # noqa: PLC0415 - it compiles

    slow = empty(*film.shape)
    for shown, state, out in zip(films(film), pixels(y), films(slow), strict=True):
        kernels.low_pass(shown[:, None], (0, 1), np.float32(keep), state[None], out[:, None])
    return slow, y


def high_pass(film: Block, weight: Number, tau: Number, dt: float, state: Tensor | None = None) -> tuple[Block, Tensor]:
    """Gives the film less `weight` × itself low-passed: a partial high-pass of DC gain 1 − weight."""
    slow, state = low_pass(film, tau, dt, state)
    return film - weight * slow, state


class LowPass(Layer):
    """An exponential low-pass of every pixel, from black: what a slow eye sees. A state of one frame.

    y[t] = e·y[t−1] + (1−e)·x[t] with e = e^{−dt/τ}: exact for light that is constant within frames.

    >>> LowPass(tau=0.001)(torch.ones(2, 1, 1)).ravel()
    tensor([0.6321, 0.8647])
    """

    tau: Annotated[float, Knob(0.001, 1, "s", "time constant", hard=(1e-6, None), log=True)] = 0.01

    @override
    def step(self, block: Block, state: Tensor | None) -> tuple[Block, Tensor]:
        return low_pass(block, self.tau, self.dt, state)

    @override
    def output_range(self, low: float, high: float) -> tuple[float, float]:
        return (min(low, 0.0), max(high, 0.0))
