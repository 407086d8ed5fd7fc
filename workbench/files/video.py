"""Video files and cameras as streams."""

from __future__ import annotations

import os
from dataclasses import KW_ONLY
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import torch
from typing_extensions import override

from ..core import scratch
from ..core.block import Block
from ..core.errors import FormatError
from ..core.knob import Knob, Offset, PixelPerDegree, Seconds, Size, TimeStep
from ..core.stream import Stream
from .camera import Camera
from .film import Film
from .format import Format
from .video_writer import VideoWriter
from .window import Mode, Pixels, Window, coloured, placed, upright_size

DEFAULT_DT = 1 / 24  # s, documented: for a source that does not tell its rate


class VideoReader(Stream):
    """A video file, or a camera by its number: a window of `size` at `offset` (row, column), pixel values 0..255.

    `offset=None` takes the middle, `size=None` the whole picture, upright; `dt=None` the file's average frame rate.
    `mode` is 'mean' (of red, green and blue, unweighted), one of 'r' 'g' 'b', or 'rgb' (three channels). Transparency
    is dropped; sources of more than 8 bits are scaled to 0..255.

    Frames are counted by decoding, never by the file's header: `get` and `read` need no count, `len` decodes to the end
    once. Going forward costs nothing extra, going back a seek to a key frame. A camera is live: `get(n)` waits for its
    next n frames, `record(n)` keeps them as a film, `read` is a `SeekError`. After `close` the next read opens it again.

    Raises `DataMissing` (no such file or camera), `FormatError` (no film in it), `KnobError` (a window that does not fit).

    >>> film = VideoReader.example()
    >>> film.get(3).shape, film.length
    (torch.Size([1, 1, 3, 24, 32]), 240)
    """

    filename: Annotated[int | str, Knob(0, 8, "", "path of a video, or number of a camera", hard=(0, 63))] = 0
    size: Size | None = (50, 50)  # type: ignore[assignment]  # None only until resolved
    offset: Offset | None = None
    dt: TimeStep | None = None  # type: ignore[assignment]  # as size
    mode: Annotated[Mode, Knob(meaning="mean of red, green and blue, one of them, or all three")] = "mean"
    _: KW_ONLY
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    _film: ClassVar[Film | None]
    _camera: ClassVar[Camera | None]
    _window: ClassVar[Window | None]
    _whole: ClassVar[tuple[int, int]]
    _shape: ClassVar[tuple[int, int]]
    _where: ClassVar[tuple[int, int]]

    @override
    def resolved(self) -> dict[str, Any]:
        self._keep(_film=None, _camera=None, _window=None)
        try:
            whole, rate = self._open_camera() if isinstance(self.filename, int) else self._open_film(self.filename)
            size = self.size or whole
            self._keep(_whole=whole, _shape=size, _where=placed(self.offset, size, whole, "VideoReader"))
            if self._film is not None:
                first = self._film.frames(0, 1, lambda frame: frame)[0]
                self._keep(_window=Window(first, self._where, size, self.mode))
        except BaseException:
            self.close()
            raise
        return {"size": size, "dt": self.dt or (1 / rate if rate > 0 else DEFAULT_DT)}

    def _open_film(self, filename: str) -> tuple[tuple[int, int], float]:
        film = Film(Path(filename))
        self._keep(_film=film)
        sizes = film.frames(0, 1, upright_size)
        if not sizes:
            msg = f"{filename}, holds no frame that decodes (a damaged or empty video); record or copy it again."
            raise FormatError(msg)
        return sizes[0], float(film.rate or 0)

    def _open_camera(self) -> tuple[tuple[int, int], float]:
        self._keep(seekable=False)
        rows, columns, _ = self._live.next().shape
        return (rows, columns), self._live.rate

    @property
    def _live(self) -> Camera:
        if self._camera is None or self._camera.process != os.getpid():  # its thread stays behind in a fork
            self._keep(_camera=Camera(int(self.filename)))
        assert self._camera is not None
        return self._camera

    @property
    @override
    def length(self) -> int | None:
        return None if self._film is None else self._film.count()

    @property
    @override
    def counted(self) -> bool:
        return self._film is None or self._film.counted

    @property
    @override
    def channels(self) -> int:
        return 3 if self.mode == "rgb" else 1

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return (0.0, 255.0)

    @override
    def ranges(self) -> dict[str, tuple[tuple[float, float], ...]]:
        (rows, columns), size = self._whole, self._shape
        return {"size": ((1, rows), (1, columns)), "offset": ((0, rows - size[0]), (0, columns - size[1]))}

    @override
    def upto(self, start: int, stop: int) -> Block:
        if self._film is None or self._window is None:  # a live source, which says so
            return self.read(start, stop)
        return self._block(self._film.frames(start, stop, self._window), self._window.scale)

    @override
    def read(self, start: int, stop: int) -> Block:
        block = self.upto(start, stop)
        if block.shape[2] < stop - start:
            self._refuse_outside(start, stop, "read")
        return block

    @override
    def grab(self, count: int) -> Block:
        return self._block([self._cut(self._live.next()) for _ in range(count)], 3.0 if self.mode == "mean" else 1.0)

    def _cut(self, picture: Pixels) -> Pixels:
        (top, left), (rows, columns) = self._where, self._shape
        red, green, blue = np.moveaxis(picture[top : top + rows, left : left + columns], -1, 0)
        return coloured((red, green, blue), self.mode)

    def _block(self, frames: list[Pixels], scale: float) -> Block:
        block = np.empty((self.channels, len(frames), *self._shape), np.float32)
        for k, frame in enumerate(frames):
            np.divide(frame, np.float32(scale), out=block[:, k], casting="same_kind")
        return torch.from_numpy(block)[None]

    @override
    def close(self) -> None:
        """Gives back file or camera and their threads."""
        if self._film is not None:
            self._film.close()
        if self._camera is not None:
            self._camera.close()
            self._keep(_camera=None)

    @classmethod
    @override
    def example(cls) -> Self:
        """A bar that drifts over 240 frames of 24×32 pixels, in a file of its own."""
        path = scratch.folder() / "example.avi"
        if not path.exists():
            time, column = np.arange(240)[:, None, None], np.arange(32)[None, None]
            with VideoWriter(str(path), (24, 32), "MJPG", False, dt=0.04) as writer:
                writer.put(127.5 + 100 * np.cos((column - time) * np.pi / 16) * np.ones((1, 24, 1)))
        return cls(str(path), (24, 32))


_BEGINNINGS = (
    *(b"\x1aE\xdf\xa3", b"GIF8", b"FLV\x01", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"OggS", b"DKIF"),
    *(b"\x00\x00\x00\x01", b"\x00\x00\x01\xb3", b"\x00\x00\x01\xba", b"G@"),
)


def _sniff(head: bytes) -> bool:
    """Tells whether the first bytes of a file look like one of the containers that films come in."""
    boxes = (b"ftyp", b"moov", b"mdat", b"free", b"wide")
    return head.startswith(_BEGINNINGS) or head[4:8] in boxes or (head[:4], head[8:11]) == (b"RIFF", b"AVI")


FORMAT = Format(
    name="video",
    suffixes=(
        *(".avi", ".mp4", ".mkv", ".mov", ".webm", ".m4v", ".wmv"),
        *(".mpg", ".mpeg", ".ts", ".flv", ".ogv", ".gif", ".h264"),
    ),
    sniff=_sniff,
    reader=VideoReader,
    writer=VideoWriter,
    exact=False,
)
