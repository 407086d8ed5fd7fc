"""Warden: answers a page's question whether the next second of the film flashes, as it is shown there.

It is judged in grey, whatever its colour map. The page counts flashes once more as they are painted, with the colours really
shown, in the film and in the model's film (js/guard/flashes.js): a model is not asked ahead, for it may be slow.
"""

from __future__ import annotations

from typing import Any

from ..core.pixels import Range
from ..core.stream import Stream
from .flash import flash_report
from .player import Order, channel_of, clamped, frames
from .protocol import Flash

_JUDGED_SECONDS = 1.0
_MOST_JUDGED = 128
_ALWAYS = 2**53


def judged(stream: Stream, question: Flash, shown: Range) -> dict[str, Any]:
    """Gives whether it is `risky`, and from `start` to `stop` which frames that was said of."""
    if not stream.seekable:  # nobody knows what a camera will see
        return {"risky": False, "start": 0, "stop": _ALWAYS}
    interval = question.interval / 1e6
    count = min(_MOST_JUDGED, round(_JUDGED_SECONDS / interval) + 1)
    start = clamped(stream, question.start)
    try:
        block = frames(stream, Order(start, count, question.step, channel=channel_of(stream, question.channel)))
        risky = flash_report(block, interval, question.zoom, narrowed(shown, question.contrast / 1000)).risky
    except Exception:  # noqa: BLE001 - the order for the same frames tells what is wrong with them
        risky = False
    return {"risky": risky, "start": start, "stop": start + count * question.step}


def narrowed(shown: Range, contrast: float) -> Range:
    """Gives the range that is left on the screen when contrast is raised about the middle."""
    middle, half = (shown[0] + shown[1]) / 2, (shown[1] - shown[0]) / 2
    return middle - half / contrast, middle + half / contrast
