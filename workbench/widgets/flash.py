"""Flash report: whether a film, as it is shown, flashes more than WCAG 2.3.1 allows.

The general flash of WCAG 2.2, success criterion 2.3.1 (https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds):
a flash is a pair of opposing changes of relative luminance by 0.1 or more, the darker state below 0.8; more than three
in a second fail where together they cover more than a quarter of 10° of the visual field (341 × 256 CSS pixels).
Fine patterns, their squares below 0.1° (3.4 pixels), are exempt. The red flash is not judged.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ..core.block import Block
from ..core.pixels import Range

CHANGE: Final = 0.1
DARKER_BELOW: Final = 0.8
FLASHES_A_SECOND: Final = 3
FIELD: Final = (256, 341)  # rows, columns of CSS pixels in 10° of the visual field
AREA: Final = FIELD[0] * FIELD[1] / 4
FINE: Final = 3.4  # CSS pixels

_IN_STEP = 0.9  # share of a small square that has to change the same way to be seen as one change
_WEIGHTS = torch.tensor([0.2126, 0.7152, 0.0722])


@dataclasses.dataclass(frozen=True)
class FlashReport:
    """The largest area (CSS px², within 10° of the visual field) that flashes more than three times in one second."""

    area: float

    @property
    def risky(self) -> bool:
        """Does it fail WCAG 2.3.1?"""
        return self.area > AREA


def flash_report(block: Block, dt: float, zoom: float, shown: Range = (0.0, 255.0)) -> FlashReport:
    """Gives the report for a block `[1, channel, time, height, width]` of grey or colour.

    `dt` (s) is the time from picture to picture *on the screen*, `zoom` the CSS pixels to a pixel of the film, `shown`
    the values shown as black and white.

    >>> flicker = torch.tensor([0.0, 255.0]).repeat(30).view(1, 1, 60, 1, 1).expand(1, 1, 60, 50, 50)
    >>> flash_report(flicker, dt=1 / 60, zoom=6).risky, flash_report(flicker, dt=0.5, zoom=6).risky
    (True, False)
    """
    changes = _in_step(_changes(luminance(block, shown)), zoom)
    second = max(1, round(1 / dt))
    total = torch.cat([torch.zeros_like(changes[:1]), changes]).abs().cumsum(0)
    within = total[second:] - total[:-second] if len(changes) > second else total[-1:]
    return FlashReport(_largest_area((within > 2 * FLASHES_A_SECOND).float(), zoom))


def luminance(block: Block, shown: Range) -> Tensor:
    """Gives the relative luminance `[time, height, width]`, 0 for black and 1 for white (sRGB)."""
    low, high = shown
    signal = ((block[0] - low) / (high - low)).nan_to_num().clamp(0, 1)
    linear = torch.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    return torch.einsum("c,cthw->thw", _WEIGHTS, linear) if len(linear) == len(_WEIGHTS) else linear[0]


def _changes(light: Tensor) -> Tensor:
    """Gives +1 or -1 where luminance has changed by 0.1 since it last turned, against the change before, else 0."""
    changes = torch.zeros_like(light)
    darkest, brightest, last = light[0].clone(), light[0].clone(), torch.zeros_like(light[0])
    for now, change in zip(light, changes, strict=True):
        up = (now - darkest >= CHANGE) & (darkest < DARKER_BELOW) & (last <= 0)
        down = (brightest - now >= CHANGE) & (now < DARKER_BELOW) & (last >= 0)
        change += up.float() - (down & ~up).float()
        turned = change != 0
        last = torch.where(turned, change, last)
        darkest = torch.where(turned, now, torch.minimum(darkest, now))
        brightest = torch.where(turned, now, torch.maximum(brightest, now))
    return changes


def _in_step(changes: Tensor, zoom: float) -> Tensor:
    """Drops the changes of patterns too fine to be seen as flashes: pixels that do not change with their neighbours."""
    side = min(math.ceil(FINE / zoom), *changes.shape[1:])
    if zoom >= FINE or side < 2:
        return changes
    together = avg_pool2d(changes[:, None], side)[:, 0]
    seen = (together.abs() >= _IN_STEP).float() * together.sign()
    return seen.repeat_interleave(side, 1).repeat_interleave(side, 2)


def _largest_area(flashing: Tensor, zoom: float) -> float:
    """Gives the largest flashing area in any window of 10°, in CSS px²."""
    window = [max(1, min(size, round(field / zoom))) for size, field in zip(flashing.shape[1:], FIELD, strict=True)]
    stride = [max(1, side // 4) for side in window]
    share = avg_pool2d(flashing[:, None], window, stride, ceil_mode=True, count_include_pad=False)
    return float(share.max()) * window[0] * window[1] * zoom**2
