"""Player: a stretch of a film as the bytes that a canvas paints. Reads the stream and never moves it, but for a live one."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import torch
from torch.nn.functional import avg_pool2d

from ..core import pixels
from ..core.block import Block
from ..core.errors import KnobError
from ..core.stream import Stream
from .protocol import Read, Turn

MOST_VALUES = 1 << 24  # in one answer before averaging: 64 MB of float32
MOST_BYTES = 1 << 22  # in one answer on the wire
COLOUR = 3


@dataclasses.dataclass(frozen=True)
class Order:
    """Which pictures, and how: every `step`-th frame from `start`, averaged over `shrink` × `shrink` pixels.

    `channel` is the one shown, or -1 for all three as colour.
    """

    start: int
    count: int
    step: int = 1
    shrink: int = 1
    channel: int = 0

    @classmethod
    def of(cls, message: Read | Turn, count: int) -> Order:
        """Gives the order in a message."""
        return cls(message.start, count, message.step, message.shrink, message.channel)


@dataclasses.dataclass(frozen=True)
class Pictures:
    """Pictures as bytes `[count, rows, columns, channels]`, and how many of their values had to be clipped.

    `below` and `above` are how many of each picture's were lower and higher than what is shown.
    """

    start: int
    step: int
    shrink: int
    count: int
    rows: int
    columns: int
    channels: int
    clipped: int
    total: int
    below: list[int]
    above: list[int]
    length: int | None
    data: bytes = dataclasses.field(repr=False)

    def header(self) -> dict[str, Any]:
        """Everything but the bytes, for the message that goes with them."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "data"}

    def packed(self) -> tuple[dict[str, Any], bytes]:
        """Gives header and bytes for the wire: pictures of nothing but black and white, as spikes are, as one bit a value.

        They are `packed`, then: bits in order, the first one highest, the last byte filled up with zeros.
        """
        values = np.frombuffer(self.data, np.uint8)
        bits = np.packbits(values > 0) if len(values) and bool(((values == 0) | (values == 255)).all()) else None
        return self.header() | {"packed": bits is not None}, self.data if bits is None else bits.tobytes()


def pictures(stream: Stream, order: Order, shown: pixels.Range) -> Pictures:
    """Gives the pictures of an order, with the values of `shown` as 0..255.

    Fewer where the film ends or an answer would grow too large. A frame too large for any answer is a `KnobError`,
    and so is a channel that is not there; reading may raise whatever the stream raises.
    """
    block = _averaged(frames(stream, order), order.shrink)
    bytes_, clipped = pixels.to_bytes(block, shown)
    count, rows, columns, channels = bytes_.shape
    below, above = pixels.outside(block, shown) if clipped else ([0] * count, [0] * count)
    return Pictures(
        start=order.start if stream.seekable else stream.position - 1,
        step=order.step,
        shrink=order.shrink,
        count=count,
        rows=rows,
        columns=columns,
        channels=channels,
        clipped=clipped,
        total=bytes_.size,
        below=below,
        above=above,
        length=known_length(stream),
        data=bytes_.tobytes(),
    )


def frames(stream: Stream, order: Order) -> Block:
    """Gives the frames of an order `[1, channel, time, height, width]`, unaveraged, fewer where the film ends.

    Of a live stream it is the next frame, whatever was ordered.
    """
    _refuse_channel(stream, order.channel)
    count = _count(stream, order)
    if not stream.seekable:
        block = stream.get(1)
    elif order.step == 1:
        block = stream.upto(order.start, order.start + count)
    else:
        numbers = range(order.start, order.start + count * order.step, order.step)
        block = torch.cat([stream.upto(number, number + 1) for number in numbers], dim=2)
    return block[:1] if order.channel < 0 else block[:1, order.channel : order.channel + 1]


def clamped(stream: Stream, frame: int) -> int:
    """Gives the nearest frame number that the film has (its first one, where it has none)."""
    length = known_length(stream)
    last = frame if length is None else length - 1
    return max(stream.first, min(frame, last))


def known_length(stream: Stream) -> int | None:
    """Gives the number of frames, or None where there is no end or only going through the film would find it."""
    return stream.length if stream.counted else None


def channel_of(stream: Stream, wanted: int) -> int:
    """Gives the channel to show: the one wanted if there is such, else colour or the first."""
    if 0 <= wanted < stream.channels or (wanted < 0 and stream.channels == COLOUR):
        return wanted
    return -1 if stream.channels == COLOUR else 0


def _count(stream: Stream, order: Order) -> int:
    """The pictures that there are and that fit into one answer."""
    rows, columns = stream.size
    read = stream.batch * stream.channels * rows * columns
    sent = -(-rows // order.shrink) * -(-columns // order.shrink) * (COLOUR if order.channel < 0 else 1)
    if read > MOST_VALUES:
        msg = (
            f"{type(stream).__name__}.size = {stream.size}, is not for a live preview "
            f"({read} values a frame, more than {MOST_VALUES}); read or save it from code, or make it smaller."
        )
        raise KnobError(msg)
    return min(order.count, max(1, min(MOST_VALUES // read, MOST_BYTES // sent)))


def _refuse_channel(stream: Stream, channel: int) -> None:
    if channel_of(stream, channel) != channel:
        msg = f"message.channel = {channel}, is not one of the film's {stream.channels} (channel shown); give 0 or more."
        raise KnobError(msg)


def _averaged(block: Block, shrink: int) -> Block:
    if shrink == 1 or block.shape[2] == 0:  # of nothing torch gives no average
        return block[..., ::shrink, ::shrink]
    return avg_pool2d(block[0], shrink, ceil_mode=True, count_include_pad=False)[None]
