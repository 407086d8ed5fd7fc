"""Camera: the newest frame of a live source, kept by a thread."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ..core.errors import DataMissing

PATIENCE = 10.0  # s that a camera may take for one frame

Picture = npt.NDArray[np.uint8]


@runtime_checkable
class Capture(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def read(self) -> tuple[bool, Any]:
        """Waits for the next frame (height, width, BGR)."""

    def get(self, propId: int, /) -> float:  # noqa: N803 - OpenCV's name
        """Gives a property of the camera."""

    def release(self) -> None:
        """Gives the camera back."""


def open_capture(number: int) -> Capture:
    """Gives the camera of that number, 0 or more; `DataMissing` where there is none."""
    import cv2  # noqa: PLC0415 - loaded where a camera is used, not with the workbench

    present = Path(f"/dev/video{number}").exists() or sys.platform != "linux"  # elsewhere, only asking tells
    capture = cv2.VideoCapture(number) if present else None
    if capture is None or not capture.isOpened():
        msg = f"camera {number}, is not there (or another program uses it); plug it in, or give the path of a video file."
        raise DataMissing(msg)
    return capture


class Camera:
    """A camera open in a thread that keeps its newest frame; `next()` waits for one that was not given before."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.process = os.getpid()
        self._capture = open_capture(number)
        self._news = threading.Condition()
        self._newest: Picture | None = None
        self._count = self._given = 0
        self._running = True
        self._thread = threading.Thread(target=self._keep_newest, name=f"camera {number}", daemon=True)
        self._thread.start()

    def _keep_newest(self) -> None:
        good = True
        while self._running and good:
            good, picture = self._capture.read()
            with self._news:
                if good:
                    self._newest = np.asarray(picture)
                    self._count += 1
                self._running = self._running and good
                self._news.notify_all()

    @property
    def rate(self) -> float:
        """Frames per second as the camera tells them; 0 where it does not."""
        return float(self._capture.get(5))  # cv2.CAP_PROP_FPS

    def next(self) -> Picture:
        """Gives the newest frame (height, width, RGB), each at most once; `DataMissing` from a camera that stopped."""
        with self._news:
            self._news.wait_for(lambda: self._count > self._given or not self._running, PATIENCE)
            if self._count == self._given or self._newest is None:
                msg = (
                    f"camera {self._number}, gives no more frames (after {self._count}); plug it in again and make a new stream."
                )
                raise DataMissing(msg)
            self._given = self._count
            picture = self._newest
        colour = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
        return colour[..., 2::-1]

    def close(self) -> None:
        """Ends the thread and gives the camera back."""
        self._running = False
        self._thread.join()
        self._capture.release()
