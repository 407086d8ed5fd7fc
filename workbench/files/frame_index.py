"""FrameIndex: the frames of a film by number, as decoding found them."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.plane import VideoPlane


class Entry(NamedTuple):
    """What tells a frame from others: its time in ticks and its picture's fingerprint; and whether decoding can begin there."""

    pts: int | None
    picture: int
    key: bool


class FrameIndex:
    """The frames that decoding found, by number: shared by all readers of one file and filled as they go forward.

    A frame seen again must be the same one. So a seek that lands elsewhere shows, and from then on `seekable` is False.
    """

    _shared: ClassVar[weakref.WeakValueDictionary[tuple[object, ...], FrameIndex]] = weakref.WeakValueDictionary()

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self.count: int | None = None
        self.seekable = True

    @classmethod
    def of(cls, path: Path) -> FrameIndex:
        """Gives the index of a file as it is now on disk."""
        now = path.stat()
        return cls._shared.setdefault((str(path.resolve()), now.st_ino, now.st_size, now.st_mtime_ns), cls())

    def agrees(self, number: int, frame: VideoFrame) -> bool:
        """Notes a frame, or tells whether it is the one that had this number before."""
        entry = Entry(frame.pts, _fingerprint(frame), bool(frame.key_frame))
        return self._entries.setdefault(number, entry)[:2] == entry[:2]

    def ends_at(self, count: int) -> bool:
        """Notes where the film ends, or tells whether it ended there before."""
        self.count = count if self.count is None else self.count
        return self.count == count

    def start_for(self, number: int) -> int:
        """Gives the last known frame up to `number` at which decoding can begin: 0 where only a replay is exact."""
        key = min(number, len(self._entries) - 1) if self.seekable else 0
        while key > 0 and not self._entries[key].key:
            key -= 1
        return max(key, 0)

    def pts(self, number: int) -> int:
        """Gives the time of a known frame in ticks; 0 where the film tells none, from where a seek is found out."""
        return self._entries[number].pts or 0


def _fingerprint(frame: VideoFrame) -> int:
    """Gives a number that two different pictures hardly share: the words of its planes, each with a weight of its own."""
    form = frame.format
    bits = 8 * -(-form.components[0].bits // 8) if form.is_planar else form.padded_bits_per_pixel
    return hash(tuple(_weighed(plane, bits) for plane in frame.planes))


def _weighed(plane: VideoPlane, bits: int) -> int:
    """Gives a sum over the bytes of a plane that show; those that only fill up its rows may be anything."""
    used = plane.width * bits // 64 * 8
    words = np.asarray(memoryview(plane)).view(np.uint8).reshape(plane.height, -1)[:, :used].view(np.uint64)
    columns = np.arange(1, 2 * words.shape[1], 2, dtype=np.uint64)
    rows = np.arange(1, 2 * words.shape[0], 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return int((words @ columns) @ rows)
