"""IDX, the file format of MNIST: four magic bytes, the sizes as big-endian int32, then the bytes of the array."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ..core.errors import FormatError

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


def read(path: Path) -> npt.NDArray[np.uint8]:
    """Gives the array of bytes in an IDX file; what is none, is cut off or has something after it is a `FormatError`."""
    data = path.read_bytes()
    dimensions = data[3] if len(data) > 3 else 0
    start = 4 + 4 * dimensions
    shape = np.frombuffer(data[4:start], ">u4") if len(data) >= start else np.zeros(0)
    size = int(np.prod(shape.astype(np.float64)))
    if data[:3] != bytes((0, 0, _UNSIGNED_BYTE)) or dimensions == 0 or len(shape) == 0 or len(data) - start != size:
        msg = f"{path}: {len(data)} bytes, are not IDX (bytes after their sizes); remove {path.parent} and fetch it again."
        raise FormatError(msg)
    return np.frombuffer(data, np.uint8, offset=start).reshape([int(one) for one in shape])
