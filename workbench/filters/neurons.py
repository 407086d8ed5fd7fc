"""Model neurons, one in each pixel: the input is their current, the output their spikes."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY
from typing import Annotated, NamedTuple

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from ..core import chance
from ..core.block import Block, copied, empty
from ..core.knob import Knob, Seed
from ..core.layer import Layer
from .arrays import films, pixels
from .randomness import pixelwise

Noise = Annotated[float, Knob(0, 10, "input", "standard deviation of Gaussian current, new in each frame", hard=(0, None))]
_PEAK = 30.0  # mV
_HALF = 0.5  # ms, the step of the membrane potential in Izhikevich's own program


class Leaky(NamedTuple):
    """The state of leaky neurons: next frame, potential, and frames left to rest, `[batch, channel, height, width]`."""

    frame: int
    potential: Tensor
    resting: Tensor


class LeakyIntegrateAndFire(Layer):
    """Leaky integrate-and-fire neurons: τ dv/dt = −v + input; a spike where v reaches `threshold`, and v is `reset_to`.

    v and the input are in the same unit; exact for an input that is constant within frames. After a spike v stays
    at `reset_to` for `refractory` seconds, rounded to frames. A constant input I > threshold fires every
    refractory + τ·ln((I − reset_to) / (I − threshold)) seconds, rounded up to frames. L. Lapicque 1907, in the account of
    N. Brunel & M. van Rossum 2007, doi 10.1007/s00422-007-0190-0.

    >>> spikes = LeakyIntegrateAndFire(tau=0.01)(torch.full((100, 1, 1), 2.0))
    >>> spikes.ravel().nonzero().ravel()[:3].tolist()
    [6, 13, 20]
    """

    tau: Annotated[float, Knob(0.001, 0.2, "s", "time constant of the membrane", hard=(1e-6, None), log=True)] = 0.02
    threshold: Annotated[float, Knob(0.1, 10, "input", "potential that makes a spike", hard=(None, None))] = 1.0
    reset_to: Annotated[float, Knob(-10, 1, "input", "potential after a spike", hard=(None, None))] = 0.0
    refractory: Annotated[float, Knob(0, 0.02, "s", "rest after a spike", hard=(0, None))] = 0.0
    noise: Noise = 0.0
    _: KW_ONLY
    seed: Seed | None = None

    @override
    def step(self, block: Block, state: Leaky | None) -> tuple[Block, Leaky]:
        from . import kernels  # noqa: PLC0415 - it compiles

        zeros = torch.zeros(*block.shape[:2], *block.shape[3:])
        frame, v, resting = state or Leaky(0, zeros, zeros)
        v, resting, spikes = copied(v), copied(resting), empty(*block.shape)
        keep, rest = math.exp(-self.dt / float(self.tau)), round(float(self.refractory) / self.dt)
        numbers = [np.float32(one) for one in (keep, 1 - keep, self.threshold, self.reset_to, rest)]
        currents = films(_with_noise(self, block, frame, chance.LEAKY_NEURON))
        for current, *states, out in zip(currents, pixels(v), pixels(resting), films(spikes), strict=True):
            kernels.leaky(current, *numbers, *states, out)
        return spikes.to(block.device), Leaky(frame + block.shape[2], v, resting)

    @override
    def output_range(self, low: float, high: float) -> tuple[float, float]:
        return (0.0, 1.0)


class Recovering(NamedTuple):
    """The state of Izhikevich's neurons: next frame, membrane potential (mV), recovery, `[batch, channel, height, width]`."""

    frame: int
    v: Tensor
    u: Tensor


class Izhikevich(Layer):
    """Izhikevich's neurons: v' = 0.04v² + 5v + 140 − u + input, u' = a(bv − u); where v reaches 30 mV: spike, v = c, u += d.

    Time is in ms, as in the paper, and follows the film's dt. The defaults are regular spiking; (0.1, 0.2, −65, 2) is
    fast spiking, (0.02, 0.2, −50, 2) chattering. Steps are those of the published program: halves of a millisecond for v, one for
    u; frames longer than 1 ms take several, and hold one spike at most. E. Izhikevich 2003, doi 10.1109/TNN.2003.820440.

    >>> int(Izhikevich()(torch.full((1000, 1, 1), 10.0)).sum()) > 10
    True
    """

    a: Annotated[float, Knob(0.001, 0.2, "1/ms", "speed of recovery", hard=(0, None))] = 0.02
    b: Annotated[float, Knob(0.1, 0.3, "1/ms", "recovery's sensitivity to v", hard=(None, None))] = 0.2
    c: Annotated[float, Knob(-80, -40, "mV", "v after a spike", hard=(-1000, 29))] = -65.0
    d: Annotated[float, Knob(0, 10, "mV/ms", "step of recovery at a spike", hard=(None, None))] = 8.0
    noise: Noise = 0.0
    _: KW_ONLY
    seed: Seed | None = None

    @override
    def step(self, block: Block, state: Recovering | None) -> tuple[Block, Recovering]:
        from . import kernels  # noqa: PLC0415 - it compiles

        # The smallest difference grows from spike to spike: float32 would part from the published program.
        v = torch.full((*block.shape[:2], *block.shape[3:]), float(self.c), dtype=torch.float64)
        frame, v, u = state or Recovering(0, v, float(self.b) * v)
        v, u, spikes = copied(v), copied(u), empty(*block.shape)
        abcd, steps = (float(self.a), float(self.b), float(self.c), float(self.d)), self._steps()
        currents = films(_with_noise(self, block, frame, chance.IZHIKEVICH_NEURON))
        for current, *states, out in zip(currents, pixels(v), pixels(u), films(spikes), strict=True):
            kernels.izhikevich(current, *steps, abcd, _PEAK, *states, out)
        return spikes.to(block.device), Recovering(frame + block.shape[2], v, u)

    def _steps(self) -> tuple[int, int, float]:
        """The steps of a frame, the parts of each for v, and how long a step is (ms)."""
        whole = 1000 * self.dt
        turns = math.ceil(round(whole, 6))
        return turns, math.ceil(round(whole / turns / _HALF, 6)), whole / turns

    @override
    def output_range(self, low: float, high: float) -> tuple[float, float]:
        return (0.0, 1.0)


def _with_noise(layer: LeakyIntegrateAndFire | Izhikevich, block: Block, frame: int, source: int) -> Block:
    if float(layer.noise) == 0:
        return block.detach()
    return block.detach() + float(layer.noise) * pixelwise(chance.normals, layer.seed or 0, source, frame, block)
