"""Pictures from files: 60 of 480×640 in colour, their middle 200×200 in grey."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from workbench.streams import ImageSequence

from ..film import middle, moving
from ..versus import Call, compared, mostly

COUNT, SIZE = 60, (200, 200)


def grey(picture: np.ndarray) -> np.ndarray:
    """The mean of three channels, whatever their order, of the middle."""
    return middle(picture, SIZE).mean(-1, dtype=np.float32)


def pillow(file: str) -> np.ndarray:
    with Image.open(file) as picture:
        return grey(np.asarray(picture))


def by_imageio(file: str) -> np.ndarray:
    from imageio.v3 import imread

    return grey(imread(file))


def by_torchvision(file: str) -> torch.Tensor:
    from torchvision.io import decode_image

    picture = decode_image(file)
    top, left = (picture.shape[1] - SIZE[0]) // 2, (picture.shape[2] - SIZE[1]) // 2
    return picture[:, top : top + SIZE[0], left : left + SIZE[1]].float().mean(0)


def opencv(file: str) -> np.ndarray:
    return grey(cv2.imread(file))


def build(folder: Path, suffix: str, theirs: Callable[[str], object]) -> tuple[Call, Call]:
    files = [str(folder / f"picture_{k}.{suffix}") for k in range(COUNT)]
    for file, picture in zip(files, moving(COUNT, 480, 640), strict=True):
        Image.fromarray(picture).save(file)

    def ours() -> torch.Tensor:
        return ImageSequence(files, SIZE).get(COUNT)  # a new one each time: nothing is in its cache

    def stacked() -> object:
        first, *others = (theirs(file) for file in files)
        return torch.stack([first, *others]) if isinstance(first, torch.Tensor) else np.stack([first, *others])

    return ours, stacked


for _suffix, _peer, _needs, _written, _theirs in (
    ("jpg", "OpenCV imread", "opencv-python-headless", 1.5, opencv),
    ("png", "OpenCV imread", "opencv-python-headless", 1.5, opencv),
    ("jpg", "Pillow", "Pillow", 1.1, pillow),
    ("jpg", "torchvision decode_image", "torchvision", 1.4, by_torchvision),
    ("jpg", "imageio", "imageio", 1.1, by_imageio),
):
    compared("Pictures", "ImageSequence", _peer, f"{COUNT} .{_suffix} of 480×640", _written, mostly(0.01), needs=_needs)(
        partial(lambda suffix, theirs, folder: build(folder, suffix, theirs), _suffix, _theirs)
    )
