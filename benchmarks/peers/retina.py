"""The retina: beside its equations in plain scipy, and beside OpenCV's retina, which is another model without spikes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter

from workbench.models import Retina

from ..versus import Call, alike, compared, shape

STEP = 0.001  # s


def noise(frames: int, side: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (frames, side, side)).astype(np.float32)


def low_pass(film: np.ndarray, tau: float) -> np.ndarray:
    keep = np.exp(-STEP / tau)
    return lfilter([1 - keep], [1, -keep], film, axis=0)


def blurred(film: np.ndarray, sigma: float) -> np.ndarray:
    return gaussian_filter(film, (0, sigma, sigma), mode="nearest", truncate=4)


def rates(film: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What ON and OFF ganglion cells are driven by (Hz), at 10 px/deg, in float64; doi 10.1007/s10827-008-0108-4."""
    centre = low_pass(blurred(film.astype(np.float64) / 255, 0.5), 0.010)
    centre -= 0.8 * low_pass(centre, 0.100)
    opl = 10 * (centre - low_pass(blurred(centre, 1.5), 0.004))
    bipolar = low_pass(opl, 1 / 50)
    drive = 100 * (bipolar - 0.7 * low_pass(bipolar, 0.020))
    on, off = (np.where(d > 0, 37 + d, 37 / (1 - np.minimum(d, 0) / 37)) for d in (drive, -drive))
    return on, off


def fired(rate: np.ndarray, random: np.random.Generator) -> np.ndarray:
    keep, rest = np.exp(-50 * STEP), np.zeros(rate.shape[1:], int)
    v, spikes, spread = random.uniform(0.5, 0.7, rest.shape), np.zeros(rate.shape, np.float32), 0.1 * np.sqrt(1 - keep**2)
    for k, frame in enumerate(rate):
        awake = rest == 0
        v = np.where(awake, keep * v + (1 - keep) / 50 * frame + spread * random.standard_normal(rest.shape), v)
        spikes[k] = spike = awake & (v > 1)
        v[spike] = 0
        rest = np.where(spike, 3, np.maximum(rest - 1, 0))
    return spikes


@compared("Retina", "Retina", "scipy, float64", "300 frames of 50×50 to ON and OFF spikes", 0.2, alike(0.05), needs="scipy")
def equations(_: Path) -> tuple[Call, Call]:
    film, retina = noise(300, 50), Retina(seed=1)

    def theirs() -> list[np.ndarray]:
        random = np.random.default_rng(1)
        return [fired(rate, random) for rate in rates(film)]

    return lambda: list(retina.run(film)), theirs


@compared("Retina", "Retina", "OpenCV bioinspired", "100 frames of 200×200 to two films (another model)", 1.0, shape,
          needs="opencv-contrib-python-headless")  # fmt: skip
def bioinspired(_: Path) -> tuple[Call, Call]:
    import cv2

    film, retina = noise(100, 200), Retina(seed=1)
    other = cv2.bioinspired.Retina_create((200, 200), False)

    def theirs() -> list[np.ndarray]:
        other.clearBuffers()
        seen = []
        for frame in film:
            other.run(frame)
            seen.append((other.getParvo(), other.getMagno()))
        return [np.stack(kind).astype(np.float32) for kind in zip(*seen, strict=True)]

    return lambda: list(retina.run(torch.from_numpy(film))), theirs
