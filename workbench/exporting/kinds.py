"""Kinds: which files a film can be saved as, and what comes back from each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.errors import KnobError
from .numbers import H5Sink, NpySink, NpzSink, ZarrSink
from .pictures import GifSink, PngSink, WebpSink
from .sink import Sink
from .tiff import TiffSink
from .written import EventSink, H264Sink, InrSink, LosslessSink, Vp9Sink, XvidSink


@dataclass(frozen=True)
class Kind:
    """One kind of file. `exact`: its float32 come back to the last bit. `resumable`: an export that was cut off goes on.

    `inside`: it holds its recipe; the others have it beside them, with a fingerprint of their bytes.
    """

    suffix: str  # none: a folder of PNGs
    sink: type[Sink]
    exact: bool
    resumable: bool
    meaning: str
    inside: bool = False
    other: str = ""  # the suffix that it may have, too


KINDS = (
    Kind(".npy", NpySink, True, True, "NumPy array"),
    Kind(".npz", NpzSink, True, False, "NumPy archive, with the recipe in it", inside=True),
    Kind(".zarr", ZarrSink, True, True, "Zarr array in compressed chunks, with the recipe in it", inside=True),
    Kind(".h5", H5Sink, True, True, "HDF5 dataset `frames`, with the recipe in it", inside=True, other=".hdf5"),
    Kind(
        ".tiff",
        TiffSink,
        True,
        True,
        "TIFF pages as ImageJ's (BigTIFF beyond 4 GB), with the recipe in them",
        inside=True,
        other=".tif",
    ),
    Kind(".inr", InrSink, True, False, "INRIMAGE-4, time on ZDIM"),
    Kind(".events.npy", EventSink, True, False, "records of ON and OFF events (t µs, x, y, p): counts of spikes only"),
    Kind(".bin", EventSink, True, False, "events as N-MNIST's 40 bits: up to 256×256 px and 8.38 s"),
    Kind(".aedat", EventSink, True, False, "events as AEDAT 2: up to 480×640 px"),
    Kind(".mkv", LosslessSink, False, False, "FFV1 video: 8 bits, these exactly"),
    Kind("", PngSink, False, True, "folder of PNGs: 8 bits, these exactly", inside=True),
    Kind(".webp", WebpSink, False, False, "lossless animation: 8 bits, these exactly"),
    Kind(".gif", GifSink, False, False, "animation for looking: 8 bits, 256 colours in a frame, at most 50 frames a second"),
    Kind(".mp4", H264Sink, False, False, "H.264 video for looking: 8 bits, lossy"),
    Kind(".webm", Vp9Sink, False, False, "VP9 video for looking: 8 bits, lossy"),
    Kind(".avi", XvidSink, False, False, "MPEG-4 video for looking: 8 bits, lossy"),
)


def found(path: Path) -> Kind | None:
    """Gives the kind of file that a name asks for, None where its suffix is of none: of two that fit, the longer."""
    name = path.name.lower() if path.suffix else ""
    fit = [kind for kind in KINDS if any(end and name.endswith(end) for end in (kind.suffix, kind.other))]
    fit += [kind for kind in KINDS if not kind.suffix and not name]
    return max(fit, key=lambda kind: len(kind.suffix), default=None)


def kind_of(path: Path) -> Kind:
    """Gives the kind of file that a name asks for; another suffix is a `KnobError` that lists them."""
    kind = found(path)
    if kind is not None:
        return kind
    known = " ".join(kind.suffix for kind in KINDS if kind.suffix)
    msg = f"save(path) = {str(path)!r}, {path.suffix!r} is not one of {known}; give one of these, or a folder's name for PNGs."
    raise KnobError(msg)


def table() -> str:
    """Gives the kinds as a Markdown table.

    >>> print(table().splitlines()[2])
    | `.npy` | NumPy array | exact | goes on |
    """
    rows = [f"| {_named(kind)} | {kind.meaning} | {_held(kind)} | {'goes on' if kind.resumable else 'anew'} |" for kind in KINDS]
    return "\n".join(["| suffix | what it is | frames | after a kill |", "|---|---|---|---|", *rows])


def _named(kind: Kind) -> str:
    return " ".join(f"`{ending}`" for ending in (kind.suffix, kind.other) if ending) or "folder"


def _held(kind: Kind) -> str:
    return "exact" if kind.exact else "8 bits"
