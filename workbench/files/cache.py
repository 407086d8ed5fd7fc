"""Cache: what was made from a file last, so that it need not be made again while it fits."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Cache:
    """Arrays by key, up to `limit` bytes in all: the least recently used goes, the newest always stays.

    Safe in threads, and in a forked child, which starts with what its parent had.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._bytes = limit, 0
        self._kept: OrderedDict[Hashable, Floats] = OrderedDict()
        self._lock, self._process = threading.Lock(), os.getpid()

    def get(self, key: Hashable, make: Callable[[], Floats]) -> Floats:
        """Gives the array of `key`, and makes it first where it is not kept; it may not be written to."""
        with self._own_lock():
            if key not in self._kept:
                self._keep(key, make())
            self._kept.move_to_end(key)
            return self._kept[key]

    def clear(self) -> None:
        """Forgets everything."""
        with self._own_lock():
            self._kept.clear()
            self._bytes = 0

    def _own_lock(self) -> threading.Lock:
        if self._process != os.getpid():
            # Another thread of the parent may have held the lock, in the midst of a change.
            self._bytes = sum(array.nbytes for array in self._kept.values())
            self._lock, self._process = threading.Lock(), os.getpid()
        return self._lock

    def _keep(self, key: Hashable, array: Floats) -> None:
        array.flags.writeable = False
        self._kept[key] = array
        self._bytes += array.nbytes
        while self._bytes > self._limit and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
