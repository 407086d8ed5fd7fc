"""Flash report: whether a film, as it is shown, flashes more than WCAG 2.3.1 allows.

The general flash of WCAG 2.2, success criterion 2.3.1 (https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds):
a flash is a pair of opposing changes of relative luminance by 0.1 or more, the darker state below 0.8; more than three
in a second fail where together they cover more than a quarter of 10° of the visual field (341 × 256 CSS pixels).
Fine patterns, their squares below 0.1° (3.4 pixels), are exempt. The red flash is not judged, nor is what stands beside the
film: js/guard/flashes.js counts by the same rule in the page, and js/guard/sight.js adds the areas of film and model.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, pad

from ..core.block import Block
from ..core.pixels import Range, to_bytes

CHANGE: Final = 0.1
DARKER_BELOW: Final = 0.8
FLASHES_A_SECOND: Final = 3
FIELD: Final = (256, 341)  # rows, columns of CSS pixels in 10° of the visual field
AREA: Final = FIELD[0] * FIELD[1] / 4
FINE: Final = 3.4  # CSS pixels

_IN_STEP = 0.9  # share of a small square that has to change the same way to be seen as one change
_PLACES = 64  # along each side, at which a large film is looked at
_WEIGHTS = torch.tensor([0.2126, 0.7152, 0.0722])
_SIGNAL = torch.arange(256) / 255
_LINEAR = torch.where(_SIGNAL <= 0.04045, _SIGNAL / 12.92, ((_SIGNAL + 0.055) / 1.055) ** 2.4)

Pair = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class FlashReport:
    """The largest area (CSS px², within 10° of the visual field) that flashes more than three times in one second."""

    area: float

    @property
    def risky(self) -> bool:
        """Whether it fails WCAG 2.3.1."""
        return self.area > AREA


def flash_report(block: Block, dt: float, zoom: float, shown: Range = (0.0, 255.0)) -> FlashReport:
    """Gives the report for a block `[1, channel, time, height, width]` of grey or colour.

    `dt` (s) is the time from picture to picture *on the screen*, `zoom` the CSS pixels to a pixel of the film, `shown`
    the values shown as black and white.

    >>> flicker = torch.tensor([0.0, 255.0]).repeat(30).view(1, 1, 60, 1, 1).expand(1, 1, 60, 50, 50)
    >>> flash_report(flicker, dt=1 / 60, zoom=6).risky, flash_report(flicker, dt=0.5, zoom=6).risky
    (True, False)
    """
    squares, spacing = _squares(block, zoom)
    down, across = squares.shape[3:5]
    light = luminance(squares.flatten(3, 4), shown)
    changes = _in_step(_changes(light)).view(-1, down, across)
    second = max(1, round(1 / dt))
    total = torch.cat([torch.zeros_like(changes[:1]), changes]).abs().cumsum(0)
    within = total[second:] - total[:-second] if len(changes) > second else total[-1:]
    return FlashReport(_largest_area((within > 2 * FLASHES_A_SECOND).float(), spacing))


def luminance(block: Block, shown: Range) -> Tensor:
    """Gives the relative luminance `[time, height, width]`, 0 for black and 1 for white (sRGB)."""
    linear = _LINEAR[torch.from_numpy(to_bytes(block, shown)[0].astype(np.int64))]
    return linear @ _WEIGHTS if linear.shape[-1] == len(_WEIGHTS) else linear[..., 0]


def _squares(block: Block, zoom: float) -> tuple[Tensor, Pair]:
    """Gives the squares to look at `[1, channel, time, down, across, pixels]`, and how far apart they are in CSS pixels.

    A square is one pixel of the film, or as many as make one that is not too fine to be seen. Of a large film only
    some are taken, evenly: each stands for those left out.
    """
    side = min(math.ceil(FINE / zoom), *block.shape[3:])
    steps = [side * -(-(size // side) // _PLACES) for size in block.shape[3:]]
    squares = block[:1].unfold(3, side, steps[0]).unfold(4, side, steps[1])
    return squares.flatten(5), (steps[0] * zoom, steps[1] * zoom)


def _changes(light: Tensor) -> Tensor:
    """Gives +1 or -1 where luminance has changed by 0.1 since it last turned, against the change before, else 0."""
    changes = torch.zeros_like(light)
    darkest, brightest, last = light[0].clone(), light[0].clone(), torch.zeros_like(light[0])
    for k, now in enumerate(light):
        up = (now - darkest >= CHANGE) & (darkest < DARKER_BELOW) & (last <= 0)
        down = (brightest - now >= CHANGE) & (now < DARKER_BELOW) & (last >= 0) & ~up
        changes[k] = up.float() - down.float()
        turned = up | down
        last = torch.where(turned, changes[k], last)
        darkest = torch.where(turned, now, torch.minimum(darkest, now))
        brightest = torch.where(turned, now, torch.maximum(brightest, now))
    return changes


def _in_step(changes: Tensor) -> Tensor:
    """Gives the change of each square: that of its pixels if they change together, else 0 (a pattern too fine)."""
    together = changes.mean(-1)
    return (together.abs() >= _IN_STEP).float() * together.sign()


def _largest_area(flashing: Tensor, spacing: Pair) -> float:
    """Gives the largest flashing area in any window of 10°, in CSS px²."""
    sides = zip(flashing.shape[1:], FIELD, spacing, strict=True)
    window = [max(1, min(count, round(field / apart))) for count, field, apart in sides]
    stride = [max(1, side // 4) for side in window]
    rows, columns = (-(count - side) % by for count, side, by in zip(flashing.shape[1:], window, stride, strict=True))
    share = avg_pool2d(pad(flashing[:, None], (0, columns, 0, rows)), window, stride)
    return float(share.max()) * window[0] * window[1] * spacing[0] * spacing[1]
