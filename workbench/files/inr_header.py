"""The header of INRIMAGE-4: text of `KEY=value` lines that says what numbers follow it.

`#INRIMAGE-4#{`, the lines in any order (those that begin with # are comments), newlines up to a length that is a multiple of 256
bytes, the last four of which are `##}` and a newline. The numbers lie V fastest, then X, Y, Z.
An earlier writer left a header of 255 bytes that ends in `##}`; behind it whole frames lie one after another, V slowest.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn

import numpy as np

from ..core.errors import FormatError

MAGIC: Final = b"#INRIMAGE-4#{"
EARLY_BYTES: Final = 255  # of the earlier writer's header
MOST_BYTES: Final = 1 << 16  # of a header with all its comments

Cpu = Literal["decm", "alpha", "pc", "sun"]  # written: CImg takes "sgi" for little-endian
Time = Literal["VDIM", "ZDIM"]
ORDERS: Final = {"decm": "<", "alpha": "<", "pc": "<", "sun": ">", "sgi": ">"}

_SIZES = ("XDIM", "YDIM", "ZDIM", "VDIM")
_KINDS = {"float": "f", "unsigned fixed": "u", "signed fixed": "i"}
_KIND_NAMES = {kind: name for name, kind in _KINDS.items()}
_BLOCK = 256
_FRAMES_FIRST = "# frames lie one after another, V slowest"


@dataclass(frozen=True)
class InrHeader:
    """What a header says: `shape` is (Z, Y, X, V), a stored number n stands for n·2^`scale`, the numbers begin at byte `length`.

    `frames_first`: V is the slowest axis, not the fastest. `voxel` is (VX, VY, VZ), 1 where the file is silent.
    """

    shape: tuple[int, int, int, int]
    dtype: np.dtype[Any]
    scale: int = 0
    length: int = _BLOCK
    frames_first: bool = False
    voxel: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def stop(self) -> int:
        """The first byte behind the numbers."""
        return self.length + math.prod(self.shape) * self.dtype.itemsize


def read_header(start: bytes, size: int, name: str) -> InrHeader:
    """Gives what the first bytes of a file say; `size` is that of the whole file, modulo 2³².

    Anything else is a `FormatError` that names the file and the place.
    """
    if not start.startswith(MAGIC):
        _refuse(name, 0, start[: len(MAGIC)], f"{MAGIC.decode()} (the beginning of an INRIMAGE-4 file)")
    early = start[252:255] == b"##}"
    if early and start[255:256] != b"\n":
        return _header(_values(start[len(MAGIC) : 252], name), EARLY_BYTES, name, frames_first=True)
    length = _length(start)
    if length is None:
        _refuse(name, len(start), "no end of the header", "##} and a newline at a multiple of 256 bytes")
    text = start[len(MAGIC) : length - 4]
    header = _header(_values(text, name), length, name, frames_first=_FRAMES_FIRST.encode() in text)
    if early and (header.stop - 1 - size) % 2**32 == 0:  # nothing in the file tells the two apart
        whole = f"{header.stop} (or the newline at byte 255 is the first of the numbers, behind the header of an earlier writer)"
        _refuse(name, size, "the end", whole)
    return header


def write_header(header: InrHeader, cpu: str) -> bytes:
    """Gives a header as bytes, its length a multiple of 256."""
    z, y, x, v = header.shape
    lines = [MAGIC.decode(), f"XDIM={x}", f"YDIM={y}", f"ZDIM={z}", f"VDIM={v}"]
    lines += [f"TYPE={_KIND_NAMES[header.dtype.kind]}", f"PIXSIZE={8 * header.dtype.itemsize} bits"]
    lines += [f"SCALE=2**{header.scale}"] if header.dtype.kind in "iu" else []
    lines += [f"CPU={cpu}"] + [f"{key}={value:g}" for key, value in zip(("VX", "VY", "VZ"), header.voxel, strict=True)]
    lines += [_FRAMES_FIRST] if header.frames_first else []
    text = "\n".join(lines).encode() + b"\n"
    return text.ljust(-(-(len(text) + 4) // _BLOCK) * _BLOCK - 4, b"\n") + b"##}\n"


def _length(start: bytes) -> int | None:
    ends = range(_BLOCK, len(start) + 1, _BLOCK)
    return next((end for end in ends if start[end - 4 : end] == b"##}\n"), None)


def _values(text: bytes, name: str) -> dict[str, tuple[str, int]]:
    """Gives the value of every key, and the byte where its line begins."""
    found: dict[str, tuple[str, int]] = {}
    place = len(MAGIC)
    for line in text.decode("latin1").split("\n"):
        key, equals, value = (part.strip() for part in line.partition("="))
        if key and not key.startswith("#"):
            if not equals:
                _refuse(name, place, line, "KEY=value")
            if key in found and found[key][0] != value:
                _refuse(name, place, line, f"the {key}={found[key][0]} of byte {found[key][1]}")
            found[key] = (value, place)
        place += len(line) + 1
    return found


def _header(values: dict[str, tuple[str, int]], length: int, name: str, *, frames_first: bool) -> InrHeader:
    x, y, z, v = (int(_match(values, key, r"\+?0*([1-9]\d{0,17})", "a whole number from 1", name)) for key in _SIZES)
    kind = _KINDS[
        re.sub(
            r"\s+", " ", _match(values, "TYPE", r"(float|(?:un)?signed\s+fixed)", "float, unsigned fixed or signed fixed", name)
        )
    ]
    widths = "32|64" if kind == "f" else "8|16|32|64"
    bits = int(_match(values, "PIXSIZE", rf"({widths})(?:\s*bits?)?", f"{widths} bits", name))
    order = ORDERS[_match(values, "CPU", f"({'|'.join(ORDERS)})", ", ".join(ORDERS), name)]
    scale = int(_match(values, "SCALE", r"2\s*\*\*\s*([+-]?\d{1,3})", "2**n, n of three digits at most", name, "2**0"))
    number = r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?)"
    vx, vy, vz = (float(_match(values, key, number, "a number", name, "1")) for key in ("VX", "VY", "VZ"))
    dtype = np.dtype(f"{order}{kind}{bits // 8}")
    return InrHeader((z, y, x, v), dtype, 0 if kind == "f" else scale, length, frames_first, (vx, vy, vz))


def _match(values: dict[str, tuple[str, int]], key: str, pattern: str, wanted: str, name: str, default: str | None = None) -> str:
    value, place = values.get(key, (default, len(MAGIC)))
    if value is None:
        _refuse(name, place, f"no {key}", f"a header with {key}={wanted}")
    match = re.fullmatch(pattern, value, re.ASCII)
    if match is None:
        _refuse(name, place, f"{key}={value}", wanted)
    return match[1]


def _refuse(name: str, place: int, found: object, wanted: str) -> NoReturn:
    shown = repr(found)[:80]
    msg = f"{name}: byte {place}, {shown}, is not {wanted}; write the file again, or mend its header."
    raise FormatError(msg)
