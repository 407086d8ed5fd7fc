"""Spiking layers: Poisson spikes, the pixel of an event camera, and two model neurons. Spikes are exactly 0 or 1."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Annotated, Literal

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from ..core import chance
from ..core.block import Block, copied, empty
from ..core.knob import Knob, Seed
from ..core.layer import Layer
from .arrays import films, pixels
from .neurons import Izhikevich as Izhikevich
from .neurons import LeakyIntegrateAndFire as LeakyIntegrateAndFire
from .randomness import pixelwise


class Poisson(Layer):
    """Fires in each pixel and frame with the probability that its input is: 0 (or less) never, 1 (or more) always.

    Pixels and frames are independent of each other and hang on `seed` alone: `reset` replays the same spikes. The state
    is the number of the next frame.

    >>> spikes = Poisson(seed=1)(torch.full((1000, 2, 3), 0.25))
    >>> spikes.unique().tolist(), round(spikes.mean().item(), 1)
    ([0.0, 1.0], 0.2)
    """

    _: KW_ONLY
    seed: Seed | None = None

    @override
    def step(self, block: Block, state: int | None) -> tuple[Block, int]:
        start = state or 0
        draws = pixelwise(chance.uniforms, self.seed or 0, chance.POISSON, start, block)
        return torch.lt(draws, block.detach(), out=draws), start + block.shape[2]

    @override
    def output_range(self, low: float, high: float) -> tuple[float, float]:
        return (0.0, 1.0)


class IntegrativeMotionSensor(Layer):
    """The pixels of an event camera: ON where the input has risen by more than `threshold`, OFF where it has fallen by it.

    Each pixel adds up the changes of its input from frame to frame, from its first frame on, and each event takes one
    threshold away from the sum. So a picture at rest is silent, and there is one event per pixel and frame at most; what
    is left over waits for the next frame. `threshold` is in units of the input, or of its natural logarithm where
    `scale="log"`; there, input below `floor` counts as `floor`. Smaller thresholds are more sensitive.

    The output has twice the channels: ON for each, then OFF for each. The state is what each pixel has accounted for,
    `[batch, channel, height, width]`. Pixel model: P. Lichtsteiner, C. Posch & T. Delbruck 2008, doi 10.1109/JSSC.2007.914337.

    >>> events = IntegrativeMotionSensor(threshold=5.0)(torch.tensor([0.0, 6.0, 6.0, 0.0]).view(4, 1, 1))
    >>> events[0, :, :, 0, 0].tolist()
    [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """

    threshold: Annotated[float, Knob(0.1, 50, "input", "change that makes an event", hard=(1e-6, None), log=True)] = 5.0
    scale: Annotated[Literal["linear", "log"], Knob(meaning="changes of the input, or of its logarithm")] = "linear"
    _: KW_ONLY
    floor: Annotated[
        float, Knob(1e-3, 10, "input", "darkest input that a logarithm tells apart", hard=(1e-6, None), log=True)
    ] = 1.0

    @override
    def step(self, block: Tensor, state: Tensor | None) -> tuple[Block, Tensor]:
        from . import kernels  # noqa: PLC0415 - it compiles

        values = block.detach() if self.scale == "linear" else block.detach().clamp(min=float(self.floor)).log()
        settled = copied(values[:, :, 0] if state is None else state)
        polarity = empty(block.shape[0], 2, *block.shape[1:])
        events = (one for both in polarity.flatten(4).numpy() for one in both.swapaxes(0, 1))  # of each film, ON and OFF
        for film, sums, (on, off) in zip(films(values), pixels(settled), events, strict=True):
            kernels.changes(film, np.float32(self.threshold), sums, on, off)
        return polarity.flatten(1, 2).to(block.device), settled

    @override
    def output_range(self, low: float, high: float) -> tuple[float, float]:
        return (0.0, 1.0)
