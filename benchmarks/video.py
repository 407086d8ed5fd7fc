"""VideoReader against OpenCV's bare reading of the same film, VideoWriter against PyAV's own encoding of the same frames."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from workbench.files.encoding import CODECS
from workbench.streams import VideoReader, VideoWriter

from .timing import Row, ratio

READ, WRITTEN, TURNS = 200, 300, 9


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "film.mp4"
        encode(path, "libx264", {"preset": "medium", "crf": "20"}, moving(READ, 720, 1280))
        yield Row(
            "VideoReader grey 200×200 of 1280×720 H.264 / OpenCV read()", ratio(lambda: ours(path), lambda: opencv(path)), 1.25
        )
        film = np.stack(list(moving(WRITTEN, 200, 200)))
        floats = film.astype(np.float32)
        for codec in ("XVID", "MJPG", "X264", "FFV1"):
            how, out = CODECS[codec], Path(name) / "out.mkv"
            measured = ratio(
                lambda codec=codec, out=out: write(out, codec, floats),
                lambda how=how, out=out: encode(out, how.encoder, dict(how.options), film, how.colour),
                TURNS,
            )
            yield Row(f"VideoWriter 200×200 colour {codec} / PyAV's own encode", measured, 1.2)


def moving(count: int, height: int, width: int) -> Iterator[np.ndarray]:
    """A drifting texture, in colour: neither still nor noise."""
    row, column = np.mgrid[: height + 64, : width + 64]
    ground = 128 + 60 * np.sin(row / 5) * np.cos(column / 7) + np.random.default_rng(1).normal(0, 12, row.shape)
    for k in range(count):
        part = ground[k % 64 : k % 64 + height, (2 * k) % 64 : (2 * k) % 64 + width]
        yield np.stack([part, 255 - part, part / 2], axis=-1).clip(0, 255).astype(np.uint8)


def encode(
    path: Path, encoder: str, options: dict[str, str], film: Iterator[np.ndarray] | np.ndarray, form: str = "yuv420p"
) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(encoder, rate=Fraction(24), options=options)
        for k, picture in enumerate(film):
            if k == 0:
                stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], form
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts = k
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def write(path: Path, codec: str, film: np.ndarray) -> None:
    with VideoWriter(str(path), (200, 200), codec) as writer:
        for start in range(0, WRITTEN, 50):
            writer.put(film[start : start + 50])


def opencv(path: Path) -> None:
    capture = cv2.VideoCapture(str(path))
    while capture.read()[0]:
        pass
    capture.release()


def ours(path: Path) -> None:
    with VideoReader(str(path), (200, 200)) as film:
        for _ in film.blocks(50):
            pass
