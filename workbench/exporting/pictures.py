"""Sinks of pictures: a folder of PNGs, .gif and .webp, one picture for every frame."""

from __future__ import annotations

import io
import json
import struct
from abc import abstractmethod
from typing import IO

from PIL import GifImagePlugin
from typing_extensions import override

from ..core import pixels
from ..core.block import Block
from ..core.errors import FormatError, KnobError
from .sink import RECORD, Picture, Sink

_GIF_STEP = 10  # ms: a GIF's clock
_GIF_SHORTEST = 20  # ms: browsers slow down what is shorter


class PngSink(Sink):
    """A folder of frame_0000000.png …, numbered as in the stream, and recipe.json."""

    @override
    def open(self) -> None:
        self.need_pictures()
        self.part.mkdir(exist_ok=True)
        (self.part / RECORD).write_text(json.dumps(self.film.record))

    @override
    def put(self, start: int, block: Block) -> None:
        for k, frame in enumerate(self.bytes(block), self.film.start + start):
            pixels.picture(frame).save(self.part / f"frame_{k:07d}.png")

    @override
    def finish(self) -> None:
        found = sum(1 for _ in self.part.glob("frame_*.png"))
        if found != self.film.frames:
            msg = f"{self.part}: {found} pictures, are not the {self.film.frames} of the film; remove that folder and save again."
            raise FormatError(msg)


class _Animation(Sink):
    """A file of pictures one after another, each for a time in ms: equal neighbours stay two pictures."""

    _file: IO[bytes]

    @override
    def open(self) -> None:
        self.need_pictures()
        self._file = self.file = self.part.open("w+b")
        rows, columns = self.film.stream.size
        self._file.write(self.head(rows, columns))

    @abstractmethod
    def head(self, rows: int, columns: int) -> bytes:
        """What stands before the first picture."""

    @abstractmethod
    def one(self, frame: Picture) -> bytes:
        """One picture (height, width, channel) as it stands in the file."""

    @override
    def put(self, start: int, block: Block) -> None:
        for frame in self.bytes(block):
            self._file.write(self.one(frame))


class GifSink(_Animation):
    """GIF 89a, for ever from the start again; a colour frame has the 256 colours that suit it best. At most 50 a second."""

    @override
    def head(self, rows: int, columns: int) -> bytes:
        loop = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
        return b"GIF89a" + struct.pack("<HHBBB", columns, rows, 0x70, 0, 0) + loop

    @override
    def one(self, frame: Picture) -> bytes:
        image = pixels.picture(frame)
        told = image.quantize(256) if image.mode == "RGB" else image.convert("P")
        steps = max(_GIF_SHORTEST, _GIF_STEP * round(self.film.stream.dt * 1000 / _GIF_STEP))
        # Pillow's own animation joins frames that are alike; picture by picture none is lost.
        return b"".join(GifImagePlugin.getdata(told, duration=min(steps, 655350), include_color_table=True))

    @override
    def finish(self) -> None:
        self._file.write(b";")
        super().finish()


class WebpSink(_Animation):
    """Animated WebP (RIFF container, lossless VP8L pictures), for ever from the start again. At most 1000 a second."""

    @override
    def open(self) -> None:
        if max(self.film.stream.size) > 1 << 14:
            msg = f"save(stream).size = {self.film.stream.size}, is above 16384 (all that WebP holds); save it as .mkv."
            raise KnobError(msg)
        super().open()

    @override
    def head(self, rows: int, columns: int) -> bytes:
        self._size = _three(columns - 1) + _three(rows - 1)
        extended = b"VP8X" + struct.pack("<IB3x", 10, 2) + self._size
        return b"RIFF" + bytes(4) + b"WEBP" + extended + b"ANIM" + struct.pack("<IIH", 6, 0, 0)

    @override
    def one(self, frame: Picture) -> bytes:
        still = io.BytesIO()
        pixels.picture(frame).convert("RGB").save(still, "WEBP", lossless=True, exact=True)
        duration = max(1, min(0xFFFFFF, round(self.film.stream.dt * 1000)))
        body = bytes(6) + self._size + _three(duration) + b"\2" + still.getvalue()[12:]
        return b"ANMF" + struct.pack("<I", len(body)) + body

    @override
    def finish(self) -> None:
        size = self._file.tell() - 8
        if size >= 1 << 32:
            msg = f"{self.path}: {size} bytes, are more than a WebP file holds (4 GiB); save fewer frames, or as .mkv."
            raise KnobError(msg)
        self._file.seek(4)
        self._file.write(struct.pack("<I", size))
        super().finish()


def _three(number: int) -> bytes:
    return number.to_bytes(3, "little")
