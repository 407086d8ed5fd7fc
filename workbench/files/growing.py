"""Growing: a file of a header and frames that is whole after every batch of frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


class Growing:
    """A file of `header(frames)`, always of the same length, and then the frames.

    Frames are written first and the header after them: cut off anywhere, the file has the frames its header says.
    """

    def __init__(self, path: Path, header: Callable[[int], bytes]) -> None:
        self._header, self._frames = header, 0
        self._file = path.open("w+b", buffering=0)
        self._write(header(0))
        self._stop = self._file.tell()

    def append(self, frames: npt.NDArray[Any]) -> None:
        """Writes frames, the first axis counting them."""
        self._file.seek(self._stop)
        self._write(np.ascontiguousarray(frames).reshape(-1).view(np.uint8).data)
        self._stop = self._file.tell()
        self._frames += len(frames)
        self._file.seek(0)
        self._write(self._header(self._frames))

    def close(self) -> None:
        """Cuts off what a failed `append` left, and closes the file."""
        with self._file:
            self._file.truncate(self._stop)

    def _write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
