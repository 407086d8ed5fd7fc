"""Video read and written: H.264 of 1280×720 by its middle, small films whole, single frames anywhere, and four codecs."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

import workbench
from workbench.core import scratch
from workbench.files.encoding import CODECS
from workbench.streams import VideoReader, VideoWriter

from ..film import decode, encode, middle, moving
from ..versus import Call, compared, equal, mostly

READ, WRITTEN, MIDDLE = 100, 200, (200, 200)
PLACES = np.random.default_rng(1).integers(0, READ, 20).tolist()
Pictures = Iterable[np.ndarray]


def opencv(path: Path) -> Iterator[np.ndarray]:
    capture = cv2.VideoCapture(str(path))
    while (found := capture.read())[0]:
        yield found[1][..., ::-1]
    capture.release()


def pyav(path: Path) -> Iterator[np.ndarray]:
    with av.open(str(path)) as file:
        file.streams.video[0].thread_type = "AUTO"
        for frame in file.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def imageio(path: Path) -> Pictures:
    from imageio.v3 import imiter

    return imiter(path, plugin="pyav", thread_type="FRAME")


def mediapy(path: Path) -> Pictures:
    import mediapy

    return mediapy.read_video(path)


READERS = {"OpenCV": (opencv, "opencv-python-headless"), "PyAV": (pyav, "av"),
           "imageio (pyav)": (imageio, "imageio"), "mediapy": (mediapy, "mediapy")}  # fmt: skip


@functools.cache
def film(height: int, width: int) -> Path:
    path = scratch.folder() / f"film_{height}.mp4"
    encode(path, "libx264", {"preset": "medium", "crf": "20"}, moving(READ, height, width))
    return path


def grey(read: Callable[[Path], Pictures], _: Path) -> tuple[Call, Call]:
    path = film(720, 1280)

    def ours() -> list[object]:
        with VideoReader(str(path), MIDDLE) as reader:
            return [reader.get(50) for _ in range(READ // 50)]

    def theirs() -> list[np.ndarray]:
        frames = [middle(picture, MIDDLE).mean(-1, dtype=np.float32) for picture in read(path)]
        return [np.stack(frames[start : start + 50]) for start in range(0, READ, 50)]

    return ours, theirs


def colour(read: Callable[[Path], Pictures], _: Path) -> tuple[Call, Call]:
    path = film(240, 320)

    def ours() -> np.ndarray:
        with VideoReader(str(path), None, mode="rgb") as reader:
            return workbench.to_numpy(reader.get(READ))

    return ours, lambda: np.stack([picture.astype(np.float32) for picture in read(path)])


for _name, (_read, _needs) in READERS.items():
    compared("Video read", "VideoReader", _name, f"middle 200×200 of {READ} frames 720p, grey", 1.25, mostly(0.02),
             needs=_needs)(partial(grey, _read))  # fmt: skip
    compared("Video read", "VideoReader", _name, f"{READ} frames of 240×320, colour", 1.3, mostly(0.02), needs=_needs)(
        partial(colour, _read)
    )


@compared("Video read", "VideoReader", "OpenCV seek", f"{len(PLACES)} frames anywhere in 240×320", 1.3, mostly(0.02),
          needs="opencv-python-headless")  # fmt: skip
def anywhere(_: Path) -> tuple[Call, Call]:
    path = film(240, 320)
    reader, capture = VideoReader(str(path), None), cv2.VideoCapture(str(path))

    def theirs(place: int) -> np.ndarray:
        capture.set(cv2.CAP_PROP_POS_FRAMES, place)
        return capture.read()[1].mean(-1, dtype=np.float32)

    return lambda: [reader.read(k, k + 1) for k in PLACES], lambda: [theirs(k) for k in PLACES]


# Writing: float32 frames (time, height, width, 3) with values 0..255, as our streams and most models give them.


def clipped(frame: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(frame), 0, 255).astype(np.uint8)


def by_pyav(path: Path, codec: str, frames: np.ndarray) -> None:
    how = CODECS[codec]
    encode(path, how.encoder, dict(how.options), map(clipped, frames), how.colour)


def by_opencv(path: Path, codec: str, frames: np.ndarray) -> None:
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 24, frames.shape[2:0:-1])
    for frame in frames:
        out.write(np.ascontiguousarray(clipped(frame)[..., ::-1]))
    out.release()


def by_imageio(path: Path, codec: str, frames: np.ndarray) -> None:
    from imageio import get_writer

    options = itertools.chain(*((f"-{name}", value) for name, value in CODECS[codec].options.items()))
    with get_writer(path, format="FFMPEG", fps=24, codec="libx264", quality=None, macro_block_size=1,
                    output_params=list(options)) as out:  # fmt: skip
        for frame in frames:
            out.append_data(clipped(frame))


def by_mediapy(path: Path, codec: str, frames: np.ndarray) -> None:
    import mediapy

    options = CODECS[codec].options
    more = ["-preset", options["preset"], "-tune", options["tune"]]
    with mediapy.VideoWriter(path, frames.shape[1:3], fps=24, codec="h264", crf=int(options["crf"]), ffmpeg_args=more) as out:
        for frame in frames:
            out.add_image(clipped(frame))


def writing(codec: str, suffix: str, write: Callable[[Path, str, np.ndarray], None], folder: Path) -> tuple[Call, Call]:
    frames = np.stack(list(moving(WRITTEN, *MIDDLE))).astype(np.float32)
    ours, theirs = folder / f"ours{suffix}", folder / f"theirs{suffix}"

    def put() -> Path:
        with VideoWriter(str(ours), MIDDLE, codec) as writer:
            for start in range(0, WRITTEN, 50):
                writer.put(frames[start : start + 50])
        return ours

    def other() -> Path:
        write(theirs, codec, frames)
        return theirs

    return put, other


def pictures(path: Path) -> np.ndarray:
    return decode(path).astype(np.float32)


for _codec, _suffix, _name, _needs, _write, _written, _agree in (
    ("XVID", ".mkv", "PyAV", "av", by_pyav, 1.2, mostly(0.02)),
    ("MJPG", ".mkv", "PyAV", "av", by_pyav, 1.2, mostly(0.02)),
    ("X264", ".mkv", "PyAV", "av", by_pyav, 1.2, mostly(0.02)),
    ("FFV1", ".mkv", "PyAV", "av", by_pyav, 1.2, equal),
    ("MJPG", ".avi", "OpenCV", "opencv-python-headless", by_opencv, 1.2, mostly(0.02)),
    ("XVID", ".avi", "OpenCV", "opencv-python-headless", by_opencv, 1.5, mostly(0.05)),
    ("X264", ".mp4", "imageio (ffmpeg)", "imageio-ffmpeg", by_imageio, 1.2, mostly(0.02)),
    ("X264", ".mp4", "mediapy", "mediapy", by_mediapy, 1.2, mostly(0.02)),
):
    compared("Video written", "VideoWriter", _name, f"{WRITTEN} frames of 200×200, {_codec}", _written, _agree, needs=_needs,
             read=pictures)(partial(writing, _codec, _suffix, _write))  # fmt: skip
