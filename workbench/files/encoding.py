"""Encoder: pictures into a video file, by the documented codecs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from av.video.stream import VideoStream

Picture = npt.NDArray[np.uint8]
_FINE = {"flags": "+qscale", "global_quality": str(2 * 118)}  # quantiser 2 of 2..31; 118 are FFmpeg's units for one


@dataclass(frozen=True)
class Codec:
    """How FFmpeg makes a documented codec: encoder, the containers that take it, pixel formats, options without delay.

    `odd` is the pixel format for odd sizes where those need another.
    """

    encoder: str
    suffixes: tuple[str, ...]
    colour: str = "yuv420p"
    grey: str = "yuv420p"
    odd: str = ""
    options: Mapping[str, str] = field(default_factory=lambda: _FINE)
    tag: str | None = None  # the name it goes by in .avi, where that is not FFmpeg's own


CODECS = {
    "DIVX": Codec("mpeg4", (".avi", ".mkv", ".mp4", ".mov"), tag="DIVX"),
    "XVID": Codec("mpeg4", (".avi", ".mkv", ".mp4", ".mov"), tag="XVID"),
    "MJPG": Codec("mjpeg", (".avi", ".mkv", ".mp4", ".mov"), "yuvj420p", "yuvj420p"),
    "X264": Codec(
        "libx264",
        (".avi", ".mkv", ".mp4", ".mov"),
        odd="yuv444p",
        options={"crf": "18", "preset": "veryfast", "tune": "zerolatency"},
    ),
    "WMV1": Codec("wmv1", (".avi", ".wmv")),
    "WMV2": Codec("wmv2", (".avi", ".wmv")),
    "VP9": Codec(
        "libvpx-vp9",
        (".webm", ".mkv"),
        options={"crf": "20", "b": "0", "deadline": "realtime", "cpu-used": "6", "lag-in-frames": "0", "row-mt": "1"},
    ),
    "FFV1": Codec("ffv1", (".avi", ".mkv", ".mp4"), "bgr0", "gray", options={"level": "3", "g": "12"}),
}

# So that what was put stays readable when the writer is killed: packets are written at once, and an .mp4 in fragments.
_FRAGMENTS = {"movflags": "hybrid_fragmented+frag_every_frame+default_base_moof"}  # a plain file again at its end
_PLAIN = {"flush_packets": "1", "fflags": "+bitexact"}  # no random names: the same film makes the same bytes
CONTAINERS: dict[str, tuple[str, dict[str, str]]] = {
    ".avi": ("avi", {}),
    ".mkv": ("matroska", {}),
    ".webm": ("webm", {}),
    ".mp4": ("mp4", _FRAGMENTS),
    ".mov": ("mov", _FRAGMENTS),
    ".wmv": ("asf", {}),
}


class Encoder:
    """A video file being written: `put` takes one picture at a time, `finish` completes the file.

    `file` is a path or an open binary file. FFmpeg's errors (`av.FFmpegError`) are for the caller to name.
    """

    def __init__(
        self, file: str | BytesIO, codec: Codec, suffix: str, size: tuple[int, int], dt: Fraction, *, colour: bool
    ) -> None:
        import av  # noqa: PLC0415 - loaded where a video is written, not with the workbench

        name, options = CONTAINERS[suffix]
        self._container = av.open(file, "w", format=name, options={**options, **_PLAIN})
        stream: Any = self._container.add_stream(codec.encoder, rate=1 / dt, options=dict(codec.options))
        self._stream: VideoStream = stream
        self._stream.height, self._stream.width = size
        form = codec.colour if colour else codec.grey
        self._stream.pix_fmt = codec.odd if codec.odd and (size[0] % 2 or size[1] % 2) else form
        if codec.tag and suffix == ".avi":
            self._stream.codec_context.codec_tag = codec.tag
        self._frame_of = av.VideoFrame.from_numpy_buffer
        self._count = 0  # the header is written with the first picture: FFmpeg 8 crashes at the end of an .mp4 without any

    def put(self, picture: Picture) -> None:
        """Writes one picture: (height, width), or (height, width, RGB)."""
        frame = self._frame_of(picture, "gray" if picture.ndim == 2 else "rgb24")
        frame.pts = self._count
        self._count += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Writes what the encoder still holds and the file's index, and closes it, whatever happens."""
        try:
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()


class Quantiser:
    """Turns frames (channel, height, width) of float32 into pictures of bytes, and counts the values it had to clip."""

    def __init__(self) -> None:
        self.clipped = 0

    def __call__(self, frame: npt.NDArray[np.float32], *, colour: bool, within: bool) -> Picture:
        """Gives (height, width), or (height, width, RGB) for `colour`: rounded, and clipped where not `within` 0..255."""
        if len(frame) == 3 and not colour:
            frame = frame.mean(axis=0, keepdims=True)
        rounded = np.rint(frame)
        if not within:
            self.clipped += int(np.count_nonzero((rounded < 0) | (rounded > 255)))
            np.clip(rounded, 0, 255, out=rounded)
        bytes_ = rounded.astype(np.uint8)
        if len(bytes_) == 1:
            return np.ascontiguousarray(bytes_[0])
        picture = bytes_.transpose(1, 2, 0)  # as colour arrays come; blocks come by planes, which stack joins fast
        return picture if picture.strides == (3 * picture.shape[1], 3, 1) else np.stack([*bytes_], axis=-1)


def time_step(dt: float) -> Fraction:
    """Gives the fraction nearest to a frame's duration in seconds that every codec's clock can hold."""
    return Fraction(dt).limit_denominator(65535)


def count_packets(path: str) -> int:
    """Gives the number of pictures in a video file, as a reader finds them, without decoding."""
    import av  # noqa: PLC0415 - as in Encoder

    with av.open(path) as container:
        return sum(packet.size > 0 for packet in container.demux(container.streams.video[0]))
