"""Film: a video file as one reader has it, for any number of threads."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .decoding import Decoder
from .frame_index import FrameIndex

if TYPE_CHECKING:
    from av import VideoFrame

T = TypeVar("T")


class Film:
    """A film file as one reader has it: opened when needed, locked while used, opened again in a forked process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin()
        self._index = FrameIndex()
        _FILMS.add(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._decoder: Decoder | None = None

    def after_fork(self) -> None:
        """Leaves the decoder to the parent: its threads stayed there, and closing it here would wait for them for ever."""
        _INHERITED.append(self._decoder)
        self._begin()

    def frames(self, start: int, stop: int, of: Callable[[VideoFrame], T]) -> list[T]:
        """Gives what `of` makes of frames start..stop, fewer where the film ends."""
        made = []
        with self._lock:
            for number in range(start, stop):
                frame = self._opened().frame(number)
                if frame is None:
                    break
                made.append(of(frame))
        return made

    def _opened(self) -> Decoder:
        if self._decoder is None:
            self._decoder = Decoder(self.path)
            self._index = self._decoder.index
        return self._decoder

    @property
    def rate(self) -> Fraction | None:
        """Frames per second as the file tells them, on average."""
        with self._lock:
            return self._opened().rate

    @property
    def counted(self) -> bool:
        """Whether the number of frames is known by now."""
        return self._index.count is not None

    def count(self) -> int:
        """Gives the number of frames that decode; the first time by decoding to the end."""
        if self._index.count is None:
            self.frames(2**62, 2**62 + 1, bool)
        return self._index.count or 0

    def close(self) -> None:
        """Gives back file and threads; the next frame asked for opens the file again."""
        with self._lock:
            if self._decoder is not None:
                self._decoder.close()
            self._decoder = None


_FILMS: weakref.WeakSet[Film] = weakref.WeakSet()
_INHERITED: list[Decoder | None] = []


def _after_fork() -> None:
    for film in list(_FILMS):
        film.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
