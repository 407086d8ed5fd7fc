"""VideoWriter: what it writes is read by another program, and nothing it cannot write is begun."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from workbench import CodecError, DataMissing, FormatError, KnobError, ShapeError, WorkbenchError, to_numpy
from workbench.core.errors import ClippedWarning, DarkWarning
from workbench.files.encoding import CODECS
from workbench.streams import VideoReader, VideoWriter

PAIRS = [(codec, suffix) for codec, how in CODECS.items() for suffix in how.suffixes]
SMOOTH_ERROR = 2.0  # mean levels that the codecs for looking may lose on a smooth film


def smooth(count: int = 40, rows: int = 48, columns: int = 64) -> np.ndarray:
    row, column = np.mgrid[:rows, :columns]
    film = [
        [128 + 99.4 * np.sin((column + t) / 16), 128 + 99 * np.cos((row + t) / 15), 0 * row + 20 + 4 * t] for t in range(count)
    ]
    return np.moveaxis(np.array(film), 1, -1).astype(np.float32)


def opencv(path: Path) -> np.ndarray:
    """What an independent program reads: (time, height, width, RGB)."""
    capture, found = cv2.VideoCapture(str(path)), []
    while True:
        good, picture = capture.read()
        if not good:
            break
        found.append(picture[..., ::-1])
    capture.release()
    return np.array(found)


@pytest.mark.parametrize(("codec", "suffix"), PAIRS)
@pytest.mark.parametrize("color", [True, False])
def test_every_codec_in_every_container_is_read_elsewhere(codec: str, suffix: str, color: bool, tmp_path: Path) -> None:
    path, film = tmp_path / f"film{suffix}", smooth()
    with VideoWriter(str(path), (48, 64), codec, color, dt=0.04) as writer:
        writer.put(film[:1])
        writer.put(torch.from_numpy(film[1:]))
        assert (tmp_path / f"film{suffix}.part").exists()
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]
    wanted = np.rint(film if color else np.repeat(film.mean(axis=3, keepdims=True), 3, axis=3))
    shown = opencv(path)
    assert shown.shape == (40, 48, 64, 3)
    assert np.abs(shown - wanted).mean() < SMOOTH_ERROR + 1.3  # OpenCV's own colours are up to 1.2 levels dark
    with VideoReader(str(path), None, mode="rgb") as reader:
        assert reader.dt == pytest.approx(0.04)
        assert np.abs(to_numpy(reader[:]) - wanted).mean() < SMOOTH_ERROR
        assert len(reader) == 40


@pytest.mark.parametrize("suffix", [".avi", ".mkv", ".mp4"])
@pytest.mark.parametrize("size", [(48, 64), (37, 51), (1, 1), (3, 130)])
@pytest.mark.parametrize("color", [True, False])
def test_ffv1_is_bit_for_bit(suffix: str, size: tuple[int, int], color: bool, tmp_path: Path) -> None:
    film = np.random.default_rng(4).integers(0, 256, (30, *size, *((3,) if color else ())), np.uint8)
    path = tmp_path / f"film{suffix}"
    with VideoWriter(str(path), size, "FFV1", color) as writer:
        writer.put(film)
    wanted = film if color else np.repeat(film[..., None], 3, axis=3)
    assert np.array_equal(to_numpy(VideoReader(str(path), None, mode="rgb")[:]), wanted)
    if suffix != ".mp4" and size == (48, 64):
        assert np.array_equal(opencv(path), wanted)


@pytest.mark.parametrize(("codec", "suffix"), PAIRS)
def test_odd_sizes_are_kept(codec: str, suffix: str, tmp_path: Path) -> None:
    size = (37, 50) if codec in ("WMV1", "WMV2") else (37, 51)
    path, film = tmp_path / f"film{suffix}", smooth(12, *size)
    with VideoWriter(str(path), size, codec) as writer:
        writer.put(film)
    assert opencv(path).shape == (12, *size, 3)
    assert np.abs(to_numpy(VideoReader(str(path), None, mode="rgb")[:]) - film).mean() < SMOOTH_ERROR


def test_grey_in_colour_is_three_equal_channels_and_colour_in_grey_their_mean(tmp_path: Path) -> None:
    film = np.random.default_rng(5).integers(0, 256, (20, 12, 16, 3)).astype(np.float32)
    with VideoWriter(str(tmp_path / "a.mkv"), (12, 16), "FFV1", True) as writer:
        writer.put(film[..., 0])
    red, green, blue = VideoReader(str(tmp_path / "a.mkv"), None, mode="rgb")[:][0]
    assert torch.equal(red, green)
    assert torch.equal(red, blue)
    assert np.array_equal(red.numpy(), film[..., 0])
    with VideoWriter(str(tmp_path / "b.mkv"), (12, 16), "FFV1", False) as writer:
        writer.put(film)
    assert np.array_equal(to_numpy(VideoReader(str(tmp_path / "b.mkv"), None)[:]), np.rint(film.astype(np.float64).mean(axis=3)))


def test_values_are_rounded_and_clipped_and_clipping_is_said(tmp_path: Path) -> None:
    film = np.zeros((2, 2, 8))
    film[0, 0] = [-40, -0.4, 0.4, 99.6, 255.4, 255.6, 256, 1e9]
    writer = VideoWriter(str(tmp_path / "a.mkv"), (2, 8), "FFV1", False)
    writer.put(film)
    assert writer.clipped == 4
    with pytest.warns(ClippedWarning, match="4 values"):
        writer.close()
    kept = to_numpy(VideoReader(str(tmp_path / "a.mkv"), None)[:])
    assert kept[0, 0].tolist() == [0, 0, 0, 100, 255, 255, 255, 255]


def test_a_film_of_0_to_1_is_said_to_be_black(tmp_path: Path) -> None:
    for films in ((np.full((3, 2, 8), 0.5), np.ones((3, 2, 8))), (np.zeros((3, 2, 8)), np.full((1, 2, 8), 1e-3))):
        writer = VideoWriter(str(tmp_path / "a.mkv"), (2, 8), "FFV1")
        for film in films:
            writer.put(film)
        with pytest.warns(DarkWarning, match=r"a\.mkv: no value is above (1|0\.001), black of 0\.\.255") as told:
            writer.close()
        assert len(told) == 1
        assert told[0].filename == __file__
        writer.close()
    for film in (np.zeros((3, 2, 8)), np.full((3, 2, 8), 2)):  # black is black
        with VideoWriter(str(tmp_path / "b.mkv"), (2, 8), "FFV1") as writer:
            writer.put(film)


@pytest.mark.parametrize(
    ("given", "error", "word"),
    [
        ({"codec": "H265"}, CodecError, "XVID"),
        ({"codec": "xvid"}, CodecError, "XVID"),
        ({"codec": "WMV2", "filename": "a.mp4"}, CodecError, r"\.wmv"),
        ({"filename": "a.webm"}, CodecError, r"\.mkv"),
        ({"filename": "a"}, CodecError, r"\.mkv"),
        ({"filename": "a.png"}, CodecError, r"\.mkv"),
        ({"codec": "WMV1", "size": (36, 51)}, CodecError, "even"),
        ({"codec": "X264", "size": (60000, 60000)}, CodecError, "smaller size"),
        ({"size": (0, 5)}, KnobError, "size"),
        ({"dt": 1e-7}, KnobError, "dt"),
        ({"filename": "nowhere/a.avi"}, DataMissing, "nowhere"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_first_frame(
    given: dict[str, object], error: type[WorkbenchError], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=word):
        VideoWriter(**{"filename": "a.avi", "size": (48, 64), **given})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shape", [(3, 48, 65), (3, 64, 48), (1, 2, 3, 48, 64), (2, 1, 3, 48, 64), (48, 64)])
def test_frames_of_another_shape_are_refused_and_the_rest_goes_on(shape: tuple[int, ...], tmp_path: Path) -> None:
    with VideoWriter(str(tmp_path / "a.avi"), (48, 64)) as writer:
        writer.put(smooth(3))
        with pytest.raises(ShapeError):
            writer.put(np.zeros(shape))
        writer.put(smooth(2)[..., 0])
    assert len(opencv(tmp_path / "a.avi")) == 5


def test_nan_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    path.write_bytes(b"old")
    film = smooth(3)
    film[1, 2, 3, 0] = np.nan
    with pytest.raises(ShapeError, match="frame 1"), VideoWriter(str(path), (48, 64)) as writer:
        writer.put(film)
    assert path.read_bytes() == b"old"


def test_a_folder_that_vanishes_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    early, late = VideoWriter(str(folder / "a.avi"), (48, 64)), VideoWriter(str(folder / "b.mp4"), (48, 64), "X264")
    late.put(smooth(3))
    shutil.rmtree(folder)
    with pytest.raises(FormatError, match="gone"):
        early.put(smooth(3))
    with pytest.raises(FormatError, match="gone"):
        late.close()


def test_a_writer_without_frames_leaves_nothing(tmp_path: Path) -> None:
    VideoWriter(str(tmp_path / "a.mp4"), (48, 64), "X264").close()
    assert list(tmp_path.iterdir()) == []


FULL = """
    import pathlib, resource, sys, numpy as np
    from workbench import FormatError
    from workbench.streams import VideoWriter
    film = np.random.default_rng(0).integers(0, 256, (40, 48, 64)).astype(np.float32)
    for name in sys.argv[1:]:
        path, codec, limit = name.split(":")
        pathlib.Path(path).write_bytes(b"old")
        writer = VideoWriter(path, (48, 64), codec)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
        try:
            with writer:
                for frame in film:
                    writer.put(frame[None])
        except FormatError as error:
            print("could not be written" in str(error), pathlib.Path(path).read_bytes() == b"old")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def test_a_full_disk_is_named_and_the_old_file_stays(tmp_path: Path) -> None:
    names = [f"{tmp_path / 'film'}{suffix}:{codec}:{limit}" for codec, suffix in PAIRS for limit in (0, 60, 5000, 20_000)]
    command = [sys.executable, "-c", textwrap.dedent(FULL), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "True"] * len(names)


RECORDING = """
    import sys, time, numpy as np
    from workbench.streams import VideoWriter
    path, codec = sys.argv[1:]
    writer = VideoWriter(path, (48, 64), codec, dt=0.002)
    draw = np.random.default_rng(1)
    for k in range(10_000):
        writer.put(draw.integers(0, 256, (1, 48, 64)).astype(np.float32))
        print(k + 1, flush=True)
        time.sleep(0.004)
"""


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [("XVID", ".avi"), ("MJPG", ".avi"), ("X264", ".mkv"), ("FFV1", ".mkv"), ("X264", ".mp4"), ("WMV2", ".wmv")],
)
def test_a_killed_recording_is_readable(codec: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"film{suffix}"
    command = [sys.executable, "-c", textwrap.dedent(RECORDING), str(path), codec]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as recorder:
        assert recorder.stdout is not None
        while int(recorder.stdout.readline()) < 60:
            pass
        time.sleep(1)
        recorder.kill()
    assert not path.exists()
    with VideoReader(f"{path}.part", None) as film:
        assert len(film) >= 54  # 90 % of those that were put more than a second before
        assert film.size == (48, 64)


@pytest.mark.parametrize("dt", [1 / 24, 1 / 29.97, 0.001, 0.01, 0.5])
@pytest.mark.parametrize(("codec", "suffix"), [("XVID", ".avi"), ("FFV1", ".mkv"), ("X264", ".mp4")])
def test_the_time_step_comes_back(dt: float, codec: str, suffix: str, tmp_path: Path) -> None:
    path = str(tmp_path / f"film{suffix}")
    with VideoWriter(path, (48, 64), codec, dt=dt) as writer:
        writer.put(smooth(12))
    with VideoReader(path, None) as film:
        assert film.dt == pytest.approx(dt, rel=1e-3)
        assert len(film) == 12


def test_a_writer_is_one_of_its_words() -> None:
    writer = VideoWriter()
    assert (writer.filename, writer.size, writer.codec, writer.isColor) == ("output.avi", (50, 50), "XVID", True)
    assert repr(VideoWriter("a.mkv", (4, 6), "FFV1")) == "VideoWriter(filename='a.mkv', size=(4, 6), codec='FFV1')"
    writer.close()
