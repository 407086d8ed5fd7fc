"""Digits one after another: what the streams over MNIST share."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, ClassVar, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from typing_extensions import override

from ..core import scratch
from ..core.block import Block
from ..core.cast import frame_number
from ..core.errors import KnobError
from ..core.knob import Knob
from ..core.stream import Stream
from ..datasets import rendered_digits
from ..datasets.mnist import Digits, load

# Prime, and coprime to 60 000 and 10 000: every digit of MNIST comes once before any comes again.
ADVANCE: Final = 179425529
Integers = npt.NDArray[np.int64]
_START = "number of the first digit, mod the number of digits; drawn once where it is None"

Folder = Annotated[str, Knob(meaning="folder that MNIST is in, or is fetched into")]
Repetitions = Annotated[int, Knob(1, 500, "frames", "frames that each digit is shown for", hard=(1, 2**31))]
Start = Annotated[int, Knob(0, 59_999, "", _START, hard=(0, 2**53))]
Advance = Annotated[int, Knob(1, 2**28, "", "step from digit to digit, mod the number of digits", hard=(0, 2**53))]
WithLabel = Annotated[bool, Knob(meaning="a second channel with the class of the digit, 0..9, in every pixel")]
Train = Annotated[bool, Knob(meaning="the training digits, or those for testing")]
Origin = Annotated[str, Knob(meaning="which digits the folder holds: MNIST or rendered ones; found there where it is None")]


class Walk(NamedTuple):
    """Digit k is number (start + k·advance) mod N; each stays for `rep` frames."""

    digits: Digits
    start: int
    advance: int
    rep: int

    def at(self, turn: int) -> int:
        """The index of the digit of one turn."""
        return (self.start + turn * self.advance) % len(self.digits.pictures)

    def shown(self, start: int, stop: int) -> tuple[Integers, Integers]:
        """Gives the indices of the digits that frames start..stop show, by turn, and for each frame which of them it shows."""
        first, last = start // self.rep, -(-stop // self.rep)
        count = len(self.digits.pictures)
        turns = (self.start + np.arange(first, last) % count * (self.advance % count)) % count
        return turns, np.arange(start, stop) // self.rep - first

    def pictures(self, start: int, stop: int, white: float) -> tuple[npt.NDArray[np.float32], Integers]:
        """Gives the digits that frames start..stop show, each once, as white · byte / 255, and which of them each frame shows."""
        turns, which = self.shown(start, stop)
        values = np.divide(self.digits.pictures.numpy()[turns], np.float32(255))
        values *= np.float32(white)
        return values, which


class DigitWalk(Stream):
    """The digits of a folder one after another, as a `Walk`. Endless.

    A stream of digits declares as fields what this reads from its parameters, and a `read`.
    """

    _walk: ClassVar[Walk]

    @override
    def drawn(self) -> dict[str, Any]:
        given = self._given
        digits = load(given["data_folder"], given["train"])
        if given["digits"] not in (None, digits.origin):
            msg = (
                f"{type(self).__name__}.digits = {given['digits']!r}, is not what {given['data_folder']!r} holds "
                f"({digits.origin}); give the folder that holds those, or digits=None for any."
            )
            raise KnobError(msg)
        count = len(digits.pictures)
        init = secrets.randbelow(count) if given["init"] is None else given["init"]
        walk = Walk(digits, init % count, given["advance"], given["rep"])
        self._keep(_walk=walk, size=tuple(digits.pictures.shape[1:]))
        return {**super().drawn(), "init": init, "digits": digits.origin}

    @override
    def ranges(self) -> dict[str, tuple[tuple[float, float], ...]]:
        return {"init": ((0, len(self.buffer) - 1),)}

    @property
    @override
    def channels(self) -> int:
        return 2 if self._given["include_label"] else 1

    @property
    def buffer(self) -> Tensor:
        """The data set: all digits as bytes `(N, height, width)`, shared by the streams that show them."""
        return self._walk.digits.pictures

    @property
    def init_i(self) -> int:
        """The index of the first digit."""
        return self._walk.start

    @property
    @override
    def i(self) -> int:
        """The index of the digit that the next frame shows."""
        return self._walk.at(self.position // self._walk.rep)

    @property
    def j(self) -> int:
        """How many frames of that digit are over already."""
        return self.position % self._walk.rep

    def labels(self, start: int, stop: int) -> Tensor:
        """Gives the class 0..9 of the digit in each of frames start..stop, int64 `(stop - start,)`."""
        name = f"{type(self).__name__}.labels"
        start, stop = frame_number(start, f"{name}(start)"), frame_number(stop, f"{name}(stop)")
        if stop < start:
            msg = f"{name}({start}, {stop}), is not a stretch of frames (it ends before it starts); give start ≤ stop."
            raise KnobError(msg)
        turns, which = self._walk.shown(start, stop)
        return self._walk.digits.classes[turns[which]]

    def _labelled(self, frames: Tensor, start: int, stop: int) -> Block:
        """Frames `(time, height, width)` as a block, with the channel of classes where it is asked for."""
        if self.channels == 1:
            return frames[None, None]
        classes = self.labels(start, stop).to(frames.dtype).view(-1, 1, 1).expand_as(frames)
        return torch.stack([frames, classes])[None]

    @classmethod
    @override
    def example(cls) -> Self:
        """Rendered digits."""
        folder = rendered_digits(scratch.folder() / "digits", 300)
        return cls(data_folder=str(folder), init=7)
