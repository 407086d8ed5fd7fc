"""Model neurons, one a pixel, 1000 frames of 50×50: beside three packages of spiking networks on torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

from workbench.filters import Izhikevich, LeakyIntegrateAndFire, Poisson

from ..versus import Call, alike, compared

FRAMES, SIZE, TAU = 1000, (50, 50), 0.02
KEEP = float(np.exp(-0.001 / TAU))
Film = torch.Tensor  # (time, height, width)


def current(low: float, high: float) -> Film:
    return torch.from_numpy(np.random.default_rng(1).uniform(low, high, (FRAMES, *SIZE)).astype(np.float32))


def by_numpy(film: Film) -> np.ndarray:
    v, spikes = np.zeros(SIZE, np.float32), np.empty(film.shape, np.float32)
    for frame, fired in zip(film.numpy(), spikes, strict=True):
        v = KEEP * v + (1 - KEEP) * frame
        fired[...] = v >= 1
        v[fired > 0] = 0
    return spikes


def snntorch(film: Film) -> Film:
    from snntorch import Leaky

    cell, mem, spikes = Leaky(beta=KEEP, threshold=1.0, reset_mechanism="zero", reset_delay=False), torch.zeros(SIZE), []
    with torch.no_grad():
        for frame in (1 - KEEP) * film:
            spike, mem = cell(frame, mem)
            spikes.append(spike)
    return torch.stack(spikes)


def norse(film: Film) -> Film:
    from norse.torch import LIFBoxFeedForwardState, LIFBoxParameters, lif_box_feed_forward_step

    p = LIFBoxParameters(tau_mem_inv=torch.tensor(1000 * (1 - KEEP)))  # one Euler step is the exact one
    state, spikes = LIFBoxFeedForwardState(torch.zeros(SIZE)), []
    with torch.no_grad():
        for frame in film:
            spike, state = lif_box_feed_forward_step(frame, state, p)
            spikes.append(spike)
    return torch.stack(spikes)


def bindsnet(film: Film) -> Film:
    from bindsnet.network.nodes import LIFNodes

    nodes, spikes = LIFNodes(shape=SIZE, thresh=1.0, rest=0.0, reset=0.0, refrac=0, tc_decay=1000 * TAU), []
    nodes.compute_decays(dt=1.0)
    nodes.set_batch_size(1)
    for frame in (1 - KEEP) * film:
        nodes.forward(frame[None])
        spikes.append(nodes.s)
    return torch.cat(spikes).float()


def leaky(theirs: Callable[[Film], object], _: Path) -> tuple[Call, Call]:
    film, cells = current(0, 4), LeakyIntegrateAndFire(tau=TAU)
    return lambda: cells.run(film)[0], partial(theirs, film)


for _peer, _needs, _written, _theirs in (
    ("numpy", "numpy", 0.3, by_numpy),
    ("snnTorch Leaky", "snntorch", 0.05, snntorch),
    ("Norse LIF box", "norse", 0.1, norse),
    ("BindsNET LIFNodes", "bindsnet", 0.1, bindsnet),
):
    compared("Neurons", "LeakyIntegrateAndFire", _peer, f"{FRAMES} frames of 50×50", _written, alike(0.01), needs=_needs)(
        partial(leaky, _theirs)
    )


def izhikevich_by_numpy(film: Film) -> np.ndarray:
    v, spikes = np.full(SIZE, -65.0), np.empty(film.shape, np.float32)
    u = 0.2 * v
    for frame, fired in zip(film.numpy().astype(float), spikes, strict=True):
        peak = v >= 30
        fired[...] = peak
        v[peak], u[peak] = -65, u[peak] + 8
        for _ in range(2):
            v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + frame)
        u += 0.02 * (0.2 * v - u)
    return spikes


def izhikevich_by_norse(film: Film) -> Film:
    from norse.torch import IzhikevichParameters, IzhikevichState, izhikevich_feed_forward_step

    p = IzhikevichParameters(a=0.02, b=0.2, c=-65.0, d=8.0, v_th=30.0, tau_inv=1000.0)
    state, spikes = IzhikevichState(torch.full(SIZE, -65.0), torch.full(SIZE, -13.0)), []
    with torch.no_grad():
        for frame in film:
            spike, state = izhikevich_feed_forward_step(frame, state, p)
            spikes.append(spike)
    return torch.stack(spikes)


def recovering(theirs: Callable[[Film], object], _: Path) -> tuple[Call, Call]:
    film, cells = current(0, 20), Izhikevich()
    return lambda: cells.run(film)[0], partial(theirs, film)


for _peer, _needs, _written, _agree, _theirs in (
    ("numpy, float64", "numpy", 0.2, alike(0.001), izhikevich_by_numpy),
    ("Norse (float32, whole steps)", "norse", 0.1, alike(0.2), izhikevich_by_norse),
):
    compared("Neurons", "Izhikevich", _peer, f"{FRAMES} frames of 50×50", _written, _agree, needs=_needs)(
        partial(recovering, _theirs)
    )


def poisson(theirs: Callable[[Film], object], _: Path) -> tuple[Call, Call]:
    film, cells = current(0, 0.1), Poisson(seed=1)
    return lambda: cells.run(film)[0], partial(theirs, film)


def rate(film: Film) -> Film:
    from snntorch.spikegen import rate

    return rate(film, time_var_input=True)


for _peer, _needs, _theirs in (("torch.bernoulli", "torch", torch.bernoulli), ("snnTorch spikegen.rate", "snntorch", rate)):
    compared("Neurons", "Poisson", _peer, f"{FRAMES} frames of 50×50", 1.1, alike(0.02), needs=_needs)(partial(poisson, _theirs))
