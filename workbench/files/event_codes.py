"""How event files hold their events: N-MNIST's 40 bits, NumPy records, and AEDAT 2."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.errors import FormatError, ShapeError
from .records import EVENT, Events, as_events

Bytes = npt.NDArray[np.uint8]
Size = tuple[int, int]

NMNIST_SIZE: Final = (34, 34)
NPY_MAGIC: Final = b"\x93NUMPY"
AEDAT_MAGIC: Final = b"#!AER-DAT2.0"
_AEDAT_SIZE: Final = (480, 640)
_AEDAT_HEAD: Final = (
    AEDAT_MAGIC + b"\r\n# int32 address, int32 timestamp (us), big-endian\r\n"
    b"# AEChip: eu.seebetter.ini.chips.davis.Davis640\r\n#End Of ASCII Header\r\n"
)  # fmt: skip
# Lines of text that begin with #; an event may begin with that byte, too, so jAER marks the last line.
_HEADER: Final = re.compile(rb"(?:#(?!End Of ASCII Header)[^\x00-\x08\x0b\x0c\x0e-\x1f\n]*\n)*(?:#End Of ASCII Header\r?\n)?")
# Rows and columns of the sensors whose layout of bits is known, by the names of their classes in the header.
_DAVIS: Final = {"davis240": (180, 240), "davis346": (260, 346), "davis640": _AEDAT_SIZE, "davis208": (192, 208)}


class Code(NamedTuple):
    """One way to hold events: what a file begins with for so many events, their bytes, and back (with the sensor's size)."""

    suffix: str
    head: Callable[[int], bytes]
    encode: Callable[[Events, str], npt.NDArray[Any]]
    decode: Callable[[Path], tuple[Events, Size | None]]


def encode_bin(records: Events, name: str) -> Bytes:
    """Gives events as N-MNIST's 40 bits, `(n, 5)`: x 8, y 8, p 1, t 23 bits (µs), the highest bit first.

    Source: garrickorchard.com/datasets/n-mnist. What does not fit (8.39 s, 256 px) is a `FormatError`.
    """
    _refuse_outside(records, name, 2**23, (256, 256))
    t = records["t"]
    columns = (records["x"], records["y"], records["p"] * 128 + (t >> 16), t >> 8 & 255, t & 255)
    return np.stack(columns, 1).astype(np.uint8)


def decode_bin(path: Path) -> tuple[Events, Size | None]:
    """Gives the events of a file of 40-bit records; another length is a `FormatError`."""
    raw = np.fromfile(path, np.uint8)
    if path.suffix == ".part":
        raw = raw[: len(raw) // 5 * 5]  # a killed recording may end in the middle of an event
    if len(raw) % 5:
        msg = f"{path}: {len(raw)} bytes, is not a multiple of 5 (40 bits an event); it is cut off, or no N-MNIST file."
        raise FormatError(msg)
    x, y, high, middle, low = raw.reshape(-1, 5).astype(np.int64).T
    records = _records((high & 127) << 16 | middle << 8 | low, x, y, high >= 128)
    return records, NMNIST_SIZE


def head_npy(count: int) -> bytes:
    """Gives the header of a .npy file of `count` events: as long for any count."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        out, {"descr": np.lib.format.dtype_to_descr(EVENT), "fortran_order": False, "shape": (count,)}
    )
    return out.getvalue()


def decode_npy(path: Path) -> tuple[Events, Size | None]:
    """Gives the events of a .npy file of records t, x, y, p in any order; pickled objects are never read."""
    try:
        return as_events(np.array(np.load(path, mmap_mode="r", allow_pickle=False))), None
    except (ValueError, EOFError, OSError) as error:
        msg = f"{path}: is not a whole .npy of records t, x, y and p ({error}); save such an array by numpy.save."
        raise FormatError(msg) from error


def encode_aedat(records: Events, name: str) -> npt.NDArray[Any]:
    """Gives events as AEDAT 2 has them of a DAVIS, `(n, 2)`: address (y 30–22, x 21–12, p 11), time (µs), big-endian int32.

    Row 0 of the sensor is at the bottom. Source: docs.inivation.com, AEDAT 2.0.
    """
    _refuse_outside(records, name, 2**31, _AEDAT_SIZE)
    y = _AEDAT_SIZE[0] - 1 - records["y"].astype(np.int64)
    address = y << 22 | records["x"].astype(np.int64) << 12 | records["p"].astype(np.int64) << 11
    return np.stack([address, records["t"]], 1).astype(">i4")


def decode_aedat(path: Path) -> tuple[Events, Size | None]:
    """Gives the events of an AEDAT 2 file of a DVS128 or a DAVIS, and its sensor's size; frames, IMU and signals are left out."""
    raw = path.read_bytes()
    head, body = _parted(raw, path)
    pairs = np.frombuffer(body, ">i4").reshape(-1, 2).astype(np.int64)
    address, t = pairs[:, 0] & 0xFFFFFFFF, pairs[:, 1]
    chip = (re.findall(r"AEChip:\s*(\S+)", head) or ["DVS128"])[-1].lower()
    if "dvs128" in chip:
        size, kept = (128, 128), address >> 15 == 0
        x, y, p = address >> 1 & 127, address >> 8 & 127, address & 1
    else:
        found = [size for name, size in _DAVIS.items() if name in chip]
        if not found:
            msg = f"{path}: AEChip {chip}, is not a DVS128 or one of {', '.join(_DAVIS)} (known sensors); convert it to .npy."
            raise FormatError(msg)
        size, kept = found[0], address & (1 << 31 | 1 << 10) == 0
        x, y, p = address >> 12 & 1023, address >> 22 & 511, address >> 11 & 1
    return _records(t, x, size[0] - 1 - y, p == 1)[kept], size


CODES: Final = (
    Code(".bin", lambda _: b"", encode_bin, decode_bin),
    Code(".npy", head_npy, lambda records, _: records, decode_npy),
    Code(".aedat", lambda _: _AEDAT_HEAD, encode_aedat, decode_aedat),
)


def holds_records(head: bytes) -> bool:
    """Tells whether a .npy file that begins so holds event records."""
    return head.startswith(NPY_MAGIC) and all(f"('{name}'," in head[:512].decode("latin-1") for name in EVENT.names or ())


def holds_events(head: bytes) -> bool:
    """Tells whether a file that begins so holds events. N-MNIST's have no mark of their own, but their times never go back."""
    if head.startswith((AEDAT_MAGIC, NPY_MAGIC)):
        return head.startswith(AEDAT_MAGIC) or holds_records(head)
    _, _, high, middle, low = np.frombuffer(head[: len(head) // 5 * 5], np.uint8).reshape(-1, 5).astype(np.int64).T
    times = (high & 127) << 16 | middle << 8 | low
    return len(times) > 0 and bool((np.diff(times) >= 0).all())


def _parted(raw: bytes, path: Path) -> tuple[str, bytes]:
    """The header lines and the rest."""
    if not raw.startswith(AEDAT_MAGIC):
        msg = f"{path}: byte 0, {raw[:12]!r}, is not {AEDAT_MAGIC!r} (AEDAT 2); convert other versions to .npy."
        raise FormatError(msg)
    head = _HEADER.match(raw)
    place = head.end() if head else 0
    if path.suffix == ".part":
        raw = raw[: place + (len(raw) - place) // 8 * 8]
    if (len(raw) - place) % 8:
        msg = f"{path}: {len(raw) - place} bytes from byte {place} on, is not a multiple of 8 (address and time); it is cut off."
        raise FormatError(msg)
    return raw[:place].decode("latin-1"), raw[place:]


def _records(t: Any, x: Any, y: Any, p: Any) -> Events:
    records = np.empty(len(t), EVENT)
    records["t"], records["x"], records["y"], records["p"] = t, x, y, p
    return records


def _refuse_outside(records: Events, name: str, end: int, size: Size) -> None:
    for axis, limit in (("t", end), ("y", size[0]), ("x", size[1])):
        values = records[axis]
        if len(values) and not 0 <= values.min() <= values.max() < limit:
            msg = f"{name}: {axis} = {values.min()} … {values.max()}, is not in 0 … {limit - 1} (what its bits hold); write .npy."
            raise ShapeError(msg)
