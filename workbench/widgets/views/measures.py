"""Measures: what a stretch of film shows beside its pictures. Pure functions of frames `[time, height, width]`, in float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Tensor

from ...core.block import Block

Pixel = tuple[int, int]
Line = tuple[int, int, int, int]
Look = Callable[[], None]

_AT_ONCE = 1 << 18  # values transformed between two looks at whether they are still wanted: 4 MB of complex numbers
MOST_AVERAGED: Final = 16  # frames that the spatial power is the mean of


def grey(block: Block, channel: int) -> Tensor:
    """Gives one channel of the first film of a block, or for -1 the mean of its channels, `[time, height, width]`."""
    return block[0].mean(0) if channel < 0 else block[0, channel]


def extent(frames: Tensor) -> Tensor:
    """Gives mean, lowest and highest value of each frame, `[3, time]`.

    >>> extent(torch.tensor([[[0.0, 1.0, 5.0]]])).ravel().tolist()
    [2.0, 0.0, 5.0]
    """
    low, high = frames.flatten(1).aminmax(dim=1)
    return torch.stack([frames.flatten(1).mean(1, dtype=torch.float64).float(), low, high])


def trace(frames: Tensor, pixel: Pixel) -> Tensor:
    """Gives the values of one pixel (row, column), `[time]`."""
    return frames[:, pixel[0], pixel[1]]


def places(line: Line) -> tuple[Tensor, Tensor]:
    """Gives rows and columns of the pixels nearest to a line (row, column, row, column), evenly from end to end.

    >>> [part.tolist() for part in places((0, 0, 1, 3))]
    [[0, 0, 1, 1], [0, 1, 2, 3]]
    """
    row, column, last_row, last_column = line
    steps = max(abs(last_row - row), abs(last_column - column))
    share = torch.arange(steps + 1, dtype=torch.float64) / max(1, steps)
    rows = row + share * (last_row - row)
    columns = column + share * (last_column - column)
    return (rows + 0.5).floor().long(), (columns + 0.5).floor().long()


def along(frames: Tensor, line: Line) -> Tensor:
    """Gives the values of the pixels along a line, `[time, place]`."""
    rows, columns = places(line)
    return frames[:, rows, columns]


def temporal_power(frames: Tensor, dt: float, look: Look = lambda: None) -> Tensor:
    """Gives the one-sided power spectral density (value²/Hz) at k / (T·dt) for k = 1 … T//2, the mean over all pixels.

    Each pixel's mean is removed, then the periodic Hann window is applied; the scale is such that the sum of density times
    1 / (T·dt) is the variance under that window (Parseval). One frame has no frequencies.
    """
    count = len(frames)
    window = torch.hann_window(count, dtype=torch.float64)
    total = torch.zeros(count // 2 + 1, dtype=torch.float64)
    if count > 1:
        for some in frames.flatten(1).split(max(1, _AT_ONCE // count), dim=1):
            look()
            values = some.double()
            found = torch.fft.rfft((values - values.mean(0)) * window[:, None], dim=0)
            total += found.abs().square().sum(1)
    density = total[1:] * 2 * dt / (float(window.square().sum()) or 1.0) / frames[0].numel()
    if count % 2 == 0:
        density[-1] /= 2  # the Nyquist frequency has no twin below zero
    return density


def spatial_power(frames: Tensor, pixel_per_degree: float, look: Look = lambda: None) -> Tensor:
    """Gives the two-dimensional power spectral density (value²·deg²) `[height, width]`, the mean over some even frames.

    Each frame's mean is removed; there is no window. The sum of density times pixel_per_degree² / (height·width) is the
    variance within a frame (Parseval).
    """
    some = frames[_evenly(len(frames))]
    total = torch.zeros(some.shape[1:], dtype=torch.float64)
    for frame in some:
        look()
        values = frame.double()
        total += torch.fft.fft2(values - values.mean()).abs().square()
    return total / len(some) / total.numel() / pixel_per_degree**2


def radial(density: Tensor) -> Tensor:
    """Gives a two-dimensional density averaged over rings of one frequency, at k / longer side for k = 1 … longer side // 2.

    Frequencies in cycles per pixel; what is beyond one half (the corners) is in no ring.
    """
    longer = max(density.shape)
    rows, columns = (torch.fft.fftfreq(size, dtype=torch.float64) for size in density.shape)
    ring = (torch.hypot(rows[:, None], columns) * longer).round().long().flatten()
    within = ring <= longer // 2
    sums, counts = torch.zeros(2, longer // 2 + 1, dtype=torch.float64)
    sums.index_add_(0, ring[within], density.flatten()[within])
    counts.index_add_(0, ring[within], torch.ones(int(within.sum()), dtype=torch.float64))
    return (sums / counts)[1:]


def _evenly(count: int) -> Sequence[int]:
    some = min(MOST_AVERAGED, count)
    return [k * count // some for k in range(some)]
