"""Sinks made of the package's own writers: video, INRIMAGE-4 and events."""

from __future__ import annotations

from contextlib import suppress

from typing_extensions import override

from ..core.block import Block
from ..core.writer import Writer
from ..files.events import EventWriter
from ..files.inr_writer import InrImageStreamWriter
from ..files.video_writer import VideoWriter
from .sink import Sink


class _Written(Sink):
    """A writer renames its `.part` itself, once the frames in it are counted."""

    _writer: Writer

    @override
    def put(self, start: int, block: Block) -> None:
        self._writer.put(block)

    @override
    def finish(self) -> None:
        self._writer.close()

    @override
    def abandon(self) -> None:
        with suppress(Exception):  # what went wrong first is raised
            self._writer.__exit__(RuntimeError, None, None)


class InrSink(_Written):
    """Time on ZDIM, which is written frame by frame; the channels are the values."""

    @override
    def open(self) -> None:
        rows, columns = self.film.stream.size
        self._writer = InrImageStreamWriter(str(self.path), self.film.stream.channels, columns, rows, time_dimension="ZDIM")


class EventSink(_Written):
    """ON and OFF events: a pixel of value n in channel 0 or 1 gives n of them."""

    @override
    def open(self) -> None:
        self._writer = EventWriter(str(self.path), dt=self.film.stream.dt)


class VideoSink(_Written):
    """A video, by a codec of VideoWriter."""

    codec: str

    @override
    def open(self) -> None:
        self.need_pictures()
        stream = self.film.stream
        self._writer = VideoWriter(str(self.path), stream.size, self.codec, stream.channels == 3, dt=stream.dt)

    @override
    def put(self, start: int, block: Block) -> None:
        frames = self.bytes(block)
        self._writer.put(frames if frames.shape[-1] == 3 else frames[..., 0])

    @override
    def finish(self) -> None:
        Writer.close(self._writer)  # without a word: values were scaled to bytes here, and what was clipped is counted


class LosslessSink(VideoSink):
    """FFV1: the bytes come back as they are."""

    codec = "FFV1"


class H264Sink(VideoSink):
    """H.264, for looking."""

    codec = "X264"


class Vp9Sink(VideoSink):
    """VP9, for looking."""

    codec = "VP9"


class XvidSink(VideoSink):
    """MPEG-4, for looking: what VideoWriter writes by default."""

    codec = "XVID"
