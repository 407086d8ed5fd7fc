"""Window: the part of a film's picture that is asked for, upright, in the colours that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import numpy.typing as npt

from ..core.errors import FormatError, KnobError

if TYPE_CHECKING:
    from av import VideoFrame
    from av.filter import Graph
    from av.video.plane import VideoPlane

Mode = Literal["mean", "r", "g", "b", "rgb"]
Pixels = npt.NDArray[np.integer[Any]]

_GRAIN = 8  # px: a multiple of every chroma subsampling, and a margin wide enough for interpolating it


@dataclass(frozen=True)
class Orientation:
    """How a stored picture becomes upright: rows and columns exchanged, then flipped."""

    exchanged: bool = False
    rows: bool = False
    columns: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> Self:
        """Gives the orientation that the file's display matrix tells."""
        for k in range(len(frame.side_data)):
            data: Any = frame.side_data[k]  # type: ignore[literal-required]  # a sequence, whatever its stubs say
            if data.type.name == "DISPLAYMATRIX":
                a, b, _, c, d, *_ = np.frombuffer(bytes(data), np.int32).tolist()
                exchanged = abs(b) > abs(a)
                return cls(exchanged, (b if exchanged else d) < 0, (c if exchanged else a) < 0)
        return cls()

    def upright(self, plane: Pixels) -> Pixels:
        """Gives a stored plane (height, width) upright."""
        turned = plane.T if self.exchanged else plane
        return turned[:: -1 if self.rows else 1, :: -1 if self.columns else 1]

    def stored(self, offset: tuple[int, int], size: tuple[int, int], whole: tuple[int, int]) -> tuple[int, int, int, int]:
        """Gives top, left, height, width in the stored picture of a window in the upright one of size `whole`."""
        top = whole[0] - size[0] - offset[0] if self.rows else offset[0]
        left = whole[1] - size[1] - offset[1] if self.columns else offset[1]
        return (left, top, size[1], size[0]) if self.exchanged else (top, left, *size)


def placed(offset: tuple[int, int] | None, size: tuple[int, int], whole: tuple[int, int], owner: str) -> tuple[int, int]:
    """Gives where the window begins (row, column), centred where that is left open; one that does not fit is a `KnobError`."""
    if size[0] > whole[0] or size[1] > whole[1]:
        msg = f"{owner}.size = {size}, is larger than the film's picture {whole} (rows, columns); give less, or None for all."
        raise KnobError(msg)
    room = (whole[0] - size[0], whole[1] - size[1])
    if offset is None:
        return (room[0] // 2, room[1] // 2)
    if offset[0] > room[0] or offset[1] > room[1]:
        msg = f"{owner}.offset = {offset}, puts {size} outside the film's picture {whole} (rows, columns); give at most {room}."
        raise KnobError(msg)
    return offset


def coloured(planes: Sequence[Pixels], mode: Mode) -> Pixels:
    """Gives the channels (channel, height, width) of a red, a green and a blue plane; for 'mean' their sum."""
    if mode == "rgb":
        return np.stack(planes)
    if mode == "mean":
        total: Pixels = planes[0].astype(np.uint16 if planes[0].dtype == np.uint8 else np.uint32)
        total += planes[1]
        total += planes[2]
        return total[None]
    return planes["rgb".index(mode)].copy()[None]


class Window:
    """Cuts its part out of frames of one size, before colours are converted. `offset` and `size` in the upright picture."""

    def __init__(self, frame: VideoFrame, offset: tuple[int, int], size: tuple[int, int], mode: Mode) -> None:
        self._mode = mode
        self._deep = max(part.bits for part in frame.format.components) > 8
        self._turn = Orientation.of(frame)
        self._stored_size = (frame.height, frame.width)
        self._box = self._turn.stored(offset, size, upright_size(frame))
        self._kind: tuple[object, ...] = ()

    def __call__(self, frame: VideoFrame) -> Pixels:
        """Gives the window of one frame: integers (channel, height, width), see `scale`."""
        if (frame.height, frame.width) != self._stored_size:
            found, wanted = (frame.height, frame.width), self._stored_size
            msg = f"film frame = {found} (rows, columns), is not of the film's size {wanted}; convert the film to one size."
            raise FormatError(msg)
        converted = self._converted(frame)
        green, blue, red = (self._turn.upright(self._part(plane)) for plane in converted.planes)
        return coloured((red, green, blue), self._mode)

    def _converted(self, frame: VideoFrame) -> VideoFrame:
        from av import FFmpegError  # noqa: PLC0415 - loaded where a video is read

        kind = (frame.format.name, int(frame.colorspace), int(frame.color_range))
        try:
            if kind != self._kind:
                self._graph, self._kind = self._build(frame), kind
            self._graph.vpush(frame)
            return self._graph.vpull()
        except FFmpegError as error:
            msg = (
                f"film frame = {kind}, are no colours that can be converted ({error.strerror}); record or convert the film again."
            )
            raise FormatError(msg) from error

    def _part(self, plane: VideoPlane) -> Pixels:
        kind = np.uint16 if self._deep else np.uint8
        rows: npt.NDArray[Any] = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
        top, left, height, width = self._within
        return rows[top : top + height, left : left + width]

    @property
    def scale(self) -> float:
        """By what the integers must be divided to give 0..255."""
        return (3.0 if self._mode == "mean" else 1.0) * (257.0 if self._deep else 1.0)

    def _build(self, frame: VideoFrame) -> Graph:
        """Gives a filter that crops, then converts: the crop is on whole chroma samples, with a margin.

        Planes, since FFmpeg makes accurate ones five times as fast as accurate interleaved colours.
        """
        from av.filter import Graph  # noqa: PLC0415 - loaded where a video is read

        graph = Graph()
        graph.threads = 1
        name, space, levels = frame.format.name, int(frame.colorspace), int(frame.color_range)
        source = graph.add(
            "buffer",
            f"video_size={frame.width}x{frame.height}:pix_fmt={name}:time_base=1/1:colorspace={space}:range={levels}",
        )
        crop = graph.add("crop", self._coarse(frame))
        convert = graph.add("scale", "flags=accurate_rnd+full_chroma_int")
        kind = graph.add("format", "gbrp16le" if self._deep else "gbrp")
        graph.link_nodes(source, crop, convert, kind, graph.add("buffersink"))
        graph.configure()
        return graph

    def _coarse(self, frame: VideoFrame) -> str:
        """Gives the crop filter's arguments, and notes where the window lies within that crop."""
        top, left, height, width = self._box
        first_row, last_row = _grains(top, height, frame.height)
        first_column, last_column = _grains(left, width, frame.width)
        self._within = (top - first_row, left - first_column, height, width)
        return f"w={last_column - first_column}:h={last_row - first_row}:x={first_column}:y={first_row}:exact=1"


def upright_size(frame: VideoFrame) -> tuple[int, int]:
    """Gives rows and columns of a frame's picture, upright."""
    size = (frame.height, frame.width)
    return size[::-1] if Orientation.of(frame).exchanged else size


def _grains(start: int, count: int, whole: int) -> tuple[int, int]:
    """Gives the stretch to convert: all of an odd picture, whose chroma samples lie between the grains."""
    if whole % 2:
        return 0, whole
    return max(0, start // _GRAIN - 1) * _GRAIN, min(whole, (-(-(start + count) // _GRAIN) + 1) * _GRAIN)
