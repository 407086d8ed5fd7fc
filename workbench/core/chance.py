"""Counter-based randomness: the numbers of frame k of seed s are the same whenever and wherever they are drawn.

Philox-4x64 (Salmon et al. 2011, doi 10.1145/2063384.2063405) with `key = [seed, source]` and
`counter = frame × counters_per_frame`, so that any frame is drawn without those before it. One counter gives
four uint64 = eight float32 uniforms = sixteen uint16.
"""

from __future__ import annotations

import functools
import secrets
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

# One number for each source of randomness, so that two of them with the same seed stay independent.
RANDOM_STREAM: Final = 1
RETINA_START: Final = 10
RETINA_ON: Final = 11
RETINA_OFF: Final = 12
POISSON_DIGITS: Final = 20
POISSON: Final = 21
EYE_DRIFT: Final = 22
LEAKY_NEURON: Final = 23
IZHIKEVICH_NEURON: Final = 24
RENDERED_DIGITS: Final = 30

WORDS_PER_COUNTER: Final = 4
_PIECE = 1 << 15  # uint64 words drawn at a time: the pieces stay in the processor's cache


def draw_seed() -> int:
    """Gives a fresh seed, small enough to read aloud."""
    return secrets.randbelow(2**32)


def words(seed: int, source: int, start: int, stop: int, per_frame: int) -> npt.NDArray[np.uint64]:
    """Gives the random words of frames start..stop, shape `(stop - start, 4·ceil(per_frame / 4))`.

    >>> bool((words(7, 1, 0, 5, 6)[3:] == words(7, 1, 3, 5, 6)).all())
    True
    """
    counters = -(-per_frame // WORDS_PER_COUNTER)
    generator = _philox(seed, source, start * counters)
    raw: npt.NDArray[np.uint64] = generator.random_raw((stop - start) * counters * WORDS_PER_COUNTER)
    return raw.reshape(stop - start, counters * WORDS_PER_COUNTER)


def uniforms(
    seed: int, source: int, start: int, stop: int, per_frame: int, *, low: float = 0.0, high: float = 1.0
) -> npt.NDArray[np.float32]:
    """Gives float32 numbers uniform in [low, high], 24 random bits each, shape `(stop - start, per_frame)`."""
    out = np.empty((stop - start, per_frame), np.float32)
    if per_frame and stop > start:
        _fill(out, seed, source, start, _scale(low, high))
    return out


def bits24(seed: int, source: int, start: int, stop: int, per_frame: int) -> npt.NDArray[np.int32]:
    """Gives the random bits that `uniforms` are made of: whole numbers in −2²³ … 2²³ − 1, shape `(stop - start, per_frame)`."""
    raw = words(seed, source, start, stop, -(-per_frame // 2)).view(np.int32)
    raw >>= 8
    return raw[:, :per_frame]


def limits24(probability: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
    """Gives what `bits24` are less than with a probability: never for 0, always for 1.

    >>> limits24(np.array([0, 0.5, 1], np.float32)).tolist()
    [-8388608, 0, 8388608]
    """
    limits = np.ceil(probability.astype(np.float64) * 2**24) - 2**23
    return limits.astype(np.int32)


def normals(seed: int, source: int, start: int, stop: int, per_frame: int) -> npt.NDArray[np.float32]:
    """Gives float32 numbers of the standard normal distribution, shape `(stop - start, per_frame)`.

    Sixteen random bits pick one of 65 536 quantiles (±4.2 at most): the same bits on every processor.
    """
    raw = words(seed, source, start, stop, -(-per_frame // 4))
    drawn: npt.NDArray[np.float32] = quantiles()[raw.view(np.uint16)[:, :per_frame]]
    return drawn


@functools.cache
def quantiles() -> npt.NDArray[np.float32]:
    """Gives the 65 536 quantiles of the standard normal distribution, scaled to variance 1 exactly."""
    inverse = NormalDist().inv_cdf
    half = np.array([inverse((k + 0.5) / 65536) for k in range(32768)])
    table = np.concatenate([half, -half[::-1]])
    scaled: npt.NDArray[np.float32] = (table / table.std()).astype(np.float32)
    scaled.flags.writeable = False
    return scaled


def _philox(seed: int, source: int, counter: int) -> np.random.Philox:
    return np.random.Philox(key=np.array([seed, source], np.uint64), counter=counter)


def _scale(low: float, high: float) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Gives the step, the middle and the two ends of an interval as float32."""
    return np.float32((high - low) / 2**24), np.float32((low + high) / 2), np.float32(low), np.float32(high)


def _fill(
    out: npt.NDArray[np.float32],
    seed: int,
    source: int,
    start: int,
    scale: tuple[np.float32, np.float32, np.float32, np.float32],
) -> None:
    """Draws whole frames, some at a time, as signed 24-bit numbers about the middle."""
    step, middle, low, high = scale
    per_frame = out.shape[1]
    counters = -(-per_frame // (2 * WORDS_PER_COUNTER))
    generator = _philox(seed, source, start * counters)
    frames = max(1, _PIECE // (counters * WORDS_PER_COUNTER))
    for first in range(0, len(out), frames):
        piece = out[first : first + frames]
        raw = generator.random_raw(len(piece) * counters * WORDS_PER_COUNTER).view(np.int32)
        raw >>= 8
        np.multiply(raw.reshape(len(piece), -1)[:, :per_frame], step, out=piece, casting="unsafe", dtype=np.float32)
        piece += middle
        np.clip(piece, low, high, out=piece)
