"""Reading: what a saved file says of its film, and its own frames as a stream."""

from __future__ import annotations

import glob
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .. import streams
from ..core.block import refuse_too_large
from ..core.errors import FormatError
from ..core.stream import Stream
from . import tiff
from .extras import needed
from .kinds import found
from .numbers import FRAMES, NEEDS_H5, NEEDS_ZARR, H5Sink
from .pictures import GifSink
from .sink import RECORD, Sink
from .written import EventSink, InrSink, VideoSink

_MOST_BYTES = 1 << 26  # of a recipe
_HDF5 = b"\x89HDF\r\n\x1a\n"


def inside(path: Path) -> str | None:
    """Gives the recipe that a file or folder holds, None where it holds none."""
    if path.is_dir():
        own = path / ("zarr.json" if (path / "zarr.json").exists() else RECORD)
        return limited(own) if own.exists() else None
    if path.suffix.lower() == ".npz":
        return _in_archive(path)
    if path.suffix.lower() in (".h5", ".hdf5"):
        return _in_hdf5(path)
    return tiff.recorded(path, _MOST_BYTES) if path.suffix.lower() in (".tif", ".tiff") else None


def limited(path: Path) -> str:
    """Gives the text of a file, as much of it as a recipe can have."""
    with path.open("rb") as file:
        return file.read(_MOST_BYTES).decode(errors="replace")


def frames(path: Path, record: dict[str, Any]) -> Stream:
    """Gives the file itself as a stream: all of each frame, at the times that they were saved for."""
    kind, dt = found(path), record["dt"]
    sink: type[Sink] = kind.sink if kind else Sink
    told: dict[str, Any] = {
        "pixel_per_degree": record["pixel_per_degree"],
        "t_zero": record["t_zero"] + record["start"] * dt,
        "dt": dt,
    }
    if (path / "zarr.json").exists():
        return _in_memory(path, record, told, _of_zarr)
    if path.is_dir():
        return streams.ImageSequence(f"{glob.escape(str(path))}/frame_*.png", None, is_color=record["channels"] == 3, **told)
    if issubclass(sink, H5Sink | tiff.TiffSink):
        return _in_memory(path, record, told, _of_hdf5 if sink is H5Sink else _of_tiff)
    if sink is EventSink:
        return streams.EventReader(str(path), tuple(record["size"]), **told)
    if sink is InrSink:
        told["time_dimension"] = "ZDIM"
    if issubclass(sink, VideoSink | GifSink):
        told.update(size=None, mode="rgb" if record["channels"] == 3 else "r")
    return streams.open(path, **told)


def _in_archive(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            if RECORD in archive.namelist():
                with archive.open(RECORD) as member:
                    return member.read(_MOST_BYTES).decode(errors="replace")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError):
        return None  # whoever reads its frames says what is wrong
    except (RuntimeError, NotImplementedError) as error:  # locked by a password, or packed in another way
        msg = f"{path}: its {RECORD}, is not as save writes it ({error}); save it again."
        raise FormatError(msg) from error
    return None


def _in_hdf5(path: Path) -> str | None:
    with path.open("rb") as file:
        if file.read(len(_HDF5)) != _HDF5:
            msg = f"{path}: its bytes, are not HDF5 as its suffix says; save it again."
            raise FormatError(msg)
    h5py = needed("h5py", NEEDS_H5)
    try:
        with h5py.File(path, "r") as file:
            told = file[FRAMES].attrs.get("workbench") if _is_own(h5py, file) else None
            names = ", ".join(sorted(map(repr, file))[:8])
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        msg = f"{path}: cannot be read as HDF5 ({error}); it is damaged: save it again."
        raise FormatError(msg) from error
    if isinstance(told, str):
        return told
    msg = (
        f"{path}: holds {names or 'nothing'}, is no film that save wrote; read it by h5py and give its array, for example "
        "SequenceStream(h5py.File(path)['name'][:])."
    )
    raise FormatError(msg)


def _is_own(h5py: Any, file: Any) -> bool:
    """Whether its frames are in this very file: others' may point to any file of this machine."""
    if not isinstance(file.get(FRAMES, getlink=True), h5py.HardLink) or not isinstance(file[FRAMES], h5py.Dataset):
        return False
    return not file[FRAMES].is_virtual and file[FRAMES].external is None


def _in_memory(
    path: Path, record: dict[str, Any], told: dict[str, Any], read: Callable[[Path, tuple[int, ...]], np.ndarray]
) -> Stream:
    """All frames of a file: a `KnobError` where they would fill the memory."""
    shape = (record["frames"], record["channels"], *record["size"])
    refuse_too_large(shape, f"from_file({str(path)!r})")
    block = np.moveaxis(read(path, shape), 1, 0)[None]
    return streams.SequenceStream(block, None, max_frames=max(5000, shape[0]), **told)


def _of_zarr(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    return _channels_first(path, needed("zarr", NEEDS_ZARR).open_array(path, mode="r"), shape)


def _of_hdf5(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    with needed("h5py", NEEDS_H5).File(path, "r") as file:
        return _channels_first(path, file[FRAMES], shape)


def _of_tiff(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    return tiff.numbers(path, shape)


def _channels_first(path: Path, array: Any, shape: tuple[int, ...]) -> np.ndarray:
    time, channels, *size = shape
    wanted = (time, *size) if channels == 1 else (time, *size, channels)
    if array.shape != wanted:
        msg = f"{path}: shape = {array.shape}, is not the {wanted} that its recipe says (it was changed); save it again."
        raise FormatError(msg)
    numbers = np.asarray(array[:])
    return numbers[:, None] if channels == 1 else np.moveaxis(numbers, 3, 1)
