"""Linear and linear–nonlinear neurons: one receptive field over the whole frame, one number a frame."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from ..core.block import Block
from ..core.errors import ShapeError
from ..core.knob import Knob
from ..core.layer import Layer
from .receptive_field import difference_of_gaussians, separable, temporal_kernel

Field = Annotated[np.ndarray | Tensor, Knob(meaning="receptive field (lag, height, width), lag 0 the present frame")]


def usual_field() -> np.ndarray:
    """Gives a biphasic centre–surround field for frames of 50×50 at 10 px/deg and 1 ms."""
    return separable(temporal_kernel(), difference_of_gaussians((50, 50)))


class Linear(Layer):
    """The film weighed by a receptive field: y[t] = Σ field[k]·x[t − k], a film of 1×1 pixel; before the film all is 0.

    By default a centre–surround field for frames of 50×50.

    Takes blocks `[batch, channel, time, height, width]` and a field `(lag, height, width)` of the same height and width
    (`ShapeError` otherwise); gives `[batch, channel, time, 1, 1]`. Sums are made in float64.

    >>> import workbench
    >>> film = workbench.streams.RandomStream((3, 4), seed=1)
    >>> Linear(np.ones((2, 3, 4))).run(film, max_t=5)[0].shape
    torch.Size([1, 1, 5, 1, 1])
    """

    receptive_field: Field = field(default_factory=usual_field)

    @override
    def step(self, block: Block, state: Tensor | None) -> tuple[Block, Tensor]:
        return weighed(block, self.receptive_field, state)


class LinearNonlinear(Layer):
    """A linear receptive field and a nonlinearity: the rate of a neuron in Hz, a film of 1×1 pixel.

    rate = gain·max(y − threshold, 0), or gain·exp(y − threshold) where `nonlinearity` is "exponential"; y is what
    `Linear` gives; a field of another size than the frames is a `ShapeError`. Spikes: hand rate·dt to
    `filters.spiking.Poisson`. Source: Chichilnisky 2001, doi 10.1080/713663221.

    >>> LinearNonlinear(np.ones((1, 2, 2)), gain=20.0)(torch.ones(3, 2, 2)).flatten().tolist()
    [80.0, 80.0, 80.0]
    """

    receptive_field: Field = field(default_factory=usual_field)
    gain: Annotated[float, Knob(0, 100, "Hz", "rate for one unit of drive", hard=(0, None))] = 50.0
    threshold: Annotated[float, Knob(-3, 3, "", "drive at which the neuron begins to fire", hard=(None, None))] = 0.0
    nonlinearity: Annotated[Literal["rectified", "exponential"], Knob(meaning="from drive to rate")] = "rectified"

    @override
    def step(self, block: Block, state: Tensor | None) -> tuple[Block, Tensor]:
        drive, state = weighed(block, self.receptive_field, state)
        above = drive - self.threshold
        return self.gain * (above.exp() if self.nonlinearity == "exponential" else above.clamp(min=0)), state


def weighed(block: Block, receptive_field: np.ndarray | Tensor, past: Tensor | None) -> tuple[Block, Tensor]:
    """Gives Σ field[k]·x[t − k] for every frame, and the frames that the next block needs."""
    weights = torch.as_tensor(receptive_field, dtype=torch.float64, device=block.device)
    if weights.ndim != 3 or weights.shape[1:] != block.shape[3:] or not len(weights):
        msg = (
            f"receptive_field.shape = {tuple(weights.shape)}, is not (lags, {block.shape[3]}, {block.shape[4]}) for these "
            f"frames; make it of their size."
        )
        raise ShapeError(msg)
    lags, frames = len(weights), block.shape[2]
    before = block.new_zeros(*block.shape[:2], lags - 1, *block.shape[3:]) if past is None else past
    film = torch.cat([before, block], 2)
    products = film.flatten(3).double() @ weights.flatten(1).T  # [batch, channel, time, lag]
    terms = [products[:, :, lags - 1 - k : lags - 1 - k + frames, k] for k in range(lags)]
    return torch.stack(terms).sum(0).float()[..., None, None], film[:, :, frames:].clone()
