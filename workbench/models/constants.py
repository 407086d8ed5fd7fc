"""The parameters of a retina as its compiled stages need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from .retina import Retina

Taps = npt.NDArray[np.float32]


def half_gaussian(sigma: float) -> Taps:
    """Gives the weights of a Gaussian at distances 0, 1, … ≥ 4σ pixels; with both sides their sum is 1.

    >>> taps = half_gaussian(1.5)
    >>> len(taps), round(float(taps[0] + 2 * taps[1:].sum()), 6)
    (7, 1.0)
    """
    distance = np.arange(int(np.ceil(4 * sigma)) + 1)
    taps = np.exp(-0.5 * (distance / sigma) ** 2) if sigma > 0 else np.ones(1)
    weights: Taps = (taps / (taps[0] + 2 * taps[1:].sum())).astype(np.float32)
    return weights


class Constants:
    """The parameters of a retina as float32 numbers, at its present dt and resolution.

    `keep_…` is what is left of a low-passed value after one step, `taps_…` the weights of a blur.
    """

    undershoot: np.float32
    gain_opl: np.float32
    surround_weight: np.float32
    amplification: np.float32
    leak: np.float32
    gain_control: np.float32
    transient: np.float32
    threshold: np.float32
    rate: np.float32
    gain_ganglion: np.float32

    def __init__(self, retina: Retina) -> None:
        p, dt = retina.values(), retina.dt

        def keep(tau: float) -> np.float32:
            return np.float32(np.exp(-dt / tau))

        def taps(sigma: float) -> Taps:
            return half_gaussian(sigma * retina.pixel_per_degree)

        for name in Constants.__annotations__:
            setattr(self, name, np.float32(p[name]))
        self.dt = np.float32(dt)
        self.keep_centre = keep(p["tau_centre"] / max(1, p["cascade"]))
        self.keep_undershoot = keep(p["tau_undershoot"])
        self.keep_surround = keep(p["tau_surround"])
        self.keep_pool = keep(p["tau_gain_control"])
        self.keep_transient = keep(p["tau_transient"])
        # The first blur also brings the light to 0..1: it weighs by rows and by columns, so each takes the root.
        self.taps_centre = taps(p["sigma_centre"]) * np.float32(p["luminosity_range"] ** -0.5)
        self.taps_surround = taps(p["sigma_surround"])
        self.taps_pool, self.taps_ganglion = taps(p["sigma_gain_control"]), taps(p["sigma_ganglion"])
        self.bipolar_gain = np.float32(p["amplification"] / p["leak"])
        self.bipolar_decay = np.float32(np.exp(-dt * p["leak"]))
        self.share_ganglion = np.float32(1 / p["leak_ganglion"])
        self.decay_ganglion = np.float32(np.exp(-dt * p["leak_ganglion"]))
        self.noise = np.float32(p["noise"] * np.sqrt(1 - np.exp(-2 * p["leak_ganglion"] * dt)))
        self.rest = np.int32(min(round(p["refractory"] / dt), np.iinfo(np.int32).max))
