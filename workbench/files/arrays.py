"""NumPy's files: NumpyReader and NpyWriter."""

from __future__ import annotations

import functools
import math
from dataclasses import KW_ONLY
from typing import Annotated, Any, ClassVar, Self

import numpy as np
import torch
from typing_extensions import override

from ..core import scratch
from ..core.block import Block, to_numpy
from ..core.errors import KnobError, ShapeError
from ..core.knob import Knob, PixelPerDegree, Seconds, Size, TimeStep
from ..core.stream import Stream
from ..core.writer import Writer
from .event_codes import holds_records
from .format import Format
from .growing import Growing
from .npy_layout import MAGIC, ZIP_MAGIC, header, npy_layout
from .stored import Stored

_PIECE = 1 << 22  # numbers written at a time


class NumpyReader(Stream):
    """The film in a .npy or .npz file, however large: `(time, height, width)`, colour `(…, 3)`, or a block.

    Takes real numbers of any type, byte order and memory order; read as float32, which rounds integers beyond 2²⁴.
    Of a .npz the first array, or that named `key`. Compressed ones are unpacked to a temporary file (1 GiB at most).
    Pickled objects are never read. `size` is checked, never used to resize. `value_range` is that of the type for bytes and bits;
    for others the numbers are measured, once, when it is asked for.

    Raises `DataMissing` (no such file), `FormatError` (damaged, or no real numbers), `ShapeError` (no film, or not of
    that `size`), `KnobError` (wrong key).

    >>> film = NumpyReader.example()
    >>> film.size, film.length, film.value_range
    ((6, 10), 240, (-1.0, 1.0))
    """

    file_ref: Annotated[str, Knob(meaning="the .npy or .npz file")]
    size: Size | None = None  # type: ignore[assignment]  # None only until resolved
    pixel_per_degree: PixelPerDegree = 10.0
    _: KW_ONLY
    key: Annotated[str, Knob(meaning="name of the array in a .npz; None takes the first")] | None = None
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001
    _stored: ClassVar[Stored]
    _shape: ClassVar[tuple[int, ...]]  # as a block

    @override
    def resolved(self) -> dict[str, Any]:
        stored = Stored(self.file_ref, functools.partial(npy_layout, key=self.key))
        shape = _block_shape(stored)
        if self.size not in (None, shape[3:]):
            msg = (
                f"NumpyReader.size = {self.size}, is not the size of the frames in {stored.path} {shape[3:]} "
                "(rows, columns; it never resizes); leave size out, or crop first."
            )
            raise ShapeError(msg)
        return {"_stored": stored, "_shape": shape, "size": shape[3:]}

    @property
    @override
    def length(self) -> int:
        return self._shape[2]

    @property
    @override
    def batch(self) -> int:
        return self._shape[0]

    @property
    @override
    def channels(self) -> int:
        return self._shape[1]

    @property
    @override
    def value_range(self) -> tuple[float, float]:
        return self._stored.range()

    @override
    def read(self, start: int, stop: int) -> Block:
        frames = self._stored.read(start, stop)
        if frames.ndim == 4:
            frames = np.moveaxis(frames, 3, 0)
        return torch.from_numpy(np.ascontiguousarray(frames)).view(*self._shape[:2], stop - start, *self._shape[3:])

    @override
    def close(self) -> None:
        self._stored.close()

    @classmethod
    @override
    def example(cls) -> Self:
        """A bar that drifts over 240 frames of 6×10 pixels, in a file of its own."""
        path = scratch.folder() / "example.npy"
        if not path.exists():
            time, column = np.arange(240)[:, None, None], np.arange(10)[None, None]
            np.save(path, np.cos((column - time / 5) * np.pi / 5) * np.ones((1, 6, 1)))
        return cls(str(path))


class NpyWriter(Writer):
    """Writes a film as float32 into a .npy file: `(time, height, width)`, in colour `(time, height, width, 3)`.

    The header is brought up to date with every `put`, so the `.part` of a recording that was cut off is a whole film.
    Frames of another size, more than one batch, or channels other than 1 or 3 are a `ShapeError`.

    >>> path = scratch.folder() / "written.npy"
    >>> with NpyWriter(str(path)) as writer:
    ...     writer.put(np.ones((7, 4, 5)))
    >>> np.load(path).shape
    (7, 4, 5)
    """

    filename: Annotated[str, Knob(meaning="the .npy file to write")]
    _file: ClassVar[Growing | None] = None
    _frame: ClassVar[tuple[int, ...]]  # the shape of a frame, as first put

    @override
    def resolved(self) -> dict[str, Any]:
        if not self.filename.lower().endswith(".npy"):
            msg = f"NpyWriter.filename = {self.filename!r}, does not end in .npy (the only kind it writes); name it so."
            raise KnobError(msg)
        return {}

    @override
    def write(self, block: Block) -> None:
        if block.shape[0] != 1 or block.shape[1] not in (1, 3):
            msg = (
                f"NpyWriter.put(frames).shape = {tuple(block.shape)}, is not one batch of 1 or 3 channels; "
                "write each block[:1, k:k+1] to a file of its own."
            )
            raise ShapeError(msg)
        frames = to_numpy(block)
        frame = frames.shape[1:]
        file = self._file or Growing(self.part, lambda count: header((count, *frame)))
        if self._file is None:
            self._keep(_frame=frame, _file=file)
        if frame != self._frame:
            msg = f"NpyWriter.put(frames), frames of {frame}, are not of {self._frame} as those before; crop them first."
            raise ShapeError(msg)
        many = max(1, _PIECE // math.prod(frame))
        for k in range(0, len(frames), many):
            file.append(frames[k : k + many].astype("<f4", copy=False))

    @override
    def finish(self) -> None:
        if self._file is not None:
            self._file.close()

    @override
    def count(self) -> int:
        return int(NumpyReader(str(self.part)).length)


def _block_shape(stored: Stored) -> tuple[int, ...]:
    """Gives the shape of the film as a block."""
    shape = stored.layout.wanted
    as_blocks = {3: (1, 1, *shape), 5: shape}
    if len(shape) == 4 and shape[3] == 3:
        as_blocks[4] = (1, 3, *shape[:3])
    block = as_blocks.get(len(shape), ())
    if not block or 0 in block[:2] + block[3:] or math.prod(max(1, length) for length in block) >= 2**62:
        msg = (
            f"{stored.path}: shape = {shape}, is not (time, height, width), (time, height, width, 3) or "
            "[batch, channel, time, height, width] with frames of at least one pixel; reshape it and save it again."
        )
        raise ShapeError(msg)
    return block


def _sniff(head: bytes) -> bool:
    return (head.startswith(MAGIC) and not holds_records(head)) or (head.startswith(ZIP_MAGIC) and b".npy" in head[:300])


FORMAT = Format("NumPy array", (".npy", ".npz"), _sniff, NumpyReader, NpyWriter)
