"""Pictures: one still picture from a file, upright and in its own depth, or the reason why not."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, UnidentifiedImageError

from ..core.errors import DataMissing, FormatError, WorkbenchError

Floats = npt.NDArray[np.float32]
Values = npt.NDArray[Any]

KINDS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM")  # none of these runs a program to decode, as EPS does
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF87a", b"GIF89a")
_OTHER_MAGIC = re.compile(rb"RIFF....WEBP|BM....\0\0\0\0|P[1-6]\s", re.DOTALL)

_PLAIN = ("L", "RGB", "I;16", "I;16B", "I;16L", "I;16N")
_THROUGH = {"1": "L", "P": "RGBA", "PA": "RGBA", "La": "LA", "RGBa": "RGBA"}
_ALPHA = {"LA": 1, "RGBA": 3, "RGBX": 3}
_COLOUR = ("RGB", "RGBA", "RGBX")
_ORIENTATION = 0x0112
_PHOTOMETRIC = 0x0106


def sniff(head: bytes) -> bool:
    """Tells whether these first bytes begin a picture.

    >>> sniff(b"GIF89a"), sniff(b"hello")
    (True, False)
    """
    return head.startswith(_MAGIC) or _OTHER_MAGIC.match(head) is not None


def shape(file: str) -> tuple[int, int]:
    """Gives rows and columns of the upright picture from its header."""
    with _opened(file) as (_, picture):
        columns, rows = picture.size
        return (columns, rows) if _orientation(picture) >= 5 else (rows, columns)


def decode(file: str) -> tuple[Values, int]:
    """Gives the upright picture, `(rows, columns)` or `(rows, columns, 3)` without alpha, and its value of white."""
    with _opened(file) as (raw, picture):
        values, white = _deep(raw, picture) if _is_deep(picture) else _plain(file, picture)
        return _upright(values, _orientation(picture)), white


def light(values: Values, white: int, *, colour: bool) -> Floats:
    """Gives a picture as 0..255, `(channel, rows, columns)`: three channels, or the unweighted mean of R, G and B.

    >>> light(np.full((1, 1, 3), [3, 6, 30], np.uint8), 255, colour=False).tolist()
    [[[13.0]]]
    """
    planes = [values] if values.ndim == 2 else [values[..., k] for k in range(3)]
    if colour:
        return _scaled(np.stack(planes * (3 // len(planes))), white)
    return _scaled(np.asarray(np.sum(planes, axis=0, dtype=np.uint32))[None], len(planes) * white)


def _scaled(values: Values, white: int) -> Floats:
    scaled: Floats = np.divide(values, white / 255, dtype=np.float64).astype(np.float32)
    return scaled


@contextlib.contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, ImageFile.ImageFile]]:
    """Gives the open file and its picture, not yet decoded; every fault of file or decoder gets a name."""
    with _bytes(file) as raw, _named_faults(file, raw):
        Image.open(raw, formats=KINDS).verify()  # checksums of PNG; a verified picture cannot be decoded any more
        raw.seek(0)
        picture = Image.open(raw, formats=KINDS)
        _refuse(file, picture)
        yield raw, picture


def _bytes(file: str) -> BinaryIO:
    try:
        return Path(file).open("rb")
    except OSError as error:
        msg = f"{file}: cannot be opened ({error.strerror}); give a file that is there and may be read."
        raise DataMissing(msg) from error


@contextlib.contextmanager
def _named_faults(file: str, raw: BinaryIO) -> Iterator[None]:
    try:
        yield
    except WorkbenchError:
        raise
    except UnidentifiedImageError as error:
        raw.seek(0)
        head = raw.read(12)
        kinds = ", ".join(KINDS)
        msg = f"{file}: begins {head!r}, is no whole picture of a kind that is read ({kinds}); save it again as PNG."
        raise FormatError(msg) from error
    except Exception as error:  # a decoder may raise anything on damaged bytes
        reason = str(error) or type(error).__name__
        msg = f"{file}: cannot be decoded ({reason}), is not a sound picture; save it again as PNG."
        raise FormatError(msg) from error


def _refuse(file: str, picture: ImageFile.ImageFile) -> None:
    columns, rows = picture.size
    most = Image.MAX_IMAGE_PIXELS
    if most is not None and rows * columns > most:
        msg = f"{file}: {rows}×{columns} pixels, are more than PIL.Image.MAX_IMAGE_PIXELS = {most}; make it smaller."
        raise FormatError(msg)
    if getattr(picture, "is_animated", False) and picture.format != "MPO":  # a JPEG that carries previews of itself
        how = "save each page as PNG" if picture.format == "TIFF" else "open it with VideoReader, or save each frame as PNG"
        msg = f"{file}: has several frames, is no still picture; {how}."
        raise FormatError(msg)


def _plain(file: str, picture: ImageFile.ImageFile) -> tuple[Values, int]:
    mode = _THROUGH.get(picture.mode, picture.mode)
    if picture.mode == "I" and picture.format in ("PNG", "PPM"):  # 16 bits in a wider room
        return np.asarray(picture), 65535
    if mode not in (*_PLAIN, *_ALPHA) or (picture.format == "TIFF" and _is_odd(picture)):
        wanted = "8 or 16 bits of grey, RGB or palette"
        msg = f"{file}: pixels of mode {picture.mode}, are not {wanted}; save it as an 8 or 16-bit PNG."
        raise FormatError(msg)
    values = np.asarray(picture if mode == picture.mode else picture.convert(mode))
    if mode in _ALPHA:
        values = values[..., 0] if mode == "LA" else values[..., :3]
    return values, 65535 if mode.startswith("I;16") else 255


def _is_odd(picture: ImageFile.ImageFile) -> bool:
    """Grey TIFFs whose white Pillow leaves wrong: 12 bits, and 16 bits of which 0 is white."""
    tags: Any = getattr(picture, "tag_v2", {})
    return picture.mode.startswith("I;16") and ("I;12" in str(picture.tile) or tags.get(_PHOTOMETRIC) == 0)


def _is_deep(picture: ImageFile.ImageFile) -> bool:
    """More than 8 bits a channel, which Pillow would cut down in silence."""
    if picture.mode not in _COLOUR or not picture.tile:
        return False
    return ";16" in str(picture.tile[0].args) or (picture.format == "PPM" and _maximum(picture) > 255)


def _maximum(picture: ImageFile.ImageFile) -> int:
    """The value of white that a PPM declares."""
    args: Any = picture.tile[0].args
    return int(args[1])


def _deep(raw: BinaryIO, picture: ImageFile.ImageFile) -> tuple[Values, int]:
    import cv2  # noqa: PLC0415 - slow to import, and seldom needed

    raw.seek(0)
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # our error says it
    try:
        values = cv2.imdecode(np.frombuffer(raw.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    finally:
        cv2.utils.logging.setLogLevel(level)
    if values is None or values.dtype != np.uint16 or values.shape[:2] != picture.size[::-1]:
        msg = "16-bit colour that OpenCV cannot decode"
        raise ValueError(msg)
    return values[..., 2::-1], _maximum(picture) if picture.format == "PPM" else 65535


def _orientation(picture: ImageFile.ImageFile) -> int:
    if picture.format == "TIFF":  # both decoders turn it by themselves
        return 1
    return int(picture.getexif().get(_ORIENTATION, 1))


def _upright(values: Values, orientation: int) -> Values:
    """EXIF 2.32, tag 0x0112: transposed first, then mirrored."""
    if orientation >= 5:
        values = values.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    return values[:, ::-1] if orientation in (2, 3, 6, 7) else values
