"""The retina's arithmetic, compiled: each function takes a film `(time, height, width)` and goes on from its state.

State arrays are changed in place. `rows = (top, bottom)` is the part of every frame to work on: whole arrays are handed
in, since rows cut out of them would not be contiguous and run several times slower. Every pixel is computed in one fixed
order, whatever rows or frames are handed in, so chunks and threads do not change a bit. All numbers are float32.
Equations: Wohrer & Kornprobst 2009, doi 10.1007/s10827-008-0108-4.
"""

from __future__ import annotations

from typing import no_type_check

import numpy as np

from ..filters.kernels import ONE, ZERO, compiled
from ..filters.kernels import blur as blur
from ..filters.kernels import low_pass as low_pass


@compiled
@no_type_check
def high_pass(film, rows, keep, weight, state, out):
    """A film less `weight` times itself low-passed."""
    width = film.shape[2]
    for t in range(film.shape[0]):
        for y in range(rows[0], rows[1]):
            x_, s, o = film[t, y], state[y], out[t, y]
            for x in range(width):
                value = x_[x]
                s[x] = keep * s[x] + (ONE - keep) * value
                o[x] = value - weight * s[x]


@compiled
@no_type_check
def difference(centre, surround, rows, gain, weight, out):
    """Gives gain·(centre − weight·surround)."""
    for t in range(centre.shape[0]):
        for y in range(rows[0], rows[1]):
            c, s, o = centre[t, y], surround[t, y], out[t, y]
            for x in range(c.size):
                o[x] = gain * (c[x] - weight * s[x])


@compiled
@no_type_check
def leak(current, rows, gain, decay, state, out):
    """A membrane of constant leak: V ← E + (V − E)·decay with E = gain·I, exact for a current constant over a step."""
    for t in range(current.shape[0]):
        for y in range(rows[0], rows[1]):
            i, v, o = current[t, y], state[y], out[t, y]
            for x in range(i.size):
                target = gain * i[x]
                v[x] = target + (v[x] - target) * decay
                o[x] = v[x]


@compiled
@no_type_check
def gain_control(current, amplification, leakage, dt, feedback, keep, taps, potential, pool, out):
    """A membrane whose conductance is raised by its own recent energy nearby: exponential Euler, frame by frame.

    g = leakage + blurred pool; V ← E + (V − E)·exp(−dt·g), E = amplification·I/g;
    pool ← keep·pool + (1 − keep)·feedback·V².
    """
    height, width = potential.shape
    nearby = np.empty((1, height, width), np.float32)
    for t in range(current.shape[0]):
        blur(pool.reshape(1, height, width), (0, height), taps, nearby)
        for y in range(height):
            i, v, p, n, o = current[t, y], potential[y], pool[y], nearby[0, y], out[t, y]
            for x in range(width):
                conductance = leakage + n[x]
                target = amplification * i[x] / conductance
                v[x] = target + (v[x] - target) * np.exp(-dt * conductance)
                p[x] = keep * p[x] + (ONE - keep) * feedback * v[x] * v[x]
                o[x] = v[x]


@compiled
@no_type_check
def rectify(film, rows, sign, threshold, rate, gain, out):
    """N(sign·x): rate + d above the threshold, rate/(1 − d/rate) below, d = gain·(sign·x − threshold)."""
    for t in range(film.shape[0]):
        for y in range(rows[0], rows[1]):
            v, o = film[t, y], out[t, y]
            for x in range(v.size):
                d = gain * (sign * v[x] - threshold)
                # Both cases at once: a branch on every pixel's sign costs ten times as much.
                o[x] = max(d, ZERO) + rate * rate / (rate - min(d, ZERO))


@compiled
@no_type_check
def fire(current, rows, bits, quantiles, share, decay, noise, rest, potential, dead, out):
    """Leaky integrate and fire: exact for any step; a spike above 1, then `rest` frames at 0.

    V ← u + (V − u)·decay + noise·ξ, u = share·I with share = 1/leak. Pixel (y, x) of frame t takes ξ by `bits[t, y·width + x]`
    from the normal quantiles.
    """
    width = current.shape[2]
    for t in range(current.shape[0]):
        for y in range(rows[0], rows[1]):
            i, v, d, o = current[t, y], potential[y], dead[y], out[t, y]
            b = bits[t, y * width : (y + 1) * width]
            for x in range(width):
                u = share * i[x]
                value = u + (v[x] - u) * decay + noise * quantiles[b[x]]
                value = ZERO if d[x] > 0 else value
                spike = value > ONE
                o[x] = ONE if spike else ZERO
                v[x] = ZERO if spike else value
                d[x] = rest if spike else max(d[x] - 1, 0)
