"""Value range → bytes → PNG: the one way from pixel values to what a screen shows, for repr, player and export."""

from __future__ import annotations

import base64
import html
import io
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

_STRIP_FRAMES = 8
_STRIP_GAP = 4
_STRIP_HEIGHT = 96


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
    low, high = value_range
    values = (block[0].detach().cpu().numpy() - np.float32(low)) * np.float32(255.0 / (high - low))
    slack = 255 * 1e-5  # float32 rounding of the range itself is no clipping
    inside = np.count_nonzero((values >= -slack) & (values <= 255 + slack))
    bytes_ = np.rint(np.clip(np.nan_to_num(values), 0, 255)).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(bytes_, 0, -1)), values.size - inside


def picture(frame: Bytes) -> Image.Image:
    """Gives one frame `(height, width, channel)` as an image: colour for three channels, else the first as grey."""
    return Image.fromarray(frame if frame.shape[-1] == 3 else frame[..., 0])


def strip(frames: Bytes) -> bytes:
    """Gives frames `(time, height, width, channel)` side by side as one PNG, small ones enlarged by whole numbers."""
    _, height, width, _ = frames.shape
    zoom = max(1, _STRIP_HEIGHT // height)
    sheet = Image.new("RGBA", (len(frames) * (width * zoom + _STRIP_GAP) - _STRIP_GAP, height * zoom))
    for k, frame in enumerate(frames):
        large = picture(frame).resize((width * zoom, height * zoom), Image.Resampling.NEAREST)
        sheet.paste(large, (k * (width * zoom + _STRIP_GAP), 0))
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
    start = min(stream.position, max(stream.first, (end or stream.position) - 1))
    try:
        block = stream[start : start + _STRIP_FRAMES]
    except WorkbenchError as error:
        return f"<small>{html.escape(str(error))}</small>"
    if block.shape[2] == 0:
        return "<small>no frames</small>"
    return strip_html(block, stream.value_range, start)


def strip_html(block: Block, value_range: Range, start: int = 0) -> str:
    """Gives the first frames of a block as an `<img>` that holds its PNG."""
    frames = block[:, :, :_STRIP_FRAMES]
    png = base64.b64encode(strip(to_bytes(frames, display_range(value_range))[0])).decode()
    alt = f"frames {start} to {start + frames.shape[2] - 1}"
    return f'<img alt="{alt}" style="max-width:100%;image-rendering:pixelated" src="data:image/png;base64,{png}">'


def measured(block: Block) -> Range:
    """Gives the lowest and highest value of a film, (0, 1) for an empty one."""
    if block.numel() == 0:
        return (0.0, 1.0)
    low, high = torch.aminmax(block.detach())
    return (float(low), float(high))
