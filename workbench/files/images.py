"""ImageSequence: still pictures as a film."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from typing_extensions import override

from ..core import scratch
from ..core.block import Block
from ..core.knob import Knob, Offset, PixelPerDegree, Seconds, Size, TimeStep
from ..core.stream import Stream
from . import names, pictures
from .cache import Cache
from .format import Format
from .window import placed

_CACHE_BYTES = 64 * 2**20
_EXAMPLE = (30, 40)


class ImageSequence(Stream):
    """Pictures from files, each shown for `repeat` frames; values 0..255.

    `filenames` is a file, a glob (in natural order: frame_2 before frame_10) or a list of these, which keeps its order.
    Pictures have 8 or 16 bits (these divided by 257), are grey, RGB or palette, and are turned upright as their EXIF
    says. Alpha is dropped, not blended. Grey is the unweighted mean of R, G and B; with `is_color` there are three
    channels. `size=None` shows the whole first picture. The crop lies at `offset` (rows from the top, columns from the
    left), or in the centre. Each file is decoded once, as long as all crops fit into 64 MB.

    Raises `DataMissing` where no file is, `KnobError` for a crop that does not fit, `FormatError` for a file that is
    damaged, animated, or has more than `PIL.Image.MAX_IMAGE_PIXELS` pixels: at once for the first file, for the others
    as they are read.

    >>> film = ImageSequence.example()
    >>> film.size, film.length
    ((12, 20), 300)
    >>> film.replace(size=None, is_color=True).get(5).shape
    torch.Size([1, 3, 5, 30, 40])
    """

    filenames: names.FileNames = "*.jpg"
    size: Size | None = (50, 50)  # type: ignore[assignment]  # None only until resolved
    repeat: Annotated[int, Knob(1, 1000, "frames", "frames for which each picture is shown", hard=(1, 2**53))] = 1
    offset: Annotated[Offset | None, Knob(meaning="corner of the crop; None for the centre")] = None
    is_color: Annotated[bool, Knob(meaning="three channels instead of their mean")] = False
    _: KW_ONLY
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001
    _files: ClassVar[tuple[str, ...]]
    _shape: ClassVar[tuple[int, int]]  # of the first picture
    _crop: ClassVar[tuple[int, int]]
    _cache: ClassVar[Cache]

    @override
    def drawn(self) -> dict[str, Any]:
        return {"filenames": names.given(self.filenames, "ImageSequence.filenames")}

    @override
    def resolved(self) -> dict[str, Any]:
        files = names.matching(names.given(self.filenames, ""), "ImageSequence.filenames")
        shape = pictures.shape(files[0])
        size = self.size or shape
        placed(self.offset, size, shape, f"{files[0]}: ImageSequence")
        return {"size": size, "_crop": size, "_shape": shape, "_files": files, "_cache": Cache(_CACHE_BYTES)}

    @property
    @override
    def length(self) -> int:
        return len(self._files) * self.repeat

    @property
    @override
    def channels(self) -> int:
        return 3 if self.is_color else 1

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return (0.0, 255.0)

    @override
    def ranges(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Where the crop fits into the first picture."""
        (rows, columns), (high, wide), (top, left) = self._crop, self._shape, self.offset or (0, 0)
        return {"size": ((1, high - top), (1, wide - left)), "offset": ((0, high - rows), (0, wide - columns))}

    @override
    def read(self, start: int, stop: int) -> Block:
        film = np.empty((self.channels, stop - start, *self._crop), np.float32)
        for k in range(start // self.repeat, (stop - 1) // self.repeat + 1):
            shown = slice(max(0, k * self.repeat - start), (k + 1) * self.repeat - start)
            film[:, shown] = self._picture(self._files[k])[:, None]
        return torch.from_numpy(film)[None]

    @override
    def close(self) -> None:
        """Forgets the decoded pictures."""
        self._cache.clear()

    def _picture(self, file: str) -> npt.NDArray[np.float32]:
        return self._cache.get(file, lambda: self._cropped(file))

    def _cropped(self, file: str) -> npt.NDArray[np.float32]:
        values, white = pictures.decode(file)
        (rows, columns), shape = self._crop, (values.shape[0], values.shape[1])
        top, left = placed(self.offset, self._crop, shape, f"{file}: ImageSequence")
        return pictures.light(values[top : top + rows, left : left + columns], white, colour=self.is_color)

    @classmethod
    @override
    def example(cls) -> Self:
        """Twelve pictures of coloured light that moves, 25 frames each."""
        folder = scratch.folder() / "pictures"
        if not (folder / "frame_12.png").exists():
            folder.mkdir(exist_ok=True)
            rows, columns = np.mgrid[: _EXAMPLE[0], : _EXAMPLE[1]]
            for k in range(12):
                waves = [np.sin((columns + rows * hue) / 6 - k * np.pi / 6) for hue in (0, 1, 2)]
                colours = np.rint(127.5 + 127.5 * np.stack(waves, axis=-1)).astype(np.uint8)
                Image.fromarray(colours).save(folder / f"frame_{k + 1}.png")
        return cls(str(folder / "frame_*.png"), size=(12, 20), repeat=25)


FORMAT = Format(
    name="picture",
    suffixes=(".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".ppm", ".pgm", ".pbm", ".pnm"),
    sniff=pictures.sniff,
    reader=ImageSequence,
)
