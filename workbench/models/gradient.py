"""The retina once more, in torch: slow, with gradients through every stage but the spikes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ..core.block import Block
from ..filters.spatial import blur
from ..filters.temporal import decay, high_pass, low_pass
from .memory import Memory


def currents(
    films: Tensor, memory: Memory, p: Mapping[str, Any], dt: float, pixel_per_degree: float
) -> tuple[dict[str, Tensor], Memory]:
    """Gives the six graded stages by name, and the memory after them but for what spikes change in it.

    `films` and the stages are `[film, time, height, width]`; `p` maps the retina's parameters to numbers or tensors.
    """
    centre = blur(films[:, None] / p["luminosity_range"], p["sigma_centre"] * pixel_per_degree)
    light = []
    for before in memory.light:
        centre, state = low_pass(centre, p["tau_centre"] / max(1, p["cascade"]), dt, before[:, None])
        light.append(state[:, 0])
    centre, slow = high_pass(centre, p["undershoot"], p["tau_undershoot"], dt, memory.slow[:, None])
    wide = blur(centre, p["sigma_surround"] * pixel_per_degree)
    surround, nearby = low_pass(wide, p["tau_surround"], dt, memory.surround[:, None])
    opl = p["gain_opl"] * (centre - p["surround_weight"] * surround)
    bipolar, potential, pool = _bipolar(opl, memory, p, dt, pixel_per_degree)
    sharp, transient = high_pass(bipolar, p["transient"], p["tau_transient"], dt, memory.transient[:, None])
    stages = {"opl_centre": centre, "opl_surround": surround, "opl": opl, "bipolar": bipolar}
    for name, sign in (("ON", 1.0), ("OFF", -1.0)):
        stages[f"ganglion_{name}"] = blur(rectified(sign * sharp, p), p["sigma_ganglion"] * pixel_per_degree)
    after = memory.later(films.shape[1])._replace(
        light=torch.stack(light), slow=slow[:, 0], surround=nearby[:, 0],
        potential=potential[:, 0], pool=pool[:, 0], transient=transient[:, 0],
    )  # fmt: skip
    return {name: stage[:, 0] for name, stage in stages.items()}, after


def rectified(potential: Block, p: Mapping[str, Any]) -> Block:
    """N(x): rate + d above the threshold, rate/(1 − d/rate) below it, d = gain·(x − threshold)."""
    d = p["gain_ganglion"] * (potential - p["threshold"])
    return torch.where(d > 0, p["rate"] + d, p["rate"] / (1 - d.clamp(max=0) / p["rate"]))


def _bipolar(
    opl: Block, memory: Memory, p: Mapping[str, Any], dt: float, pixel_per_degree: float
) -> tuple[Block, Tensor, Tensor]:
    """Gives the potential of bipolar cells, its last frame, and the last one of the pool of their gain control."""
    keep = decay(dt, p["tau_gain_control"])
    potential, pool = memory.potential[:, None], memory.pool[:, None]
    feedback = torch.as_tensor(p["gain_control"], dtype=torch.float32)
    adapts = bool(feedback != 0) or feedback.requires_grad
    conductance: float | Tensor = p["leak"]
    frames = []
    for current in opl.unbind(2):
        if adapts:
            conductance = p["leak"] + blur(pool[:, :, None], p["sigma_gain_control"] * pixel_per_degree)[:, :, 0]
        target = p["amplification"] * current / conductance
        potential = target + (potential - target) * torch.exp(-dt * torch.as_tensor(conductance))
        if adapts:
            pool = keep * pool + (1 - keep) * feedback * potential**2
        frames.append(potential)
    return torch.stack(frames, 2), potential, pool
