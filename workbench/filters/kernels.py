"""The arithmetic of filters and neurons, compiled: each function takes one film and goes on from its state.

State arrays are changed in place; everything is handed in whole, in one piece. Every pixel is computed in one fixed
order, whatever frames or rows are handed in, so cuts and threads do not change a bit. Numbers are float32 where
nothing else is said. numba takes its time to load: import this module where it is used.
"""

from __future__ import annotations

from typing import no_type_check

import numpy as np
from numba import njit

ONE = np.float32(1)
ZERO = np.float32(0)


def compiled(function):
    """Compiles a function at its first call, and keeps the result for later processes where there is a place for it.

    It stands above `no_type_check`: what checks annotations at run time must not wrap what is compiled.
    """
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither this folder nor the user's cache can be written
        return njit(nogil=True)(function)


@compiled
@no_type_check
def blur(film, rows, taps, out):
    """Blurs each frame by a symmetric separable kernel: `taps[j]` is its weight at distance j; edges replicate.

    A film is `(time, height, width)`, and `rows = (top, bottom)` the part of every frame to work on.
    """
    frames, height, width = film.shape
    reach = taps.size - 1
    line = np.empty(width + 2 * reach, np.float32)
    across = np.empty((height, width), np.float32)
    for t in range(frames):
        for y in range(max(0, rows[0] - reach), min(height, rows[1] + reach)):
            line[:reach] = film[t, y, 0]
            line[reach : reach + width] = film[t, y]
            line[reach + width :] = film[t, y, width - 1]
            _weigh(line, taps, reach, across[y])
        for y in range(rows[0], rows[1]):
            row = out[t, y]
            for x in range(width):
                row[x] = taps[0] * across[y, x]
            for j in range(1, reach + 1):
                above, below = across[max(0, y - j)], across[min(height - 1, y + j)]
                for x in range(width):
                    row[x] += taps[j] * (above[x] + below[x])


@compiled
@no_type_check
def _weigh(line, taps, reach, out):
    width = out.size
    for x in range(width):
        out[x] = taps[0] * line[reach + x]
    for j in range(1, reach + 1):
        left, right = line[reach - j : reach - j + width], line[reach + j : reach + j + width]
        for x in range(width):
            out[x] += taps[j] * (left[x] + right[x])


@compiled
@no_type_check
def low_pass(film, rows, keep, state, out):
    """y[t] = keep·y[t−1] + (1 − keep)·x[t]; a film and its `rows` as for `blur`."""
    width = film.shape[2]
    for t in range(film.shape[0]):
        for y in range(rows[0], rows[1]):
            x_, s, o = film[t, y], state[y], out[t, y]
            for x in range(width):
                s[x] = keep * s[x] + (ONE - keep) * x_[x]
                o[x] = s[x]


@compiled
@no_type_check
def leaky(current, keep, gain, threshold, reset_to, rest, v, resting, out):
    """Leaky integrate and fire: v ← keep·v + gain·current where awake; at the threshold a spike, `reset_to`, and `rest` frames.

    Films are `(time, pixel)`, states `(pixel,)`.
    """
    for t in range(current.shape[0]):
        i, o = current[t], out[t]
        for x in range(i.size):
            awake = resting[x] == ZERO
            value = keep * v[x] + gain * i[x] if awake else v[x]
            fired = awake & (value >= threshold)
            v[x] = reset_to if fired else value
            resting[x] = rest if fired else max(resting[x] - ONE, ZERO)
            o[x] = ONE if fired else ZERO


@compiled
@no_type_check
def izhikevich(current, turns, halves, step, abcd, peak, v, u, out):
    """Izhikevich's neurons in float64: at the peak a spike, v = c, u += d; then v by `halves` of a step (ms), u by one.

    Each frame takes `turns` steps. Films are `(time, pixel)`, states `(pixel,)`.
    """
    a, b, c, d = abcd
    part, slow = step / halves, step * a
    for t in range(current.shape[0]):
        i, o = current[t], out[t]
        o[:] = ZERO
        for _ in range(turns):
            for x in range(i.size):
                fired = v[x] >= peak
                o[x] = ONE if fired else o[x]
                v[x] = c if fired else v[x]
                u[x] = u[x] + d if fired else u[x]
            for _ in range(halves):
                for x in range(i.size):
                    v[x] = v[x] + part * (0.04 * (v[x] * v[x]) + 5.0 * v[x] + 140.0 - u[x] + i[x])
            for x in range(i.size):
                u[x] = u[x] + slow * (b * v[x] - u[x])


@compiled
@no_type_check
def changes(film, threshold, settled, on, off):
    """ON where a pixel is more than a threshold above what is settled, OFF where below; each event settles one threshold.

    Films are `(time, pixel)`, the state `(pixel,)`.
    """
    for t in range(film.shape[0]):
        values, rise, fall = film[t], on[t], off[t]
        for x in range(values.size):
            change = values[x] - settled[x]
            up = ONE if change > threshold else ZERO
            down = ONE if change < -threshold else ZERO
            rise[x], fall[x] = up, down
            settled[x] += threshold * (up - down)
