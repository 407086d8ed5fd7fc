"""The compiled retina at work: some frames at a time through every stage, shared between threads."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..core import chance
from . import kernels

if TYPE_CHECKING:
    from .retina import Retina

Film = npt.NDArray[np.float32]
Rows = tuple[int, int]

_PIXELS_AT_ONCE = 1 << 17  # about what keeps every buffer of a chunk in the processor's cache
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
    weights: Film = (taps / (taps[0] + 2 * taps[1:].sum())).astype(np.float32)
    return weights


class Constants:
    """The parameters of a retina as the float32 numbers its kernels need, at its present dt and resolution."""

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

        def taps(sigma: float) -> Film:
            return half_gaussian(sigma * retina.pixel_per_degree)

        for name in Constants.__annotations__:
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
        self.share_ganglion = np.float32(1 / p["leak_ganglion"])
        self.decay_ganglion = np.float32(np.exp(-dt * p["leak_ganglion"]))
        self.noise = np.float32(p["noise"] * np.sqrt(1 - np.exp(-2 * p["leak_ganglion"] * dt)))
        self.rest = np.int32(round(p["refractory"] / dt))


class Memory(NamedTuple):
    """What the retina remembers: tensors `[film, height, width]`, those of ON and OFF in `membrane` and `dead`."""

    frame: int  # the number of the next frame
    light: Tensor  # [low-pass, film, height, width]
    slow: Tensor
    surround: Tensor
    potential: Tensor
    pool: Tensor
    transient: Tensor
    membrane: Tensor  # [polarity, film, height, width]
    dead: Tensor

    @classmethod
    def fresh(cls, retina: Retina, films: int, size: tuple[int, int]) -> Memory:
        """Gives the memory of a retina in the dark, its neurons uniform in [0.5, 0.7]: the same for every film."""
        seed = retina.seed or 0
        start = chance.uniforms(seed, chance.RETINA_START, 0, 2, size[0] * size[1], low=0.5, high=0.7)
        membrane = torch.from_numpy(start).view(2, 1, *size).repeat(1, films, 1, 1)
        light = torch.zeros(retina.cascade + 1, films, *size)
        slow, surround, potential, pool, transient = torch.zeros(5, films, *size).unbind()
        dead = torch.zeros(2, films, *size, dtype=torch.int32)
        return cls(0, light, slow, surround, potential, pool, transient, membrane, dead)

    def later(self, frames: int) -> Memory:
        """Gives a memory of its own for the kernels to write in, `frames` later."""
        return Memory(self.frame + frames, *(one.clone() for one in self[1:]))


def advance(retina: Retina, films: Film, memory: Memory, outputs: Mapping[str, Film]) -> Memory:
    """Runs `films` `[film, time, height, width]` through the retina, fills `outputs` and gives the new memory."""
    after = memory.later(films.shape[1])
    height, width = films.shape[2:]
    step = min(films.shape[1], max(1, _PIXELS_AT_ONCE // (height * width)))
    threads = min(torch.get_num_threads(), height, max(1, height * width // _PIXELS_WORTH_A_THREAD))
    with _shared(threads) as share:
        chunk = _Chunk(retina, after, step, (height, width), share)
        for first in range(0, films.shape[1], step):
            stop = min(first + step, films.shape[1])
            chunk.draw(memory.frame + first, memory.frame + stop)
            for k in range(len(films)):
                chunk.run(k, films[k, first:stop], {name: out[k, first:stop] for name, out in outputs.items()})
    return after


Share = Callable[[int, Callable[[Rows], None]], None]


@contextlib.contextmanager
def _shared(threads: int) -> Iterator[Share]:
    """Gives what splits 0..n between threads and waits for all of them."""
    if threads == 1:
        yield lambda n, work: work((0, n))
        return

    def share(n: int, work: Callable[[Rows], None]) -> None:
        edges = [n * k // threads for k in range(threads + 1)]
        others = [pool.submit(work, rows) for rows in itertools.pairwise(edges[1:]) if rows[1] > rows[0]]
        work((0, edges[1]))
        for other in others:
            other.result()

    with ThreadPoolExecutor(threads - 1) as pool:
        yield share


class _Chunk:
    """The buffers of some frames, and one method for each stage of the retina."""

    def __init__(self, retina: Retina, memory: Memory, frames: int, size: tuple[int, int], share: Share) -> None:
        self.seed, self.share, self.size = retina.seed or 0, share, size
        self.memory = {name: one.numpy() for name, one in memory._asdict().items() if name != "frame"}
        self.constant = Constants(retina)
        names = ("light", "opl_centre", "opl_surround", "opl", "bipolar", "transient", "ganglion", "pooled", "spikes")
        self.buffers = {name: np.empty((frames, *size), np.float32) for name in names}

    def draw(self, start: int, stop: int) -> None:
        """Draws the noise of frames start..stop, one set for all films."""
        words = -(-self.size[0] * self.size[1] // 4)
        self.bits = [chance.words(self.seed, source, start, stop, words).view(np.uint16) for _, _, source in POLARITIES]

    def run(self, k: int, film: Film, outputs: Mapping[str, Film]) -> None:
        """Takes frames of film `k` through all stages."""
        c, m, height = self.constant, self.memory, self.size[0]
        now = {name: buffer[: len(film)] for name, buffer in self.buffers.items()}
        now |= {name: out for name, out in outputs.items() if name in now}
        centre, surround, current, volts = (now[name] for name in ("opl_centre", "opl_surround", "opl", "bipolar"))
        light, spare = now["light"], now["transient"]
        # No stage writes where it reads: overlapping arrays would keep the compiler from using vector instructions.
        here, there = (centre, light) if len(m["light"]) % 2 else (light, centre)
        np.multiply(film, c.brightness, out=spare)
        self._blur(spare, c.taps_centre, here)

        def sense(rows: Rows) -> None:
            a, b = here, there
            for state in m["light"]:
                kernels.low_pass(a, rows, c.keep_centre, state[k], b)
                a, b = b, a
            kernels.high_pass(a, rows, c.keep_undershoot, c.undershoot, m["slow"][k], b)

        self.share(height, sense)
        self._blur(centre, c.taps_surround, light)

        def transmit(rows: Rows) -> None:
            kernels.low_pass(light, rows, c.keep_surround, m["surround"][k], surround)
            kernels.difference(centre, surround, rows, c.gain_opl, c.surround_weight, current)
            if not c.gain_control:
                kernels.leak(current, rows, c.bipolar_gain, c.bipolar_decay, m["potential"][k], volts)

        self.share(height, transmit)
        if c.gain_control:
            kernels.gain_control(
                current, c.amplification, c.leak, c.dt, c.gain_control, c.keep_pool, c.taps_pool,
                m["potential"][k], m["pool"][k], volts,
            )  # fmt: skip
        self._ganglion(k, volts, now, outputs)

    def _ganglion(self, k: int, volts: Film, now: Mapping[str, Film], outputs: Mapping[str, Film]) -> None:
        c, m, height = self.constant, self.memory, self.size[0]
        transient = now["transient"]

        def sharpen(rows: Rows) -> None:
            kernels.high_pass(volts, rows, c.keep_transient, c.transient, m["transient"][k], transient)

        self.share(height, sharpen)
        for which, (name, sign, _) in enumerate(POLARITIES):
            drive = outputs.get(f"ganglion_{name}", now["ganglion"])
            spikes = outputs.get(f"ganglion_spikes_{name}", now["spikes"])
            self._rate(transient, sign, now["pooled"], drive)
            self._fire(drive, which, k, spikes)

    def _rate(self, transient: Film, sign: np.float32, spare: Film, drive: Film) -> None:
        c = self.constant
        pools = len(c.taps_ganglion) > 1
        rate = spare if pools else drive

        def rectify(rows: Rows) -> None:
            kernels.rectify(transient, rows, sign, c.threshold, c.rate, c.gain_ganglion, rate)

        self.share(self.size[0], rectify)
        if pools:
            self._blur(rate, c.taps_ganglion, drive)

    def _fire(self, drive: Film, which: int, k: int, spikes: Film) -> None:
        c, bits = self.constant, self.bits[which]
        potential, dead = self.memory["membrane"][which, k], self.memory["dead"][which, k]

        def fire(rows: Rows) -> None:
            kernels.fire(
                drive, rows, bits, chance.quantiles(), c.share_ganglion, c.decay_ganglion, c.noise, c.rest,
                potential, dead, spikes,
            )  # fmt: skip

        self.share(self.size[0], fire)

    def _blur(self, film: Film, taps: Film, out: Film) -> None:
        if len(taps) == 1:
            out[...] = film
        else:
            self.share(len(film), lambda t: kernels.blur(film[t[0] : t[1]], taps, out[t[0] : t[1]]))
