"""The retina once more, in torch: slow, from the dark, with gradients through every stage but the spikes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ..core.block import Block
from ..filters.spatial import blur
from ..filters.temporal import decay, high_pass, low_pass


def currents(film: Block, p: Mapping[str, Any], dt: float, pixel_per_degree: float) -> dict[str, Block]:
    """Gives the six graded stages of the retina by name; `p` maps its parameters to numbers or tensors."""
    light = film / p["luminosity_range"]
    centre = blur(light, p["sigma_centre"] * pixel_per_degree)
    for _ in range(p["cascade"] + 1):
        centre, _state = low_pass(centre, p["tau_centre"] / max(1, p["cascade"]), dt)
    centre, _state = high_pass(centre, p["undershoot"], p["tau_undershoot"], dt)
    surround, _state = low_pass(blur(centre, p["sigma_surround"] * pixel_per_degree), p["tau_surround"], dt)
    opl = p["gain_opl"] * (centre - p["surround_weight"] * surround)
    bipolar = _bipolar(opl, p, dt, pixel_per_degree)
    transient, _state = high_pass(bipolar, p["transient"], p["tau_transient"], dt)
    ganglion = {
        f"ganglion_{name}": blur(rectified(sign * transient, p), p["sigma_ganglion"] * pixel_per_degree)
        for name, sign in (("ON", 1.0), ("OFF", -1.0))
    }
    return {"opl_centre": centre, "opl_surround": surround, "opl": opl, "bipolar": bipolar, **ganglion}


def rectified(potential: Block, p: Mapping[str, Any]) -> Block:
    """N(x): rate + d above the threshold, rate/(1 − d/rate) below it, d = gain·(x − threshold)."""
    d = p["gain_ganglion"] * (potential - p["threshold"])
    return torch.where(d > 0, p["rate"] + d, p["rate"] / (1 - d.clamp(max=0) / p["rate"]))


def _bipolar(opl: Block, p: Mapping[str, Any], dt: float, pixel_per_degree: float) -> Block:
    keep = decay(dt, p["tau_gain_control"])
    potential = torch.zeros_like(opl[:, :, 0])
    pool = torch.zeros_like(potential)
    feedback = torch.as_tensor(p["gain_control"], dtype=torch.float32)
    adapts = bool(feedback != 0) or feedback.requires_grad
    conductance: float | Tensor = p["leak"]
    frames = []
    for current in opl.unbind(2):
        if adapts:
            conductance = p["leak"] + blur(pool[:, :, None], p["sigma_gain_control"] * pixel_per_degree)[:, :, 0]
        target = p["amplification"] * current / conductance
        potential = target + (potential - target) * torch.exp(-dt * torch.as_tensor(conductance))
        pool = keep * pool + (1 - keep) * feedback * potential**2
        frames.append(potential)
    return torch.stack(frames, 2)
