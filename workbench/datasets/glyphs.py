"""Glyphs: the ten digits in several fonts and strokes, drawn large, once."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ..core.errors import ExtraMissing

# All come with matplotlib, so the digits are alike on every machine.
FONTS: Final = (
    "DejaVuSans.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Oblique.ttf", "DejaVuSerif.ttf",
    "DejaVuSerif-Italic.ttf", "STIXGeneral.ttf", "STIXGeneralItalic.ttf", "STIXGeneralBol.ttf", "cmr10.ttf",
    "cmss10.ttf", "cmtt10.ttf",
)  # fmt: skip
STROKES: Final = (0, 1, 2)  # px of the glyph that its stroke grows by on either side
SIDE: Final = 112  # px
_HEIGHT: Final = 80  # px, the size of the font
_DIRECTIONS: Final = 64


class Glyph(NamedTuple):
    """A digit, white on black, `SIDE` px wide and high; its centre of mass (x, y); and how far its ink reaches from there."""

    picture: Image.Image
    centre: tuple[float, float]
    hull: npt.NDArray[np.float64]  # (x, y) of the outermost ink in each of some directions, from the centre


@functools.cache
def glyph(font: int, stroke: int, digit: int) -> Glyph:
    """Gives a digit 0..9 in one of `FONTS` and `STROKES`."""
    picture = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(picture)
    pen.text((SIDE / 2, SIDE / 2), str(digit), 255, _font(font), anchor="mm", stroke_width=STROKES[stroke])
    picture = picture.filter(ImageFilter.GaussianBlur(1))  # it will be shrunk by about four: no jagged edges
    rows, columns = np.nonzero(np.asarray(picture) > 127)
    ink = np.stack([columns + 0.5, rows + 0.5], 1)
    centre = ink.mean(0)
    angles = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    outermost = (ink @ np.stack([np.cos(angles), np.sin(angles)])).argmax(0)
    return Glyph(picture, (float(centre[0]), float(centre[1])), ink[outermost] - centre)


@functools.cache
def _font(number: int) -> ImageFont.FreeTypeFont:
    found = importlib.util.find_spec("matplotlib")  # where it is; it is not loaded
    if found is None or not found.submodule_search_locations:
        msg = "rendered_digits needs the fonts of matplotlib, which is not installed; pip install stimulus-workbench."
        raise ExtraMissing(msg)
    path = Path(found.submodule_search_locations[0], "mpl-data", "fonts", "ttf", FONTS[number])
    try:
        return ImageFont.truetype(str(path), _HEIGHT)
    except (OSError, ImportError) as error:
        msg = f"rendered_digits: font = {path}, cannot be loaded ({error}); pip install --force-reinstall matplotlib Pillow."
        raise ExtraMissing(msg) from error
