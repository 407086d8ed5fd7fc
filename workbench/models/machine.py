"""The compiled retina at work: some frames at a time through every stage, shared between threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from ..core import chance
from . import kernels

if TYPE_CHECKING:
    from .retina import Retina

Film = npt.NDArray[np.float32]
Rows = tuple[int, int]

_PIXELS_AT_ONCE = 1 << 18  # about what keeps every buffer of a chunk in the processor's cache
_PIXELS_WORTH_A_THREAD = 1 << 13
POLARITIES = (("ON", np.float32(1), chance.RETINA_ON), ("OFF", np.float32(-1), chance.RETINA_OFF))


def half_gaussian(sigma: float) -> Film:
    """Gives the weights of a Gaussian at distances 0, 1, … ≥ 4σ pixels; with both sides their sum is 1.

    >>> taps = half_gaussian(1.5)
    >>> len(taps), round(float(taps[0] + 2 * taps[1:].sum()), 6)
    (7, 1.0)
    """
    distance = np.arange(int(np.ceil(4 * sigma)) + 1)
    taps = np.exp(-0.5 * (distance / sigma) ** 2) if sigma > 0 else np.ones(1)
    return (taps / (taps[0] + 2 * taps[1:].sum())).astype(np.float32)


class Constants:
    """The parameters of a retina as the float32 numbers its kernels need, at its present dt and resolution."""

    def __init__(self, retina: Retina) -> None:
        p, dt = retina.resolved(), retina.dt
        keep = lambda tau: np.float32(np.exp(-dt / tau))  # noqa: E731 - the same four times
        taps = lambda sigma: half_gaussian(sigma * retina.pixel_per_degree)  # noqa: E731 - the same four times
        for name in (
            "undershoot", "gain_opl", "surround_weight", "amplification", "leak", "gain_control", "transient",
            "threshold", "rate", "gain_ganglion", "leak_ganglion",
        ):  # fmt: skip
            setattr(self, name, np.float32(p[name]))
        self.dt = np.float32(dt)
        self.brightness = np.float32(1 / p["luminosity_range"])
        self.keep_centre = keep(p["tau_centre"] / max(1, p["cascade"]))
        self.keep_undershoot = keep(p["tau_undershoot"])
        self.keep_surround = keep(p["tau_surround"])
        self.keep_pool = keep(p["tau_gain_control"])
        self.keep_transient = keep(p["tau_transient"])
        self.taps_centre, self.taps_surround = taps(p["sigma_centre"]), taps(p["sigma_surround"])
        self.taps_pool, self.taps_ganglion = taps(p["sigma_gain_control"]), taps(p["sigma_ganglion"])
        self.bipolar_gain = np.float32(p["amplification"] / p["leak"])
        self.bipolar_decay = np.float32(np.exp(-dt * p["leak"]))
        self.decay_ganglion = np.float32(np.exp(-dt * p["leak_ganglion"]))
        self.noise = np.float32(p["noise"] * np.sqrt(1 - np.exp(-2 * p["leak_ganglion"] * dt)))
        self.rest = np.int32(round(p["refractory"] / dt))


@dataclass(frozen=True)
class Memory:
    """What the retina remembers, each array `[films, height, width]`; `frame` is the number of the next frame."""

    frame: int
    light: tuple[Film, ...]
    slow: Film
    surround: Film
    potential: Film
    pool: Film
    transient: Film
    membrane: tuple[Film, Film]
    dead: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]

    @classmethod
    def fresh(cls, retina: Retina, films: int, size: tuple[int, int]) -> Memory:
        """Gives the memory of a retina in the dark, its neurons uniform in [0.5, 0.7]: the same for every film."""
        zeros = lambda: np.zeros((films, *size), np.float32)  # noqa: E731 - five times the same
        start = chance.uniforms(retina.seed, chance.RETINA_START, 0, 2, size[0] * size[1], low=0.5, high=0.7)
        membrane = [np.broadcast_to(one.reshape(size), (films, *size)).copy() for one in start]
        dead = [np.zeros((films, *size), np.int32) for _ in start]
        light = tuple(zeros() for _ in range(retina.cascade + 1))
        return cls(0, light, zeros(), zeros(), zeros(), zeros(), zeros(), tuple(membrane), tuple(dead))

    def copy(self, frames: int = 0) -> Memory:
        """Gives a memory of its own, `frames` later."""
        pairs = {"membrane": self.membrane, "dead": self.dead, "light": self.light}
        single = {name: getattr(self, name).copy() for name in ("slow", "surround", "potential", "pool", "transient")}
        return Memory(self.frame + frames, **single, **{k: tuple(a.copy() for a in v) for k, v in pairs.items()})


def advance(retina: Retina, films: Film, memory: Memory, outputs: Mapping[str, Film]) -> Memory:
    """Runs `films` `[films, time, height, width]` through the retina, fills `outputs` and gives the new memory."""
    after = memory.copy(films.shape[1])
    height, width = films.shape[2:]
    step = max(1, _PIXELS_AT_ONCE // (height * width))
    parts = min(torch.get_num_threads(), height, max(1, height * width // _PIXELS_WORTH_A_THREAD))
    with ThreadPoolExecutor(parts) as pool:
        chunk = _Chunk(retina, after, min(step, films.shape[1]), (height, width), _sharer(pool, parts))
        for first in range(0, films.shape[1], step):
            stop = min(first + step, films.shape[1])
            chunk.draw(memory.frame + first, memory.frame + stop)
            for k in range(len(films)):
                chunk.run(k, films[k, first:stop], {name: out[k, first:stop] for name, out in outputs.items()})
    return after


Share = Callable[[int, Callable[[Rows], None]], None]


def _sharer(pool: ThreadPoolExecutor, parts: int) -> Share:
    """Gives what splits 0..n between the threads and waits for all of them."""

    def share(n: int, work: Callable[[Rows], None]) -> None:
        edges = [n * k // parts for k in range(parts + 1)]
        ranges = [(a, b) for a, b in zip(edges, edges[1:], strict=False) if b > a]
        if len(ranges) == 1:
            work(ranges[0])
        else:
            list(pool.map(work, ranges))

    return share


class _Chunk:
    """The buffers of some frames, and one method for each stage of the retina."""

    def __init__(self, retina: Retina, memory: Memory, frames: int, size: tuple[int, int], share: Share) -> None:
        self.retina, self.memory, self.share, self.size = retina, memory, share, size
        self.constant = Constants(retina)
        names = ("light", "opl_centre", "opl_surround", "opl", "bipolar", "transient", "ganglion", "pooled", "spikes")
        self.buffers = {name: np.empty((frames, *size), np.float32) for name in names}

    def draw(self, start: int, stop: int) -> None:
        """Draws the noise of frames start..stop, one set for all films."""
        words = -(-self.size[0] * self.size[1] // 4)
        seed = self.retina.seed
        self.bits = [chance.words(seed, source, start, stop, words).view(np.uint16) for _, _, source in POLARITIES]

    def run(self, k: int, film: Film, outputs: Mapping[str, Film]) -> None:
        """Takes frames of film `k` through all stages."""
        c, m, height = self.constant, self.memory, self.size[0]
        now = {name: buffer[: len(film)] for name, buffer in self.buffers.items()}
        now |= {name: out for name, out in outputs.items() if name in now}
        centre, surround, current, volts = (now[name] for name in ("opl_centre", "opl_surround", "opl", "bipolar"))
        light, spare = now["light"], now["transient"]
        # No stage writes where it reads: overlapping arrays would keep the compiler from using vector instructions.
        here, there = (centre, light) if len(m.light) % 2 else (light, centre)
        np.multiply(film, c.brightness, out=spare)
        self._blur(spare, c.taps_centre, here)

        def sense(rows: Rows) -> None:
            a, b = here, there
            for state in m.light:
                kernels.low_pass(a, rows, c.keep_centre, state[k], b)
                a, b = b, a
            kernels.high_pass(a, rows, c.keep_undershoot, c.undershoot, m.slow[k], b)

        self.share(height, sense)
        self._blur(centre, c.taps_surround, light)

        def transmit(rows: Rows) -> None:
            kernels.low_pass(light, rows, c.keep_surround, m.surround[k], surround)
            kernels.difference(centre, surround, rows, c.gain_opl, c.surround_weight, current)
            if not c.gain_control:
                kernels.leak(current, rows, c.bipolar_gain, c.bipolar_decay, m.potential[k], volts)

        self.share(height, transmit)
        if c.gain_control:
            kernels.gain_control(
                current, c.amplification, c.leak, c.dt, c.gain_control, c.keep_pool, c.taps_pool,
                m.potential[k], m.pool[k], volts,
            )  # fmt: skip
        self._ganglion(k, volts, now, outputs)

    def _ganglion(self, k: int, volts: Film, now: Mapping[str, Film], outputs: Mapping[str, Film]) -> None:
        c, m, height = self.constant, self.memory, self.size[0]
        transient = now["transient"]
        self.share(height, lambda r: kernels.high_pass(volts, r, c.keep_transient, c.transient, m.transient[k], transient))
        for which, (name, sign, _) in enumerate(POLARITIES):
            drive = outputs.get(f"ganglion_{name}", now["ganglion"])
            rate = now["pooled"] if len(c.taps_ganglion) > 1 else drive
            spikes = outputs.get(f"ganglion_spikes_{name}", now["spikes"])
            self.share(height, lambda r: kernels.rectify(transient, r, sign, c.threshold, c.rate, c.gain_ganglion, rate))  # noqa: B023 - called at once
            if rate is not drive:
                self._blur(rate, c.taps_ganglion, drive)
            self.share(
                height,
                lambda r: kernels.fire(
                    drive, r, self.bits[which], chance.quantiles(), c.leak_ganglion, c.decay_ganglion, c.noise,  # noqa: B023
                    c.rest, m.membrane[which][k], m.dead[which][k], spikes,  # noqa: B023 - called at once
                ),
            )  # fmt: skip

    def _blur(self, film: Film, taps: Film, out: Film) -> None:
        if len(taps) == 1:
            out[...] = film
        else:
            self.share(len(film), lambda t: kernels.blur(film[t[0] : t[1]], taps, out[t[0] : t[1]]))
