"""Kinds: which files a film can be saved as, and what comes back from each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..core.errors import KnobError
from .numbers import NpySink, NpzSink, ZarrSink
from .pictures import GifSink, PngSink, WebpSink
from .sink import Sink
from .written import H264Sink, InrSink, LosslessSink


@dataclass(frozen=True)
class Kind:
    """One kind of file. `exact`: its float32 come back to the last bit. `resumable`: an export that was cut off goes on."""

    suffix: str  # none: a folder of PNGs
    sink: type[Sink]
    exact: bool
    resumable: bool
    meaning: str


KINDS = (
    Kind(".npy", NpySink, True, True, "NumPy array"),
    Kind(".npz", NpzSink, True, False, "NumPy archive, with the recipe in it"),
    Kind(".zarr", ZarrSink, True, True, "Zarr array in chunks, with the recipe in it"),
    Kind(".inr", InrSink, True, False, "INRIMAGE-4, time on ZDIM"),
    Kind(".mkv", LosslessSink, False, False, "FFV1 video: 8 bits, these exactly"),
    Kind("", PngSink, False, True, "folder of PNGs: 8 bits, these exactly"),
    Kind(".webp", WebpSink, False, False, "lossless animation: 8 bits, these exactly"),
    Kind(".gif", GifSink, False, False, "animation for looking: 8 bits, 256 colours in a frame, at most 50 frames a second"),
    Kind(".mp4", H264Sink, False, False, "H.264 video for looking: 8 bits, lossy"),
)


def kind_of(path: Path) -> Kind:
    """Gives the kind of file that a name asks for; another suffix is a `KnobError` that lists them."""
    for kind in KINDS:
        if path.suffix.lower() == kind.suffix:
            return kind
    known = " ".join(kind.suffix for kind in KINDS if kind.suffix)
    msg = f"save(path) = {str(path)!r}, {path.suffix!r} is not one of {known}; give one of these, or a folder's name for PNGs."
    raise KnobError(msg)


def table() -> str:
    """Gives the kinds as a Markdown table.

    >>> print(table().splitlines()[2])
    | `.npy` | NumPy array | exact | goes on |
    """
    rows = [
        f"| {f'`{kind.suffix}`' if kind.suffix else 'folder'} | {kind.meaning} | {'exact' if kind.exact else '8 bits'} "
        f"| {'goes on' if kind.resumable else 'anew'} |"
        for kind in KINDS
    ]
    return "\n".join(["| suffix | what it is | frames | after a kill |", "|---|---|---|---|", *rows])
