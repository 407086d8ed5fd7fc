"""Where the numbers of a .npy or .npz file lie, read without running anything that is in the file.

Formats: numpy.lib.format (NEP 1) versions 1.0 to 3.0, and ZIP members stored or deflated, as numpy writes them.
"""

from __future__ import annotations

import re
import struct
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from ..core.errors import FormatError, KnobError
from .layout import Layout
from .packed import Packed
from .stored import head, refuse_incomplete

MAGIC: Final = b"\x93NUMPY"
ZIP_MAGIC: Final = b"PK\x03\x04"
_HEADER_BYTES = 10_000  # numpy's own limit
_ENTRY = re.compile(r"""\s*['"](\w+)['"]\s*:\s*(?:['"]([^'"]*)['"]|(True|False)|\(([\dL,\s]*)\))\s*""")
_NUMBERS = re.compile(r"[<>=|]?(\?|[biuf]\d{1,2})")
_READABLE = "bits, integers and floats can be read; save it as one of these"


def npy_layout(path: Path, key: str | None) -> Layout:
    """Gives the layout of the array in a .npy file, or of the first one (that named `key`) in a .npz.

    Raises `FormatError` for what is neither, is damaged, or holds anything but real numbers; `KnobError` for a wrong key.
    """
    start = head(path, 12 + _HEADER_BYTES)
    if start.startswith(ZIP_MAGIC):
        return _member_layout(path, key)
    if key is not None:
        msg = f"NumpyReader.key = {key!r}, is not needed ({path} holds one array without a name); leave key out."
        raise KnobError(msg)
    layout = parse(start, str(path))
    refuse_incomplete(str(path), path.stat().st_size, layout.stop)
    return layout


def parse(start: bytes, name: str) -> Layout:
    """Gives the layout that the first bytes of a .npy file tell, for a film with time first, or third of five axes."""
    if not start.startswith(MAGIC):
        msg = f"{name}: byte 0, {start[:6]!r}, is not {MAGIC!r} (.npy) or {ZIP_MAGIC!r} (.npz); write it by numpy.save."
        raise FormatError(msg)
    text, offset = _header(start, name)
    entries = _entries(text)
    if set(entries) != {"descr", "fortran_order", "shape"}:
        msg = (
            f"{name}: byte 10, header {text.strip()[:80]!r}, is not descr, fortran_order and shape of plain numbers; {_READABLE}."
        )
        raise FormatError(msg)
    shape = tuple(int(one.strip(" L")) for one in entries["shape"].split(",") if one.strip())
    axis, order = 2 if len(shape) == 5 else 0, tuple(range(len(shape)))
    if entries["fortran_order"] == "True":
        shape, axis, order = shape[::-1], len(shape) - 1 - axis, order[::-1]
    return Layout(offset, _dtype(entries["descr"], name), shape, axis, order)


def header(shape: tuple[int, ...]) -> bytes:
    """Gives the header of a .npy file of little-endian float32, always of 128 bytes for up to five axes."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    return MAGIC + b"\1\0" + struct.pack("<H", 118) + text.ljust(117).encode() + b"\n"


def _header(start: bytes, name: str) -> tuple[str, int]:
    """Gives the text of the header, and where the numbers begin."""
    wide = start[6:7] in (b"\2", b"\3")
    first = 12 if wide else 10
    length = int.from_bytes(start[8:first], "little")
    if start[6:8] not in (b"\1\0", b"\2\0", b"\3\0") or len(start) < first + length or length > _HEADER_BYTES:
        msg = f"{name}: byte 6, version {tuple(start[6:8])} and {length} bytes, are no header of version 1 to 3; write it again."
        raise FormatError(msg)
    return start[first : first + length].decode("latin1"), first + length


def _entries(text: str) -> dict[str, str]:
    """Gives the entries of a dict of texts, switches and shapes; nothing where it holds anything else. Never evaluated."""
    text = text.strip()
    if not (text.startswith("{") and text.endswith("}")):
        return {}
    found, place = {}, 1
    while match := _ENTRY.match(text, place):
        found[match[1]] = next(value for value in match.groups()[1:] if value is not None)
        place = match.end() + (text[match.end()] == ",")
    return found if not text[place:-1].strip() else {}


def _dtype(descr: str, name: str) -> np.dtype[Any]:
    try:
        if _NUMBERS.fullmatch(descr):
            return np.dtype(descr)
    except TypeError:
        pass
    kind = "pickled objects, which are never read" if "O" in descr else "no real numbers"
    msg = f"{name}: byte 10, descr = {descr[:40]!r}, is not a number type ({kind}); {_READABLE}."
    raise FormatError(msg)


def _member_layout(path: Path, key: str | None) -> Layout:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {one.filename.removesuffix(".npy"): one for one in archive.infolist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        msg = f"{path}: the list of its arrays cannot be read ({error}); write it again by numpy.savez."
        raise FormatError(msg) from error
    if not members:
        msg = f"{path}: holds no array (an empty .npz); write it again by numpy.savez."
        raise FormatError(msg)
    if key is not None and key not in members:
        msg = f"NumpyReader.key = {key!r}, is not an array in {path}; give one of {', '.join(map(repr, members))}."
        raise KnobError(msg)
    name = next(iter(members)) if key is None else key
    return _in_archive(path, members[name], f"{path}[{name!r}]")


def _in_archive(path: Path, member: zipfile.ZipInfo, name: str) -> Layout:
    """Stored members are read where they lie, deflated ones are unpacked."""
    place = _data_place(path, member, name)

    def source() -> IO[bytes]:
        return zipfile.ZipFile(path).open(member)

    packed = Packed(path, source, member.compress_size)
    layout = parse(packed.first(12 + _HEADER_BYTES), name)
    refuse_incomplete(name, member.file_size, layout.stop)
    if member.compress_type == zipfile.ZIP_STORED:
        return replace(layout, offset=place + layout.offset)
    packed = replace(packed, wanted=layout.stop)
    packed.check()
    return replace(layout, packed=packed)


def _data_place(path: Path, member: zipfile.ZipInfo, name: str) -> int:
    """Gives the byte where a member's data begins, after checking that all of them can be there."""
    size, start = path.stat().st_size, member.header_offset
    with path.open("rb") as file:
        file.seek(start if 0 <= start < size else size)
        local = file.read(30)
    whole = len(local) == 30 and local.startswith(ZIP_MAGIC)
    place = start + 30 + sum(struct.unpack("<HH", local[26:30])) if whole else size + 1
    if place + member.compress_size > size:
        msg = f"{name}: byte {start}, its {member.compress_size} bytes are not all there (the file has {size}); write it again."
        raise FormatError(msg)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
        msg = (
            f"{name}: compression {member.compress_type}, is not stored or deflated without a password; write it by numpy.savez."
        )
        raise FormatError(msg)
    return place
