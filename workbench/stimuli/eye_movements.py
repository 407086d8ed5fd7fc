"""Paths of an eye, in px (x to the right, y down), each position a function of its frame alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..core import chance

Positions = npt.NDArray[np.float64]

# Of N-MNIST, as shares of the amplitude: G. Orchard et al. 2015, doi 10.3389/fnins.2015.00437.
_CORNERS = np.array([(0.0, 0.0), (0.5, 1.0), (1.0, 0.0), (0.0, 0.0)])


def saccades(start: int, stop: int, amplitude: float, duration: int) -> Positions:
    """Gives the positions `(frames, 2)` on N-MNIST's triangle (0, 0) → (a/2, a) → (a, 0) → (0, 0), again and again.

    Each side takes `duration` frames with minimum jerk, s(u) = 10u³ − 15u⁴ + 6u⁵: fast in the middle, at rest at the
    corners (T. Flash & N. Hogan 1985, doi 10.1523/JNEUROSCI.05-07-01688.1985).

    >>> saccades(0, 631, 7.0, 105)[[0, 105, 210, 315, 630]].tolist()
    [[0.0, 0.0], [3.5, 7.0], [7.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """
    side, step = np.divmod(np.arange(start, stop) % (3 * duration), duration)
    u = (step / duration)[:, None]
    s = u**3 * (10 - 15 * u + 6 * u**2)
    positions: Positions = amplitude * (_CORNERS[side] + s * (_CORNERS[side + 1] - _CORNERS[side]))
    return positions


def brownian(start: int, stop: int, seed: int) -> Positions:
    """Gives a Brownian path `(frames, 2)`: at (0, 0) in frame 0, steps of variance 1 from frame to frame.

    Any stretch costs as much as any other: positions at powers of two come first, those between them by halving, each
    from the normal number of its own frame (P. Lévy's construction).

    >>> bool((brownian(0, 99, seed=3)[50:] == brownian(50, 99, seed=3)).all())
    True
    """
    frames = np.arange(start, stop)
    high = 1 << np.array([int(frame).bit_length() for frame in frames])  # the power of two above each frame
    normal = _Normals(seed, start, stop)
    ends = {0: np.zeros(2), 1: normal.of(np.ones(1, np.int64))[0]}
    for power in range(1, int(high.max()).bit_length()):
        ends[1 << power] = ends[1 << (power - 1)] + np.sqrt(1 << (power - 1)) * normal.of(np.array([1 << power]))[0]
    low = np.where(high > 1, high // 2, 0)
    below, above = (np.stack([ends[int(one)] for one in bounds]) for bounds in (low, high))
    while (between := (frames > low) & (high - low > 1)).any():
        middle = np.where(between, (low + high) // 2, 0)
        there = (below + above) / 2 + np.sqrt((high - low) / 4)[:, None] * normal.of(middle)
        right, left = between & (frames >= middle), between & (frames < middle)
        below, above = np.where(right[:, None], there, below), np.where(left[:, None], there, above)
        low, high = np.where(right, middle, low), np.where(left, middle, high)
    return below


class _Normals:
    """Two normal numbers for each frame; those of start..stop are drawn at once."""

    def __init__(self, seed: int, start: int, stop: int) -> None:
        self._seed, self._start = seed, start
        self._near = self._draw(start, stop)

    def _draw(self, start: int, stop: int) -> Positions:
        return chance.normals(self._seed, chance.EYE_DRIFT, start, stop, 2).astype(np.float64)

    def of(self, frames: npt.NDArray[np.int64]) -> Positions:
        place = frames - self._start
        near = (place >= 0) & (place < len(self._near))
        found = self._near[np.where(near, place, 0)]
        for frame in np.unique(frames[~near]):
            found[frames == frame] = self._draw(int(frame), int(frame) + 1)
        return found
