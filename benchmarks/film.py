"""The film that benchmarks of pictures and video share."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def moving(count: int, height: int, width: int) -> Iterator[np.ndarray]:
    """A drifting texture, in colour: neither still nor noise."""
    row, column = np.mgrid[: height + 64, : width + 64]
    ground = 128 + 60 * np.sin(row / 5) * np.cos(column / 7) + np.random.default_rng(1).normal(0, 12, row.shape)
    for k in range(count):
        part = ground[k % 64 : k % 64 + height, (2 * k) % 64 : (2 * k) % 64 + width]
        yield np.stack([part, 255 - part, part / 2], axis=-1).clip(0, 255).astype(np.uint8)


def middle(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The middle of a picture `(height, width, channel)`, or of pictures `(time, height, width, channel)`."""
    top, left = (picture.shape[-3] - size[0]) // 2, (picture.shape[-2] - size[1]) // 2
    return picture[..., top : top + size[0], left : left + size[1], :]


def encode(path: Path, encoder: str, options: dict[str, str], film: Iterator[np.ndarray], form: str = "yuv420p") -> None:
    """A film of bytes into a video, by PyAV as its own documentation has it."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(encoder, rate=Fraction(24), options=options)
        for k, picture in enumerate(film):
            if k == 0:
                stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], form
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts = k
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def decode(path: Path) -> np.ndarray:
    """All pictures of a video as bytes `(time, height, width, 3)`."""
    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])
