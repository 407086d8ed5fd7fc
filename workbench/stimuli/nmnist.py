"""PseudoNMNIST: digits → saccades → change detector, a stand-in for the recordings of N-MNIST."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import KW_ONLY
from typing import Annotated, Any, ClassVar, Final, Self

import torch
from torch import Tensor
from typing_extensions import override

from ..core import scratch
from ..core.block import Block
from ..core.knob import Knob, PixelPerDegree, Seconds, Size, TimeStep
from ..core.stream import Stream
from ..datasets import rendered_digits
from ..files.events import Events, events
from ..filters.spiking import IntegrativeMotionSensor
from .digits import MNISTStream
from .saccades import SaccadeStream
from .walk import Folder, Origin, Start, Train

SACCADE: Final = 105  # frames
PERIOD: Final = 3 * SACCADE  # frames that a digit takes
# With this value of white a threshold of 5 gives the 4.2 thousand events per digit of N-MNIST.
WHITE: Final = 26.0
_REACH: Final = 35  # px: a digit of 28, and 7 that it moves
_AT_ONCE: Final = 8  # digits that the detector watches side by side, and are kept

Threshold = Annotated[float, Knob(1, 26, "", "change of a pixel that makes an event; white is 26", hard=(1e-3, None), log=True)]


class PseudoNMNIST(Stream):
    """Digits as an event camera sees them while it makes the three saccades of N-MNIST: ON and OFF events. Endless.

    Each digit takes 315 frames: it moves on the sensor along (0, 0) → (3.5, 7) → (7, 0) → (0, 0) px, 105 frames a side
    (`SaccadeStream`), and a pixel fires where its brightness has changed by `threshold`, with white at 26
    (`IntegrativeMotionSensor`): about 4 200 events a digit at threshold 5, more for a smaller one. Channel 0 is ON,
    channel 1 OFF. The camera starts afresh with each digit; the digits come as in `MNISTStream`. Black surrounds them
    up to `output_size` (rows, columns). After G. Orchard et al. 2015, doi 10.3389/fnins.2015.00437.

    >>> film = PseudoNMNIST.example()
    >>> film.get(200).shape, film.events(0, 315).dtype.names
    (torch.Size([1, 2, 200, 34, 38]), ('t', 'x', 'y', 'p'))
    """

    mnist_data_folder: Folder = "../data/"
    threshold: Threshold = 5.0
    output_size: Size = (34, 34)
    _: KW_ONLY
    init: Start | None = None
    train: Train = True
    digits: Origin | None = None
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001
    _moving: ClassVar[SaccadeStream]
    _source: ClassVar[MNISTStream]
    _seen: ClassVar[OrderedDict[int, Tensor]]
    _lock: ClassVar[Any]

    @override
    def drawn(self) -> dict[str, Any]:
        source = MNISTStream(self.mnist_data_folder, PERIOD, WHITE, self.init, train=self.train, digits=self.digits, dt=self.dt)
        moving = SaccadeStream(source, _lit(self.output_size), duration=SACCADE)
        self._keep(_source=source, _moving=moving, _seen=OrderedDict(), _lock=threading.Lock(), size=self.output_size)
        return {"init": source.init, "digits": source.digits}

    @override
    def ranges(self) -> dict[str, tuple[tuple[float, float], ...]]:
        return self._source.ranges()

    @property
    @override
    def channels(self) -> int:
        return 2

    @override
    def read(self, start: int, stop: int) -> Block:
        out = torch.zeros(1, 2, stop - start, *self.size)
        rows, columns = map(_middle, self.output_size, _lit(self.output_size))
        for turn in range(start // PERIOD, -(-stop // PERIOD)):
            first, last = max(start, turn * PERIOD), min(stop, (turn + 1) * PERIOD)
            seen = self._watched(turn, -(-stop // PERIOD))[:, first - turn * PERIOD : last - turn * PERIOD]
            out[0, :, first - start : last - start, rows, columns] = seen
        return out

    def _watched(self, turn: int, last: int) -> Tensor:
        """The events of one digit `(2, 315, height, width)`; where they are not kept, those of the next digits, too."""
        with self._lock:
            if turn not in self._seen:
                turns = range(turn, min(turn + _AT_ONCE, last))
                film = self._moving.read(turns.start * PERIOD, turns.stop * PERIOD)
                seen, _ = IntegrativeMotionSensor(self.threshold).step(film.view(len(turns), 1, PERIOD, *film.shape[3:]), None)
                self._seen.update(zip(turns, seen.unbind(0), strict=True))
            self._seen.move_to_end(turn)
            while len(self._seen) > _AT_ONCE:
                self._seen.popitem(last=False)
            return self._seen[turn]

    def labels(self, start: int, stop: int) -> Tensor:
        """Gives the class 0..9 of the digit in each of frames start..stop, int64 `(stop - start,)`."""
        return self._source.labels(start, stop)

    def events(self, start: int, stop: int) -> Events:
        """Gives the events of frames start..stop as records (t µs since frame 0, x, y, p: True for ON), ordered by time.

        Raises as `events` does.
        """
        return events(self, start, stop)

    @classmethod
    @override
    def example(cls) -> Self:
        """Rendered digits on a sensor that is wider than high."""
        return cls(str(rendered_digits(scratch.folder() / "digits", 300)), output_size=(34, 38), init=7)


def _middle(whole: int, lit: int) -> slice:
    return slice((whole - lit) // 2, (whole + lit) // 2)


def _lit(size: tuple[int, int]) -> tuple[int, int]:
    """The part of the sensor that a digit can reach, centred to the same fraction of a pixel: all else stays black."""
    rows, columns = (min(whole, _REACH + (whole - _REACH) % 2) for whole in size)
    return rows, columns
