"""Views: measures of the film about the frame on screen. Asked once for a window of frames, never for a frame."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from typing import Annotated, Any, ClassVar, Final

import torch
from torch import Tensor
from typing_extensions import override

from ...core.cast import shown
from ...core.errors import KnobError
from ...core.knob import Knob
from ...core.stream import Stream
from ..description import words
from ..part import Host, Part
from ..player import channel_of
from ..protocol import Channel, Frame, Number
from ..worker import Cancelled, Ticket, Worker
from . import measures
from .measures import Line, Look, Pixel

MOST_FRAMES: Final = 256  # in a window
MOST_VALUES: Final = 1 << 23  # in a window: 32 MB of float32
MOST_PIXELS: Final = 6
_PIECE = 1 << 19  # values read between two looks at whether they are still wanted
_MOST_PAGES = 16  # pages with a job each

Frames = Annotated[int, Knob(1, MOST_FRAMES, "frames", "frames in the window")]
Place = Annotated[int, Knob(0, 2**16, "px", "row or column")]


@dataclasses.dataclass(frozen=True)
class Window:
    """A question: measures of frames start..start+count, of one channel or (-1) of the mean of three."""

    view: Number
    order: Number
    generation: Number
    start: Frame
    count: Frames
    channel: Channel
    extent: bool
    temporal: bool
    spatial: bool
    pixels: Annotated[object, Knob(meaning="pixels that are traced, as [row, column]")]
    line: tuple[Place, Place, Place, Place] | None


class Views(Part):
    """Answers windows, each page's newest only."""

    name: ClassVar[str] = "views"
    messages = {"window": Window}  # noqa: RUF012 - as the base declares it

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._workers: OrderedDict[int, Worker] = OrderedDict()

    @override
    def facts(self) -> dict[str, Any]:
        stream = self.host.described
        return {
            "frames": frames_in_window(stream),
            "most": MOST_FRAMES,
            "averaged": measures.MOST_AVERAGED,
            "pixel_per_degree": stream.pixel_per_degree,
        }

    @override
    def receive(self, message: Window) -> None:
        if message.generation != self.host.generation:
            self._send({"op": "stale"}, message, [])
            return
        stream = self.host.described
        self._worker(message.view).start(lambda ticket: self._answer(message, stream, ticket))

    @override
    def changed(self) -> None:
        for worker in self._workers.values():
            worker.cancel()

    @override
    def close(self) -> None:
        self.changed()

    def _worker(self, view: int) -> Worker:
        """The page's own: a second page's question does not end the first one's."""
        if view not in self._workers and len(self._workers) == _MOST_PAGES:
            self._workers.popitem(last=False)[1].cancel()
        self._workers.setdefault(view, Worker(f"views {view}"))
        self._workers.move_to_end(view)
        return self._workers[view]

    def _answer(self, message: Window, stream: Stream, ticket: Ticket) -> None:
        try:
            count, found = measured(stream, message, ticket.check)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a stream raises is shown on the bench, never lost
            content: dict[str, Any] = {"op": "failed", "message": words(error)}
            buffers = []
        else:
            content = {"op": "window", "count": count, "shapes": [list(part.shape) for part in found]}
            buffers = [torch.cat([part.flatten() for part in found]).numpy().astype("<f4").tobytes()]
        with self.host.lock:
            ticket.check()
            self._send(content, message, buffers)

    def _send(self, content: dict[str, Any], message: Window, buffers: list[bytes]) -> None:
        about = {"part": self.name, "view": message.view, "order": message.order, "generation": message.generation}
        self.host.send(content | about | {"start": message.start}, buffers)


def frames_in_window(stream: Stream) -> int:
    """Gives how many frames of a film make a window: 256, or fewer of a large one, 0 of one too large for any."""
    rows, columns = stream.size
    return min(MOST_FRAMES, MOST_VALUES // (stream.batch * stream.channels * rows * columns))


def measured(stream: Stream, message: Window, look: Look) -> tuple[int, list[Tensor]]:
    """Gives the number of frames in a window (fewer where the film ends) and what was asked of them, in the message's order.

    `look` is called between pieces of the work, and may end it by raising.
    """
    pixels, line = pixels_of(message.pixels, stream.size), line_of(message.line, stream.size)
    frames = read(stream, message, look)
    found = [measures.extent(frames)] if message.extent else []
    if message.temporal:
        found.append(measures.temporal_power(frames, stream.dt, look))
    if message.spatial:
        found.append(measures.radial(measures.spatial_power(frames, stream.pixel_per_degree, look)))
    found += [measures.trace(frames, pixel) for pixel in pixels]
    if line is not None:
        found.append(measures.along(frames, line))
    return len(frames), found


def read(stream: Stream, message: Window, look: Look) -> Tensor:
    """Gives the frames of a window `[time, height, width]`, read in pieces."""
    channel = channel_of(stream, message.channel)
    most = frames_in_window(stream)
    if message.count > most:
        what = f"frames in a window of {type(stream).__name__} {stream.size}"
        msg = f"message.count = {message.count}, is more than {most} ({what}); measure it from code, or make it smaller."
        raise KnobError(msg)
    end = message.start + message.count
    piece = max(1, _PIECE * most // MOST_VALUES)
    found = []
    for start in range(message.start, end, piece):
        look()
        found.append(measures.grey(stream.upto(start, min(start + piece, end)), channel))
    frames = torch.cat(found)
    if len(frames) == 0:
        msg = f"message.start = {message.start}, is past the film's end (first frame of the window); go to an earlier one."
        raise KnobError(msg)
    return frames


def pixels_of(given: object, size: Pixel) -> list[Pixel]:
    """Gives the pixels in a message as (row, column), or raises `KnobError` for anything that is none of the film's."""
    if not isinstance(given, list) or len(given) > MOST_PIXELS or not all(_is_pixel(one, size) for one in given):
        msg = f"message.pixels = {shown(given)}, is not up to {MOST_PIXELS} [row, column] within {size} px; click on the film."
        raise KnobError(msg)
    return [(row, column) for row, column in given]


def line_of(line: Line | None, size: Pixel) -> Line | None:
    """Gives a line whose ends are within a frame, or raises `KnobError`."""
    if line is not None and not (_is_pixel(list(line[:2]), size) and _is_pixel(list(line[2:]), size)):
        msg = f"message.line = {line}, is not from [row, column] to [row, column] within {size} px; draw it on the film."
        raise KnobError(msg)
    return line


def _is_pixel(one: object, size: Pixel) -> bool:
    whole = isinstance(one, list) and len(one) == 2 and all(type(part) is int for part in one)
    return whole and all(0 <= part < end for part, end in zip(one, size, strict=True))  # type: ignore[call-overload]
