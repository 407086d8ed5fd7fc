"""The compiled retina at work: every thread takes a band of rows, some frames at a time, through all stages.

A stage is one function of `kernels`. The order of stages is in `_Machine._show`; threads wait for each other only
before a blur, which looks at its neighbours' rows, and before buffers are written anew.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from ..core import chance
from . import kernels
from .constants import Constants
from .memory import Memory

if TYPE_CHECKING:
    from .retina import Retina

Film = npt.NDArray[np.float32]
Bits = npt.NDArray[np.uint16]
Rows = tuple[int, int]

_PIXELS_AT_ONCE = 1 << 17  # about what keeps every buffer of a chunk in the processor's cache
_PIXELS_WORTH_A_THREAD = 1 << 13
_POLARITIES = (("ON", np.float32(1), chance.RETINA_ON), ("OFF", np.float32(-1), chance.RETINA_OFF))
_BUFFERS = (
    "light", "opl_centre", "opl_surround", "opl", "bipolar", "transient", "rate_ON", "rate_OFF", "ganglion_ON", "ganglion_OFF",
)  # fmt: skip


def advance(retina: Retina, films: Film, memory: Memory, outputs: Mapping[str, Film]) -> Memory:
    """Runs `films` through the retina, fills `outputs` with the stages of these names, and gives the new memory.

    All are `[film, time, height, width]`, in one piece; the spikes of both polarities are among `outputs`.
    """
    after = memory.later(films.shape[1])
    _Machine(retina, films, after, outputs).run()
    return after


def spikes(retina: Retina, currents: Mapping[str, Film], memory: Memory, outputs: Mapping[str, Film]) -> None:
    """The last stage alone: fills `outputs` with the spikes for the input of ganglion cells, and changes `memory`."""
    constant = Constants(retina)
    for which, (name, _, _) in enumerate(_POLARITIES):
        current, out = currents[f"ganglion_{name}"], outputs[f"ganglion_spikes_{name}"]
        bits = _noise(retina.seed, which, (memory.frame - current.shape[1], memory.frame), current.shape[2:])
        for k, film in enumerate(current):
            _fire(
                constant,
                film,
                (0, film.shape[1]),
                bits,
                (memory.membrane.numpy()[which, k], memory.dead.numpy()[which, k]),
                out[k],
            )


class _Machine:
    """Films on their way through a retina, with the buffers that all threads share."""

    def __init__(self, retina: Retina, films: Film, memory: Memory, outputs: Mapping[str, Film]) -> None:
        frames, height, width = films.shape[1:]
        self.films, self.outputs, self.size = films, outputs, (height, width)
        self.seed, self.first = retina.seed, memory.frame - frames
        self.constant = Constants(retina)
        self.memory = {name: one.numpy() for name, one in memory._asdict().items() if isinstance(one, torch.Tensor)}
        self.step = min(frames, max(1, _PIXELS_AT_ONCE // (height * width)))
        self.buffers = {name: np.empty((self.step, height, width), np.float32) for name in _BUFFERS}
        self.bits: dict[int, Bits] = {}
        self.threads = min(torch.get_num_threads(), height, max(1, height * width // _PIXELS_WORTH_A_THREAD))
        self.barrier = threading.Barrier(self.threads)

    def run(self) -> None:
        """Every thread does its rows; the one that calls does the first."""
        with ThreadPoolExecutor(self.threads) as pool:
            others = [pool.submit(self._work, thread) for thread in range(1, self.threads)]
            self._work(0)
            for other in others:
                other.result()

    def _work(self, thread: int) -> None:
        height = self.size[0]
        rows = (height * thread // self.threads, height * (thread + 1) // self.threads)
        try:
            for start in range(0, self.films.shape[1], self.step):
                frames = (start, min(start + self.step, self.films.shape[1]))
                for which in range(thread, len(_POLARITIES), self.threads):
                    span = (self.first + frames[0], self.first + frames[1])
                    self.bits[which] = _noise(self.seed, which, span, self.size)
                for k in range(len(self.films)):
                    self._show(k, frames, rows)
        except BaseException:
            self.barrier.abort()  # or the others would wait for ever
            raise

    def _show(self, k: int, frames: tuple[int, int], rows: Rows) -> None:
        """These rows of some frames of film `k`, through all stages."""
        c, span = self.constant, slice(*frames)
        film = self.films[k, span]
        to = {name: buffer[: len(film)] for name, buffer in self.buffers.items()}
        to |= {name: out[k, span] for name, out in self.outputs.items()}
        self._sense(k, film, rows, to)
        self.barrier.wait()
        self._transmit(k, rows, to)
        if c.gain_control:
            self.barrier.wait()
            if rows[0] == 0:
                self._adapt(k, to)
            self.barrier.wait()
        self._excite(k, rows, to)
        if len(c.taps_ganglion) > 1:
            self.barrier.wait()
        self._spike(k, rows, to)
        self.barrier.wait()

    def _sense(self, k: int, film: Film, rows: Rows, to: Mapping[str, Film]) -> None:
        """Light to `opl_centre`: blur, low-passes, partial high-pass."""
        c, m = self.constant, self.memory
        here, there = to["opl_centre"], to["light"]
        if len(m["light"]) % 2 == 0:  # no stage writes where it reads, and the last one writes `opl_centre`
            here, there = there, here
        kernels.blur(film, rows, c.taps_centre, here)
        for state in m["light"]:
            kernels.low_pass(here, rows, c.keep_centre, state[k], there)
            here, there = there, here
        kernels.high_pass(here, rows, c.keep_undershoot, c.undershoot, m["slow"][k], there)

    def _transmit(self, k: int, rows: Rows, to: Mapping[str, Film]) -> None:
        """`opl_centre` to `opl_surround`, `opl` and, without gain control, `bipolar`."""
        c, m = self.constant, self.memory
        kernels.blur(to["opl_centre"], rows, c.taps_surround, to["light"])
        kernels.low_pass(to["light"], rows, c.keep_surround, m["surround"][k], to["opl_surround"])
        kernels.difference(to["opl_centre"], to["opl_surround"], rows, c.gain_opl, c.surround_weight, to["opl"])
        if not c.gain_control:
            kernels.leak(to["opl"], rows, c.bipolar_gain, c.bipolar_decay, m["potential"][k], to["bipolar"])

    def _adapt(self, k: int, to: Mapping[str, Film]) -> None:
        """`opl` to `bipolar` under gain control: all rows, since every frame waits for the blur of the one before."""
        c, m = self.constant, self.memory
        kernels.gain_control(
            to["opl"], c.amplification, c.leak, c.dt, c.gain_control, c.keep_pool, c.taps_pool,
            m["potential"][k], m["pool"][k], to["bipolar"],
        )  # fmt: skip

    def _excite(self, k: int, rows: Rows, to: Mapping[str, Film]) -> None:
        """`bipolar` to the rates of both polarities: into `ganglion_…` at once where they are not pooled."""
        c = self.constant
        kernels.high_pass(to["bipolar"], rows, c.keep_transient, c.transient, self.memory["transient"][k], to["transient"])
        kind = "rate" if len(c.taps_ganglion) > 1 else "ganglion"
        for name, sign, _ in _POLARITIES:
            kernels.rectify(to["transient"], rows, sign, c.threshold, c.rate, c.gain_ganglion, to[f"{kind}_{name}"])

    def _spike(self, k: int, rows: Rows, to: Mapping[str, Film]) -> None:
        """Rates, pooled, to spikes."""
        c, m = self.constant, self.memory
        for which, (name, _, _) in enumerate(_POLARITIES):
            current = to[f"ganglion_{name}"]
            if len(c.taps_ganglion) > 1:
                kernels.blur(to[f"rate_{name}"], rows, c.taps_ganglion, current)
            state = (m["membrane"][which, k], m["dead"][which, k])
            _fire(c, current, rows, self.bits[which], state, to[f"ganglion_spikes_{name}"])


def _noise(seed: int | None, which: int, frames: tuple[int, int], size: tuple[int, ...]) -> Bits:
    """Gives random bits of frames start..stop for one polarity, the same for every film."""
    per_frame = -(-size[0] * size[1] // 4)
    bits: Bits = chance.words(seed or 0, _POLARITIES[which][2], *frames, per_frame).view(np.uint16)
    return bits


def _fire(c: Constants, current: Film, rows: Rows, bits: Bits, state: tuple[Film, npt.NDArray[np.int32]], out: Film) -> None:
    kernels.fire(
        current, rows, bits, chance.quantiles(), c.share_ganglion, c.decay_ganglion, c.noise, c.rest, *state, out,
    )  # fmt: skip
