"""Value range → bytes → PNG: the one way from pixel values to what a screen shows, for repr, player and export."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from .block import Block
from .errors import ShapeError, WorkbenchError

if TYPE_CHECKING:
    from .stream import Stream

Range = tuple[float, float]
Bytes = npt.NDArray[np.uint8]

_SLACK = 1e-5  # share of the range: the last bit of a float32 is no clipping
_STRIP_FRAMES = 8
_STRIP_GAP = 4
_STRIP_HEIGHT = 96
_STRIP_PIXELS = 1 << 24  # read for a strip: fewer frames of large films


def display_range(value_range: Range) -> Range:
    """Gives the range of values from darkest to brightest: symmetric about zero for a film with both signs.

    >>> display_range((-0.2, 0.5)), display_range((0.0, 255.0)), display_range((3.0, 3.0))
    ((-0.5, 0.5), (0.0, 255.0), (3.0, 4.0))
    """
    low, high = value_range
    if low < 0 < high:
        high = max(-low, high)
        low = -high
    return (low, high) if high > low else (low, low + 1.0)


def to_bytes(block: Block, value_range: Range) -> tuple[Bytes, int]:
    """Gives the first batch as uint8 `(time, height, width, channel)`, and how many values had to be clipped.

    `value_range` becomes 0..255, rounded; values outside it, and those that are no finite numbers, count as clipped.

    >>> import torch
    >>> to_bytes(torch.tensor([-1.0, 0.0, 0.5, 1.0]).view(1, 1, 4, 1, 1), (0.0, 1.0))[0].ravel().tolist()
    [0, 0, 128, 255]
    """
    if block.ndim != 5:
        msg = f"block.shape = {tuple(block.shape)}, is not [batch, channel, time, height, width]; use as_block first."
        raise ShapeError(msg)
    low, high = np.float32(value_range[0]), np.float32(value_range[1])
    span = high - low or np.float32(1)  # by division: 255 / span may be more than float32 can hold
    values = (block[0].detach().cpu().numpy() - low) / span * np.float32(255)
    slack = 255 * _SLACK
    inside = int(np.count_nonzero((values >= -slack) & (values <= 255 + slack)))
    bytes_ = np.rint(np.clip(np.nan_to_num(values), 0, 255)).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(bytes_, 0, -1)), int(values.size) - inside


def outside(block: Block, value_range: Range) -> tuple[list[int], list[int]]:
    """Gives for each frame of the first batch how many values are below a range, and how many above it.

    Together they are what `to_bytes` clips, but for values that are no numbers.

    >>> import torch
    >>> outside(torch.tensor([[-1.0, -2.0], [0.5, 7.0]]).view(1, 1, 2, 1, 2), (0.0, 1.0))
    ([2, 0], [0, 1])
    """
    low, high = value_range
    slack = (high - low) * _SLACK
    frames = block[0].detach().cpu().numpy().swapaxes(0, 1)
    below, above = ([int(np.count_nonzero(one)) for one in mask] for mask in (frames < low - slack, frames > high + slack))
    return below, above


def picture(frame: Bytes) -> Image.Image:
    """Gives one frame `(height, width, channel)` as an image: colour for three channels, else the first as grey."""
    return Image.fromarray(frame if frame.shape[-1] == 3 else frame[..., 0])


def strip(frames: Bytes) -> bytes:
    """Gives frames `(time, height, width, channel)` side by side as one PNG, enlarged or shrunk by a whole number."""
    _, height, width, _ = frames.shape
    zoom = max(1, _STRIP_HEIGHT // max(height, width))
    shrink = max(1, -(-max(height, width) // (2 * _STRIP_HEIGHT)))
    columns, rows = max(1, width * zoom // shrink), max(1, height * zoom // shrink)
    sheet = Image.new("RGBA", (len(frames) * (columns + _STRIP_GAP) - _STRIP_GAP, rows))
    for k, frame in enumerate(frames):
        small = picture(frame).resize((columns, rows), Image.Resampling.NEAREST if shrink == 1 else Image.Resampling.BOX)
        sheet.paste(small, (k * (columns + _STRIP_GAP), 0))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def page(stream: Stream) -> str:
    """Gives a stream as HTML: its recipe, its measures and a strip of its next frames; no JavaScript."""
    rows, columns = stream.size
    frames = _count(stream)
    facts = f"{frames} of {rows}×{columns}, dt {stream.dt:g} s, {stream.pixel_per_degree:g} px/deg, frame {stream.position}"
    return f"<div><code>{html.escape(repr(stream))}</code><br><small>{html.escape(facts)}</small><br>{_strip_of(stream)}</div>"


def _count(stream: Stream) -> str:
    if not stream.seekable or not stream.counted:
        return "frames"
    return "endless" if stream.length is None else f"{stream.length} frames"


def _strip_of(stream: Stream) -> str:
    if not stream.seekable:
        return "<small>live</small>"
    end = stream.length if stream.counted else None
    start = stream.position if end is None else max(stream.first, min(stream.position, end - 1))
    count = min(_STRIP_FRAMES, _STRIP_PIXELS // (stream.size[0] * stream.size[1]))
    if count == 0:
        return "<small>too large to show here</small>"
    try:
        block = stream[start : start + count]
    except WorkbenchError as error:
        return f"<small>{html.escape(str(error))}</small>"
    if block.shape[2] == 0:
        return "<small>no frames</small>"
    return strip_html(block, stream.value_range, range(start, start + block.shape[2]))


def strip_html(frames: Block, value_range: Range, numbers: Sequence[int]) -> str:
    """Gives frames side by side as an `<img>` that holds its PNG; `numbers` are their places in the film."""
    png = base64.b64encode(strip(to_bytes(frames, display_range(value_range))[0])).decode()
    alt = f"frames {numbers[0]} to {numbers[-1]}"
    return f'<img alt="{alt}" style="max-width:100%;image-rendering:pixelated" src="data:image/png;base64,{png}">'


def measured(block: Block) -> Range:
    """Gives the lowest and highest finite value of a film, (0, 1) where there is none."""
    finite = block.detach()
    if not bool(torch.isfinite(finite).all()):
        finite = finite[torch.isfinite(finite)]
    if finite.numel() == 0:
        return (0.0, 1.0)
    low, high = torch.aminmax(finite)
    return (float(low), float(high))
