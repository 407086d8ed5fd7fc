"""Rendered digits: a stand-in for MNIST that needs no network, drawn from fonts into the same IDX files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..core import chance
from ..core.cast import frame_number
from ..core.errors import DataMissing, KnobError
from . import idx
from .glyphs import FONTS, STROKES, Glyph, glyph

MARKER: Final = "rendered-digits.json"
SIDE: Final = 28  # px
BOX: Final = 20  # px: the ink fits into a box of this size, centred by its mass, as in MNIST
_MARGIN: Final = 2  # px that stay free on every side
_FINE: Final = 2  # digits are drawn this much larger, and averaged
_BATCH: Final = 1000
Bytes = npt.NDArray[np.uint8]


def rendered_digits(folder: str | os.PathLike[str], n: int = 10_000, seed: int = 0) -> Path:
    """Draws `n` digits for training and a sixth as many for testing into `folder`, as MNIST's IDX files; gives the folder.

    `MNISTStream(folder)`, and torchvision's `MNIST(folder)`, read them like the real ones: 28×28 px, ink within 20×20,
    classes 0..9 as likely as each other. Fonts, stroke widths, proportions, slants, turns and shifts hang on `seed` and
    the number of the digit alone. A folder that holds the same digits already stays as it is; other rendered digits in
    it are replaced. Real MNIST is never overwritten: `KnobError`. A folder that cannot be written is `DataMissing`.

    >>> from workbench.core import scratch
    >>> from workbench.streams import MNISTStream
    >>> MNISTStream(rendered_digits(scratch.folder() / "few", 60, seed=1)).buffer.shape
    torch.Size([60, 28, 28])
    """
    n, seed = frame_number(n, "rendered_digits(n)"), frame_number(seed, "rendered_digits(seed)")
    if n == 0 or seed >= 2**64:
        msg = f"rendered_digits(n={n}, seed={seed}), is not a digit or more and a seed below 2⁶⁴; give n=1000, seed=0."
        raise KnobError(msg)
    folder = Path(folder)
    raw = folder / "MNIST" / "raw"
    recipe = {"n": n, "seed": seed}
    found = marked(raw)
    if found is not None and {key: found.get(key) for key in recipe} == recipe:
        return folder
    if found is None and any(idx.images(raw, train).exists() for train in idx.SPLITS):
        msg = f"rendered_digits(folder={str(folder)!r}), holds MNIST (real digits, which stay); give another folder."
        raise KnobError(msg)
    try:
        _write(raw, recipe)
    except OSError as error:
        msg = f"rendered_digits(folder={str(folder)!r}), cannot be written ({error}); give a folder where you may write."
        raise DataMissing(msg) from error
    return folder


def marked(raw: Path) -> dict[str, Any] | None:
    """Gives the recipe of the rendered digits in the folder `raw`, None where there are none."""
    try:
        recipe = json.loads((raw / MARKER).read_text("utf-8"))
        return recipe if isinstance(recipe, dict) and recipe.get("labels") == _stamp(raw) else None
    except (OSError, ValueError):
        return None


def draw(n: int, seed: int) -> tuple[Bytes, Bytes]:
    """Gives `n` digits `(n, 28, 28)` and their classes `(n,)`."""
    pieces = [_batch(seed, first, min(first + _BATCH, n)) for first in range(0, n, _BATCH)]
    return np.concatenate([piece[0] for piece in pieces]), np.concatenate([piece[1] for piece in pieces])


class _Hand(NamedTuple):
    """How some digits are written: one row for each."""

    glyphs: list[Glyph]
    matrix: npt.NDArray[np.float64]  # (n, 2, 2): from px of the glyph to px of the digit
    centre: npt.NDArray[np.float64]  # (n, 2): where the centre of mass goes, in px


def _write(raw: Path, recipe: dict[str, int]) -> None:
    """All files into a new folder, which then takes its place: never half of them."""
    raw.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix="raw-", dir=raw.parent))
    try:
        n = recipe["n"]
        pictures, classes = draw(n + max(1, n // 6), recipe["seed"])
        for train, part in ((True, slice(0, n)), (False, slice(n, None))):
            idx.write(idx.images(new, train), pictures[part])
            idx.write(idx.labels(new, train), classes[part])
        (new / MARKER).write_text(json.dumps({**recipe, "labels": _stamp(new)}), "utf-8")
        new.chmod(0o755)
        if raw.exists():
            shutil.rmtree(raw)
        new.rename(raw)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _stamp(raw: Path) -> str:
    """Real digits that are put into the place of rendered ones have other classes."""
    return hashlib.sha256(b"".join(idx.labels(raw, train).read_bytes() for train in idx.SPLITS)).hexdigest()


def _batch(seed: int, start: int, stop: int) -> tuple[Bytes, Bytes]:
    draws = chance.uniforms(seed, chance.RENDERED_DIGITS, start, stop, 9).astype(np.float64)
    classes = (10 * draws[:, 0]).astype(np.uint8)
    hand = _hand(classes, draws[:, 1:])
    return np.stack([_drawn(*one) for one in zip(*hand, strict=True)]), classes


def _hand(classes: Bytes, draws: npt.NDArray[np.float64]) -> _Hand:
    font, stroke, turn, slant, proportion, scale, right, down = draws.T
    glyphs = [
        glyph(int(f), int(s), int(digit)) for f, s, digit in zip(len(FONTS) * font, len(STROKES) * stroke, classes, strict=True)
    ]
    turn = np.deg2rad(30 * turn - 15)
    cos, sin, slant, wide = np.cos(turn), np.sin(turn), 0.5 * slant - 0.2, 0.75 + 0.5 * proportion
    # First wide, then slanted to the right (y points down), then turned.
    matrix = np.stack([wide * cos, -slant * cos - sin, wide * sin, cos - slant * sin], 1).reshape(-1, 2, 2)
    hull = np.einsum("nij,nkj->nki", matrix, np.stack([one.hull for one in glyphs]))
    zoom = ((BOX - 2 + 2 * scale) / np.ptp(hull, axis=1).max(1))[:, None, None]
    shift = np.stack([2 * right - 1, 2 * down - 1], 1)
    low, high = (zoom * hull).min(1), (zoom * hull).max(1)
    return _Hand(glyphs, zoom * matrix, np.clip(SIDE / 2 + shift, _MARGIN - low, SIDE - _MARGIN - high))


def _drawn(one: Glyph, matrix: npt.NDArray[np.float64], centre: npt.NDArray[np.float64]) -> Bytes:
    """Pillow asks where in the glyph each pixel of the digit comes from."""
    back = np.linalg.inv(matrix) / _FINE
    origin = np.array(one.centre) - back @ (_FINE * centre)
    data = (*back[0], origin[0], *back[1], origin[1])
    side = _FINE * SIDE
    large = one.picture.transform((side, side), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    return np.asarray(large.reduce(_FINE))
