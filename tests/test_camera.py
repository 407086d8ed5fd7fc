"""VideoReader on a camera: a capture of known frames is handed in where OpenCV's would be."""

from __future__ import annotations

import threading
import time

import cv2
import numpy as np
import pytest
import torch

from workbench import DataMissing, KnobError, SeekError, from_recipe
from workbench.files import camera
from workbench.streams import SequenceStream, VideoReader


class Capture:
    """Frames of 6×8 pixels: blue is the frame's number, green 100, red 200. It waits for leave to give each one."""

    def __init__(self, count: int | None = None, fps: float = 50.0) -> None:
        self.given, self.count, self.fps, self.released = 0, count, fps, False

    def read(self) -> tuple[bool, np.ndarray | None]:
        time.sleep(0.002)
        if self.given == self.count:
            return False, None
        self.given += 1
        picture = np.empty((6, 8, 3), np.uint8)
        picture[:] = (self.given % 250, 100, 200)
        picture[0, 0] = 255
        return True, picture

    def get(self, prop: int) -> float:
        assert prop == cv2.CAP_PROP_FPS
        return self.fps

    def release(self) -> None:
        self.released = True


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Capture]:
    captures: list[Capture] = []
    monkeypatch.setattr(camera, "open_capture", lambda _number: captures.append(Capture()) or captures[-1])
    return captures


def test_colours_window_and_rate_are_the_cameras(opened: list[Capture]) -> None:
    with VideoReader(0, None, mode="rgb") as film:
        assert (film.size, film.dt, film.channels, film.length) == ((6, 8), 0.02, 3, None)
        block = film.get(3)
        assert block.shape == (1, 3, 3, 6, 8)
        assert block[0, :, 0, 1, 1].tolist()[:2] == [200, 100]
        assert block[0, :, 0, 0, 0].tolist() == [255, 255, 255]
        assert film.position == 3
    red = VideoReader(2, (2, 3), (4, 5), mode="r")
    assert red.get(2).unique().tolist() == [200]
    red.close()
    with VideoReader(0, (2, 2), (0, 0), dt=0.5) as mean:
        assert mean.dt == 0.5
        block = mean.get(1)
        assert block[0, 0, 0, 0, 0] == 255
        assert 100 < block[0, 0, 0, 1, 1] < 184
    assert all(one.released for one in opened)


def test_frames_are_new_ones_and_the_newest(opened: list[Capture]) -> None:
    with VideoReader(0, None, mode="b") as film:
        numbers = film.get(10)[0, 0, :, 1, 1].tolist()
        assert len(set(numbers)) == 10
        time.sleep(0.1)
        late = opened[0].given
        assert film.get(1)[0, 0, 0, 1, 1] >= late


def test_a_live_source_has_only_now(opened: list[Capture]) -> None:
    with VideoReader(0, None) as film:
        assert not film.seekable
        assert film.available(5)
        assert film.get(0).shape == (1, 1, 0, 6, 8)
        for call in (lambda: film.read(0, 1), lambda: film[0:2], film.reset, lambda: film.seek(3)):
            with pytest.raises(SeekError, match="live"):
                call()
        kept = film.record(4)
        assert isinstance(kept, SequenceStream)
        assert (kept.length, kept.dt) == (4, film.dt)
        assert torch.equal(kept[:2], kept[:2])
        assert "live" in film._repr_html_()
        other = from_recipe(film.recipe())
        assert other == film
        other.close()


def test_close_ends_the_thread_and_the_next_frame_opens_again(opened: list[Capture]) -> None:
    before = threading.active_count()
    film = VideoReader(0, None)
    assert threading.active_count() == before + 1
    film.close()
    film.close()
    assert opened[0].released
    assert threading.active_count() == before
    film.get(1)
    assert len(opened) == 2
    film.close()
    with pytest.raises(KnobError):
        VideoReader(0, (7, 7))
    assert threading.active_count() == before


def test_a_camera_that_stops_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "open_capture", lambda _number: Capture(count=5, fps=0.0))
    with VideoReader(3, None) as film:
        assert film.dt == 1 / 24
        with pytest.raises(DataMissing, match="camera 3"):
            film.get(50)
    monkeypatch.setattr(camera, "open_capture", lambda _number: Capture(count=0))
    with pytest.raises(DataMissing, match="camera 1"):
        VideoReader(1)


def test_a_camera_that_hangs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hung = threading.Event()

    class Hanging(Capture):
        def read(self) -> tuple[bool, np.ndarray | None]:
            hung.wait(0.5)
            return False, None

    monkeypatch.setattr(camera, "PATIENCE", 0.05)
    monkeypatch.setattr(camera, "open_capture", lambda _number: Hanging())
    with pytest.raises(DataMissing):
        VideoReader(0)


def test_without_a_camera_it_is_missing_and_opencv_never_sees_a_negative_number(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataMissing, match="camera 61"):
        VideoReader(61)
    monkeypatch.setattr(cv2, "VideoCapture", lambda number: pytest.fail(f"OpenCV was asked for {number}"))
    for number in (-1, -1000, 2.5, 10**9):
        with pytest.raises(KnobError, match="camera"):
            VideoReader(number)
