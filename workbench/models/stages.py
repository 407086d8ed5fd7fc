"""The stages of the retina as data: name, equation, and the parameters that shape it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.knob import knobs

if TYPE_CHECKING:
    from .retina import Retina


@dataclass(frozen=True)
class Stage:
    """One stage: its film's name and unit, what it computes, and by which parameters."""

    name: str
    unit: str
    equation: str
    parameters: tuple[str, ...]


_RATE = ("cells", "transient", "tau_transient", "threshold", "rate", "gain_ganglion", "sigma_ganglion")
_FIRE = ("leak_ganglion", "noise", "refractory", "seed")

STAGES = (
    Stage(
        "opl_centre", "", "C = T(w_U, τ_U) * E(n, τ_C) * G(σ_C) * L / luminosity_range",
        ("luminosity_range", "sigma_centre", "tau_centre", "cascade", "undershoot", "tau_undershoot"),
    ),
    Stage("opl_surround", "", "S = E(τ_S) * G(σ_S) * C", ("sigma_surround", "tau_surround")),
    Stage("opl", "", "I = λ_OPL (C − w_OPL S)", ("gain_opl", "surround_weight")),
    Stage(
        "bipolar", "", "dV/dt = a I − g V,  g = g_leak + G(σ_A) * E(τ_A) * (λ_A V²)",
        ("amplification", "leak", "gain_control", "sigma_gain_control", "tau_gain_control"),
    ),
    Stage(
        "ganglion_ON", "Hz",
        "I_G = G(σ_P) * N(+T(w_G, τ_G) * V),  N(x) = i0 + d or i0 / (1 − d/i0), d = λ_G (x − v0)", _RATE,
    ),
    Stage("ganglion_OFF", "Hz", "I_G = G(σ_P) * N(−T(w_G, τ_G) * V)", _RATE),
    Stage(
        "ganglion_spikes_ON", "",
        "dV/dt = I_G − g_L V + noise; a spike at V > 1, then V = 0 for the refractory time", _FIRE,
    ),
    Stage("ganglion_spikes_OFF", "", "as ganglion_spikes_ON, with noise of its own", _FIRE),
)  # fmt: skip


def table(retina: Retina) -> str:
    """Gives the stages with equations and present values as Markdown."""
    values, declared = retina.values(), knobs(retina)
    rows = ["| stage | equation | parameters |", "|---|---|---|"]
    for stage in STAGES:
        told = ", ".join(f"{name} = {_value(values[name], declared[name].knob.unit)}" for name in stage.parameters)
        rows.append(f"| {stage.name}{f' ({stage.unit})' * bool(stage.unit)} | {stage.equation} | {told} |")
    return "\n".join(rows)


def _value(value: object, unit: str) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{text} {unit}".strip()
