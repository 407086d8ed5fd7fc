"""Digits of MNIST, and digits as Poisson spikes."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Annotated

import numpy as np
import torch
from typing_extensions import override

from ..core import chance
from ..core.block import Block
from ..core.knob import Knob, PixelPerDegree, Seconds, Seed, TimeStep
from .walk import ADVANCE, Advance, DigitWalk, Folder, Origin, Repetitions, Start, Train, WithLabel

_PIECE = 1 << 17  # spikes drawn at a time: they stay in the processor's cache


class MNISTStream(DigitWalk):
    """Handwritten digits of 28×28 px, in a fixed order that looks random; each stays for `rep` frames. Endless.

    Digit k has the index (init + k·advance) mod N; `init=None` draws one start and keeps it. Values are
    max_value · byte / 255. `i` is the index of the present digit, `j` how many of its frames are over. torchvision fetches
    MNIST into `data_folder` where it is not there; without a network that is a `DataMissing`, and
    `workbench.datasets.rendered_digits(folder)` draws digits. `digits` says which they are, and a recipe holds to it. Damaged
    files are a `FormatError`, a torchvision that does not work an `ExtraMissing`.
    MNIST: Y. LeCun, L. Bottou, Y. Bengio & P. Haffner 1998, doi 10.1109/5.726791.

    >>> film = MNISTStream.example()
    >>> film.get(25).shape, film.i == (film.init_i + 2 * film.advance) % len(film.buffer), film.j
    (torch.Size([1, 1, 25, 28, 28]), True, 5)
    """

    data_folder: Folder = "./mnist_data"
    rep: Repetitions = 10
    max_value: Annotated[float, Knob(0, 255, "", "value of white", hard=(0, None))] = 1.0
    init: Start | None = None
    advance: Advance = ADVANCE
    include_label: WithLabel = False
    _: KW_ONLY
    train: Train = True
    digits: Origin | None = None
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return (0.0, max(self.max_value, 9.0) if self.include_label else self.max_value)

    @override
    def read(self, start: int, stop: int) -> Block:
        values, which = self._walk.pictures(start, stop, self.max_value)
        return self._labelled(torch.from_numpy(values).index_select(0, torch.from_numpy(which)), start, stop)


class PoissonMNISTStream(DigitWalk):
    """Digits as spikes: in each frame a pixel fires with probability fr · byte / 255, independently. Endless.

    It walks through the digits, and raises, as `MNISTStream` does. Whether a pixel fires in a frame hangs on `seed`, frame
    and pixel alone: reset replays the same spikes. Black never fires. At dt = 1 ms, fr = 0.05 is 50 spikes/s for white.
    After P. Diehl & M. Cook 2015, doi 10.3389/fncom.2015.00099.

    >>> spikes = PoissonMNISTStream.example().get(100)
    >>> spikes.unique().tolist()
    [0.0, 1.0]
    """

    data_folder: Folder = "./mnist_data"
    rep: Repetitions = 10
    fr: Annotated[float, Knob(0, 1, "spikes/frame", "probability that white fires in a frame")] = 0.05
    init: Start | None = None
    advance: Advance = ADVANCE
    include_label: WithLabel = False
    _: KW_ONLY
    train: Train = True
    digits: Origin | None = None
    seed: Seed | None = None
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return (0.0, 9.0 if self.include_label else 1.0)

    @override
    def read(self, start: int, stop: int) -> Block:
        probability, which = self._walk.pictures(start, stop, self.fr)
        limits = chance.limits24(probability).reshape(len(probability), -1)
        pixels = limits.shape[1]
        at_once = max(1, _PIECE // pixels)
        spikes = np.empty((stop - start, pixels), np.float32)
        for first in range(0, stop - start, at_once):
            last = min(first + at_once, stop - start)
            draws = chance.bits24(self.seed or 0, chance.POISSON_DIGITS, start + first, start + last, pixels)
            spikes[first:last] = draws < limits[which[first:last]]
        return self._labelled(torch.from_numpy(spikes.reshape(-1, *self.size)), start, stop)
