"""Films as video files."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import KW_ONLY
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
from typing_extensions import override

from ..core.block import Block
from ..core.errors import ClippedWarning, CodecError, DarkWarning, FormatError, KnobError, ShapeError
from ..core.knob import Knob, Size, TimeStep
from ..core.writer import Writer
from .decoding import MOST_PIXELS
from .encoding import CODECS, Codec, Encoder, Quantiser, count_packets, time_step


class VideoWriter(Writer):
    """A video file for frames of `size` (rows, columns) with values 0..255; its suffix tells the container.

    Codecs: DIVX, XVID, MJPG, X264 (.avi .mkv .mp4 .mov), WMV1, WMV2 (.avi .wmv), VP9 (.webm .mkv), and FFV1
    (.avi .mkv .mp4), which alone loses nothing; the others are for looking. Odd sizes are kept, but for WMV1 and WMV2,
    which refuse odd widths. With `isColor` a grey film gets three equal channels; without, a colour film becomes the
    mean of its three.

    Values are rounded and clipped to 0..255: `clipped` counts those that had to be, and a `ClippedWarning` says so. A film
    whose values all lie in 0..1 looks black, which a `DarkWarning` says.
    What was put is readable in the `.part` even if the program is killed; `close` completes it and gives it its name.

    Raises `CodecError` (codec, container or size that cannot be written) and `DataMissing` (no such folder) at once,
    `ShapeError` for frames of another size, `FormatError` for one that could not be written.

    >>> from workbench.core import scratch
    >>> with VideoWriter(str(scratch.folder() / "film.mkv"), (20, 30), "FFV1") as film:
    ...     film.put(np.zeros((12, 20, 30, 3)))
    >>> film.frames, film.path.exists()
    (12, True)
    """

    filename: Annotated[str, Knob(meaning="path of the video to write; its suffix tells the container")] = "output.avi"
    size: Size = (50, 50)
    codec: Annotated[str, Knob(meaning="DIVX, XVID, MJPG, X264, WMV1, WMV2, VP9 or FFV1")] = "XVID"
    isColor: Annotated[bool, Knob(meaning="written in colour; else grey")] = True  # noqa: N815 - documented name
    _: KW_ONLY
    dt: TimeStep = 1 / 24
    _encoder: ClassVar[Encoder | None]
    _quantise: ClassVar[Quantiser]
    _brightest: ClassVar[float] = 0.0

    @override
    def resolved(self) -> dict[str, Any]:
        self._keep(_encoder=None)
        if self.codec not in CODECS:
            msg = f"VideoWriter.codec = {self.codec!r}, is not a codec that can be written; give one of {', '.join(CODECS)}."
            raise CodecError(msg)
        if self._suffix not in self._codec.suffixes:
            msg = (
                f"VideoWriter.filename = {self.filename!r}, is not a container that takes {self.codec}; "
                f"give a name that ends in {', '.join(self._codec.suffixes)}."
            )
            raise CodecError(msg)
        if time_step(self.dt) == 0:
            msg = f"VideoWriter.dt = {self.dt}, is shorter than a video's clock can tell (1/65535 s); give a longer one."
            raise KnobError(msg)
        if self.size[0] * self.size[1] > MOST_PIXELS:
            msg = f"VideoWriter.size = {self.size}, is beyond {MOST_PIXELS} pixels (more than is read back); give a smaller size."
            raise CodecError(msg)
        self._keep(_quantise=Quantiser())
        with self._named_codec():
            trial = self._start(io.BytesIO())
            trial.put(self._quantise(np.zeros((3, *self.size), np.float32), colour=self.isColor, within=True))
            trial.finish()
        return {}

    @property
    def _suffix(self) -> str:
        return Path(self.filename).suffix.lower()

    @property
    def _codec(self) -> Codec:
        return CODECS[self.codec]

    @property
    def clipped(self) -> int:
        """The number of values so far that were outside 0..255."""
        return self._quantise.clipped

    def _start(self, file: str | io.BytesIO) -> Encoder:
        return Encoder(file, self._codec, self._suffix, self.size, time_step(self.dt), colour=self.isColor)

    @contextlib.contextmanager
    def _named_codec(self) -> Iterator[None]:
        from av import FFmpegError  # noqa: PLC0415 - loaded where a video is written

        try:
            yield
        except (FFmpegError, ValueError, OverflowError) as error:
            remedy = "give an even number of columns" if self.size[1] % 2 else "give another size, dt or codec"
            msg = f"VideoWriter.size = {self.size}, dt = {self.dt:g}: {self.codec} cannot write that ({error}); {remedy}."
            raise CodecError(msg) from error

    @override
    def write(self, block: Block) -> None:
        if block.shape[0] != 1 or block.shape[1] not in (1, 3) or block.shape[3:] != self.size:
            msg = (
                f"VideoWriter.put(frames) = {tuple(block.shape)}, is not [1, 1 or 3, time, {self.size[0]}, {self.size[1]}] "
                "(one film of this writer's size, grey or colour); crop it, or make a writer of its size."
            )
            raise ShapeError(msg)
        with self._named_damage():
            encoder = self._encoder or self._start(str(self.part))
            self._keep(_encoder=encoder)
            self._keep(_brightest=max(self._brightest, self.extremes[1]))
            within = self.extremes[0] >= 0 and self.extremes[1] <= 255
            for frame in block[0].detach().cpu().unbind(1):
                encoder.put(self._quantise(frame.numpy(), colour=self.isColor, within=within))

    @contextlib.contextmanager
    def _named_damage(self) -> Iterator[None]:
        """Lets go of the file after an error, and names those of FFmpeg that are no OSError."""
        from av import FFmpegError  # noqa: PLC0415 - loaded where a video is written

        try:
            yield
        except FFmpegError as error:
            self._let_go()
            if isinstance(error, OSError):
                raise
            msg = f"{self.part}: frame {self.frames} could not be encoded ({error}); give frames of another codec or size."
            raise FormatError(msg) from error

    def _let_go(self) -> None:
        encoder = self._encoder
        self._keep(_encoder=None)
        with contextlib.suppress(Exception):  # the first error is the one to tell
            if encoder is not None:
                encoder.finish()

    @override
    def finish(self) -> None:
        if self._encoder is not None:
            with self._named_damage():
                self._encoder.finish()
            self._keep(_encoder=None)

    @override
    def close(self) -> None:
        """Completes the file, gives it its name, and warns where values were clipped or all of them are next to black."""
        news = not self.closed
        super().close()
        if news and self.clipped:
            msg = f"{self.filename}: {self.clipped} values were outside 0..255 and were clipped; scale the film to 0..255 first."
            warnings.warn(msg, ClippedWarning, stacklevel=2)
        if news and 0 < self._brightest <= 1:
            msg = f"{self.filename}: no value is above {self._brightest:g}, black of 0..255; scale the film to 0..255 first."
            warnings.warn(msg, DarkWarning, stacklevel=2)

    @override
    def count(self) -> int:
        return count_packets(str(self.part))
