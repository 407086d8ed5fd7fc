"""IDX, the file format of MNIST: four magic bytes, the sizes as big-endian int32, then the bytes of the array."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

SPLITS: Final = {True: "train", False: "t10k"}
_UNSIGNED_BYTE: Final = 8


def images(raw: Path, train: bool) -> Path:
    """Gives the path of the pictures of a split in the folder `raw`."""
    return raw / f"{SPLITS[train]}-images-idx3-ubyte"


def labels(raw: Path, train: bool) -> Path:
    """Gives the path of the classes of a split in the folder `raw`."""
    return raw / f"{SPLITS[train]}-labels-idx1-ubyte"


def write(path: Path, array: npt.NDArray[np.uint8]) -> None:
    """Writes an array of bytes as IDX."""
    magic = bytes((0, 0, _UNSIGNED_BYTE, array.ndim))
    path.write_bytes(magic + np.array(array.shape, ">i4").tobytes() + np.ascontiguousarray(array).tobytes())
