"""save: the file is whole or not there, holds the frames that numpy made, and goes on after a kill."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import h5py
import numpy as np
import pytest
import tifffile
import torch
import zarr
from PIL import Image

import workbench
from workbench import EndOfStream, FormatError, KnobError, RecipeError, ShapeError, streams
from workbench.core.errors import ClippedWarning, DataMissing
from workbench.exporting.film import Film
from workbench.exporting.kinds import KINDS, kind_of
from workbench.exporting.tiff import TiffSink

BYTES = np.random.default_rng(3).integers(0, 256, (23, 6, 10)).astype(np.float64)
BYTES[5] = BYTES[4]  # neighbours that are alike stay two frames
COLOURS = np.random.default_rng(4).integers(0, 256, (13, 6, 10, 3)).astype(np.float64)
FLOATS = np.random.default_rng(5).normal(size=(23, 6, 10)).astype(np.float32)
RANGE = (0.0, 255.0)


SPIKES = (".events.npy", ".bin", ".aedat")


def film(frames: np.ndarray) -> streams.SequenceStream:
    return streams.SequenceStream(frames, dt=0.04)


def film_for(name: str, frames: np.ndarray) -> streams.SequenceStream:
    """A film of spikes for files of events."""
    return film((frames > 127) * 1.0 if name.endswith(SPIKES) else frames)


def pictures(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        frames = []
        for k in range(getattr(image, "n_frames", 1)):
            image.seek(k)
            frames.append(np.asarray(image.convert("RGB")))
        return np.stack(frames)


def video(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def folder(path: Path) -> np.ndarray:
    return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in sorted(path.glob("*.png"))])


def raw_inr(path: Path) -> np.ndarray:
    return np.frombuffer(path.read_bytes()[256:], "<f4").reshape(23, 6, 10)


def hdf5(path: Path) -> np.ndarray:
    with h5py.File(path) as file:
        return file["frames"][:]


EXACT: dict[str, Any] = {
    "f.npy": np.load,
    "f.npz": lambda path: np.load(path)["frames"],
    "f.zarr": lambda path: zarr.open_array(path, mode="r")[:],
    "f.inr": raw_inr,
    "f.h5": hdf5,
    "f.hdf5": hdf5,
    "f.tiff": tifffile.imread,
    "f.tif": tifffile.imread,
}
EIGHT_BITS: dict[str, Any] = {"f.mkv": video, "f": folder, "f.webp": pictures}
LOOKING = ("f.mp4", "f.webm", "f.avi")
EVENTS = ("f.events.npy", "f.bin", "f.aedat")  # test_save_events.py
ALL = (*EXACT, *EIGHT_BITS, "f.gif", *LOOKING, *EVENTS)
RESUMABLE = ("f.npy", "f.zarr", "f.h5", "f.tiff", "f")


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("chunk", [None, 1, 7, 1000])
def test_exact_files_hold_every_bit(tmp_path: Path, name: str, chunk: int | None) -> None:
    stream = film(FLOATS)
    stream.seek(3)
    path = workbench.save(stream, tmp_path / name, chunk=chunk)
    assert np.array_equal(EXACT[name](path), FLOATS)
    assert stream.position == 3
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize("name", EIGHT_BITS)
@pytest.mark.parametrize("frames", [BYTES, COLOURS], ids=["grey", "colour"])
def test_eight_bits_are_kept(tmp_path: Path, name: str, frames: np.ndarray) -> None:
    found = EIGHT_BITS[name](workbench.save(film(frames), tmp_path / name, chunk=5, value_range=RANGE))
    wanted = frames if frames.ndim == 4 else np.repeat(frames[..., None], 3, 3)
    assert np.array_equal(found, wanted)


def test_gif_keeps_every_grey_and_every_frame(tmp_path: Path) -> None:
    path = workbench.save(film(BYTES), tmp_path / "f.gif", value_range=RANGE)
    assert np.array_equal(pictures(path)[..., 0], BYTES)
    with Image.open(path) as image:
        assert image.info["duration"] == 40
    few = np.floor(COLOURS / 128) * 255  # eight colours: none is lost
    assert np.array_equal(pictures(workbench.save(film(few), path, value_range=RANGE)), few)


@pytest.mark.parametrize("name", LOOKING)
@pytest.mark.parametrize("size", [(32, 48), (33, 47)])
def test_videos_for_looking_keep_every_frame_and_their_times(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    smooth = np.full((31, *size), 100.0) + np.arange(31)[:, None, None]
    smooth[7] = smooth[6]
    path = workbench.save(film(smooth), tmp_path / name, value_range=RANGE)
    found = video(path)
    assert found.shape == (31, *size, 3)
    assert np.abs(found - smooth[..., None]).max() <= 3
    with av.open(str(path)) as container:
        times = [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]
    assert np.allclose(np.diff(times), 0.04, atol=1e-9)


def test_tiff_is_what_imagej_and_libtiff_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for big in (False, True):
        monkeypatch.setattr("workbench.exporting.tiff._LIMIT", 1000 if big else 1 << 32)
        monkeypatch.setattr("workbench.exporting.tiff._AT_ONCE", 4 if big else 1 << 15)
        for frames in (FLOATS, COLOURS.astype(np.float32)):
            path = workbench.save(film(frames), tmp_path / "f.tiff", chunk=5)
            pages = frames if frames.ndim == 3 else np.moveaxis(frames, 3, 1)
            with tifffile.TiffFile(path) as found:
                assert found.is_bigtiff == big
                assert found.series[0].axes == ("TYX" if frames.ndim == 3 else "TCYX")
                assert found.imagej_metadata["finterval"] == 0.04
                assert found.pages[0].resolution == (10, 10)
                assert found.imagej_metadata["unit"] == "deg"
                assert np.array_equal(found.asarray(), pages)
                assert np.array_equal(np.stack([page.asarray() for page in found.pages]), pages.reshape(-1, 6, 10))
            good, libtiff = cv2.imreadmulti(str(path), flags=cv2.IMREAD_UNCHANGED)
            assert good
            assert np.array_equal(np.stack(libtiff), pages.reshape(-1, 6, 10))
            with Image.open(path) as image:
                assert image.n_frames == pages[..., 0, 0].size
                for k, page in enumerate(pages.reshape(-1, 6, 10)):
                    image.seek(k)
                    assert np.array_equal(np.asarray(image), page)


def test_a_large_tiff_is_a_big_one() -> None:
    for frames, big in ((1000, False), (430, False), (1100, True)):  # of 4 MB
        sink = object.__new__(TiffSink)
        sink.film = Film.of(streams.RandomStream((1000, 1000), seed=1), 0, frames, None, RANGE, "save")
        sink.headed = len  # type: ignore[assignment,method-assign]
        sink.begin()
        assert sink._big == big
        assert (sink._end > 1 << 32) == big


@pytest.mark.parametrize("name", ["f.npy", "f.zarr", "f.h5"])
def test_colour_and_more_channels(tmp_path: Path, name: str) -> None:
    colour = EXACT[name](workbench.save(film(COLOURS), tmp_path / name, chunk=4))
    assert np.array_equal(colour, COLOURS)
    two = np.stack([FLOATS, -FLOATS])[None]
    found = EXACT[name](workbench.save(film(two), tmp_path / name, chunk=4))
    assert np.array_equal(found, two if name == "f.npy" else np.moveaxis(two[0], 0, -1))


def test_a_stretch(tmp_path: Path) -> None:
    path = workbench.save(film(FLOATS), tmp_path / "f.npy", 4, 10, chunk=3)
    assert np.array_equal(np.load(path), FLOATS[4:14])
    folder_ = workbench.save(film(BYTES), tmp_path / "f", 4, 10, value_range=RANGE)
    assert min(one.name for one in folder_.glob("*.png")) == "frame_0000004.png"


@pytest.mark.parametrize("name", [*EIGHT_BITS, "f.gif", *LOOKING])
def test_clipped_values_are_counted(tmp_path: Path, name: str) -> None:
    frames = BYTES.copy()
    frames[2, 1, 1], frames[20, 0, 0], frames[21, 0, 0] = 300, -1, 999
    with pytest.warns(ClippedWarning, match=r"3 values, were outside 0\.\.255"):
        workbench.save(film(frames), tmp_path / name, chunk=4, value_range=RANGE)


@pytest.mark.parametrize("name", [*EIGHT_BITS, "f.gif", *LOOKING])
def test_a_film_that_is_all_but_black_is_saved_without_a_word(tmp_path: Path, name: str) -> None:
    workbench.save(film(np.ones((3, 6, 10))), tmp_path / name, value_range=RANGE)


def test_bytes_use_the_range_of_the_stream(tmp_path: Path) -> None:
    path = workbench.save(streams.RandomStream((4, 5), level=2.0, mean=9.0, seed=1), tmp_path / "f", frames=50)
    found = folder(path)
    assert found.min() < 5
    assert found.max() > 250


def test_progress_is_told_and_cancels(tmp_path: Path) -> None:
    for name in ALL:
        told: list[tuple[int, int]] = []
        stream = film_for(name, BYTES)
        path = workbench.save(stream, tmp_path / name, chunk=10, value_range=RANGE, progress=lambda *at: told.append(at))
        assert told == [(10, 23), (20, 23), (23, 23)], name
        before = sorted(tmp_path.rglob("*"))

        def stop(done: int, _total: int) -> None:
            if done == 20:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            workbench.save(film_for(name, BYTES[::-1]), path, chunk=10, value_range=RANGE, progress=stop)
        assert sorted(tmp_path.rglob("*")) == before, name


@pytest.mark.parametrize("name", ALL)
def test_a_film_replaces_the_one_before(tmp_path: Path, name: str) -> None:
    (tmp_path / "fresh").mkdir()
    for frames, path in ((BYTES, tmp_path / name), (BYTES[:9], tmp_path / name), (BYTES[:9], tmp_path / "fresh" / name)):
        workbench.save(film_for(name, frames), path, value_range=RANGE)
    fresh = contents(tmp_path / "fresh")
    assert {file: data for file, data in contents(tmp_path).items() if not file.startswith("fresh")} == fresh


@pytest.mark.parametrize("name", ALL)
def test_the_same_film_makes_the_same_bytes(tmp_path: Path, name: str) -> None:
    for run in "ab":
        (tmp_path / run).mkdir()
        workbench.save(film_for(name, BYTES), tmp_path / run / name, value_range=RANGE)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_chunks_change_no_byte(tmp_path: Path) -> None:
    for name in (one for one in ALL if one != "f.zarr"):  # there the chunk is that of the file
        for chunk in (1, 7, 23):
            (tmp_path / str(chunk)).mkdir(exist_ok=True)
            workbench.save(film_for(name, BYTES), tmp_path / str(chunk) / name, chunk=chunk, value_range=RANGE)
    assert contents(tmp_path / "1") == contents(tmp_path / "7") == contents(tmp_path / "23")


EXPORT = """
import sys, time, workbench
film = workbench.streams.RandomStream((6, 10), level=255.0, mean=127.5, seed=5)
def tell(done, total):
    print(done, flush=True)
    time.sleep(0.02)
workbench.save(film, sys.argv[1], 7, 600, chunk=20, progress=tell)
"""


@pytest.mark.parametrize("name", RESUMABLE)
def test_after_a_kill_only_the_missing_pieces_are_made(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    run = subprocess.Popen([sys.executable, "-c", EXPORT, path], stdout=subprocess.PIPE, text=True)
    assert run.stdout
    for line in run.stdout:
        if int(line) == 200:
            run.send_signal(signal.SIGKILL)
            break
    run.stdout.close()
    assert run.wait() == -signal.SIGKILL
    assert not path.exists()
    made: list[int] = []

    class Watched(streams.RandomStream):
        """Notes what is read of it."""

        def read(self, start: int, stop: int) -> torch.Tensor:
            made.append(start)
            return super().read(start, stop)

    Watched.__name__ = "RandomStream"  # the same recipe
    noise = Watched((6, 10), level=255.0, mean=127.5, seed=5)
    workbench.save(noise, path, 7, 600, chunk=20)
    assert min(start for start in made if start < 607) >= 7 + 180  # piece 10 may be done or not
    other = tmp_path / "whole" / name
    other.parent.mkdir()
    workbench.save(streams.RandomStream((6, 10), level=255.0, mean=127.5, seed=5), other, 7, 600, chunk=20)
    left = {file: data for file, data in contents(tmp_path).items() if not file.startswith("whole")}
    assert left == contents(tmp_path / "whole")


@pytest.mark.parametrize("name", RESUMABLE)
def test_another_film_never_goes_on_from_the_part(tmp_path: Path, name: str) -> None:
    def fail(at: int) -> Any:
        class Failing(streams.SequenceStream):
            """Breaks in the middle."""

            def read(self, start: int, stop: int) -> torch.Tensor:
                if start <= at < stop:
                    raise FormatError("damaged")
                return super().read(start, stop)

        return Failing

    with pytest.raises(FormatError, match="damaged"):
        workbench.save(fail(15)(BYTES), tmp_path / name, chunk=5, value_range=RANGE)
    assert (tmp_path / f"{name}.part").exists()
    other = 255 - BYTES
    path = workbench.save(film(other), tmp_path / name, chunk=5, value_range=RANGE)
    found = folder(path)[..., 0] if name == "f" else EXACT[name](path)
    assert np.array_equal(found, other)
    assert not list(tmp_path.glob("*.part*"))


FULL = """
import pathlib, sys, numpy as np, workbench
if sys.argv[1] == "limit":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
noise = workbench.streams.SequenceStream(np.random.default_rng(1).integers(0, 256, (200, 60, 60)))
spikes = workbench.streams.SequenceStream(np.random.default_rng(1).integers(0, 2, (200, 60, 60)))
for path in map(pathlib.Path, sys.argv[2:]):
    events = path.name.endswith((".events.npy", ".bin", ".aedat"))
    try:
        workbench.save(spikes if events else noise, path, chunk=50, value_range=(0, 255))
    except workbench.FormatError as error:
        print(error)
    left = path.with_name(path.name + ".part")
    if sys.argv[1] == "disk" and left.is_file():
        left.unlink()  # room for the next
"""


def full_disk(how: str, paths: list[Path]) -> list[str]:
    run = subprocess.run([sys.executable, "-c", FULL, how, *paths], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    told = run.stdout.splitlines()
    assert len(told) == len(paths)
    assert all(path.name in line and "could not be written" in line for path, line in zip(paths, told, strict=True))
    return told


def test_a_file_that_may_not_grow_leaves_the_one_before(tmp_path: Path) -> None:
    paths = [workbench.save(film_for(name, BYTES), tmp_path / name, value_range=RANGE) for name in ALL]
    before = contents(tmp_path)
    full_disk("limit", paths)
    assert {file: data for file, data in contents(tmp_path).items() if ".part" not in file} == before
    left = {file.name.removesuffix(".json").removesuffix(".part") for file in tmp_path.glob("*.part*")}
    resumable = {ending for kind in KINDS if kind.resumable for ending in (kind.suffix, kind.other or kind.suffix)}
    assert left == {f"f{ending}" for ending in resumable}  # these go on


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of 1 MB, where this machine lets us have one."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", tmp_path]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_full_disk_leaves_the_file_before(small_disk: Path | None) -> None:
    if small_disk is None:  # the test above stands for it
        return
    paths = [workbench.save(film_for(name, BYTES[:3]), small_disk / name, value_range=RANGE) for name in ALL]
    (small_disk / "others").write_bytes(bytes(shutil.disk_usage(small_disk).free - 100_000))
    before = contents(small_disk)
    assert all("No space left" in line for line in full_disk("disk", paths))
    assert {file: data for file, data in contents(small_disk).items() if ".part" not in file} == before


@pytest.mark.parametrize("name", ["f.npy", "f.events.npy"])
def test_no_room_for_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = workbench.save(film_for(name, BYTES), tmp_path / name, value_range=RANGE)
    before = path.read_bytes()

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.exporting.placing.fingerprint", full)
    with pytest.raises(FormatError, match="could not be written"):
        workbench.save(film_for(name, BYTES[::-1]), path, value_range=RANGE)
    assert not list(tmp_path.glob("*.recipe.json.part"))
    assert path.read_bytes() == before or name == "f.events.npy"  # its writer has renamed it, whole
    with pytest.raises(RecipeError) if name == "f.events.npy" else contextlib.nullcontext():
        workbench.from_file(path)


def test_what_cannot_be_saved(tmp_path: Path) -> None:
    stream = film(FLOATS)
    with pytest.raises(KnobError, match=r"endless\); give frames=1000"):
        workbench.save(streams.RandomStream(), tmp_path / "f.npy")
    with pytest.raises(KnobError, match=r"'\.xyz' is not one of \.npy \.npz"):
        workbench.save(stream, tmp_path / "f.xyz")
    with pytest.raises(DataMissing, match="its folder is not there"):
        workbench.save(stream, tmp_path / "no" / "f.npy")
    with pytest.raises(EndOfStream):
        workbench.save(stream, tmp_path / "f.npy", 20, 4)
    with pytest.raises(KnobError, match="nothing to write"):
        workbench.save(stream, tmp_path / "f.npy", 23)
    with pytest.raises(KnobError, match="is not a stream"):
        workbench.save(FLOATS, tmp_path / "f.npy")  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match="is not one film"):
        workbench.save(film(np.zeros((2, 1, 3, 4, 5))), tmp_path / "f.npy")
    with pytest.raises(ShapeError, match="is not 1 or 3"):
        workbench.save(film(np.zeros((1, 2, 3, 4, 5))), tmp_path / "f.gif")
    assert not list(tmp_path.iterdir())


def test_a_folder_of_others_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.jpg").write_text("sea")
    (tmp_path / "other.part").mkdir()
    (tmp_path / "other.part" / "beach.jpg").write_text("sea")
    for name in ("holiday", "other"):
        with pytest.raises(KnobError, match="no film of ours"):
            workbench.save(film(BYTES), tmp_path / name)
    with pytest.raises(KnobError, match="is a folder"):
        workbench.save(film(BYTES), (tmp_path / "holiday").rename(tmp_path / "holiday.npy"))
    assert (tmp_path / "holiday.npy" / "beach.jpg").read_text() == "sea"
    assert (tmp_path / "other.part" / "beach.jpg").read_text() == "sea"


MILLION = """
import os, sys, threading, time, psutil, workbench, zarr, workbench.exporting
film = workbench.streams.RandomStream((20, 20), seed=2)
workbench.save(film, sys.argv[1], frames=1000)
me, most, going = psutil.Process(), 0, True
before = me.memory_info().rss
def watch():
    global most
    while going:
        most = max(most, me.memory_info().rss)
        time.sleep(0.01)
watcher = threading.Thread(target=watch)
watcher.start()
workbench.save(film, sys.argv[1], frames=1_000_000)
going = False
watcher.join()
print(most - before)
"""


def test_a_million_frames_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "f.zarr"
    run = subprocess.run([sys.executable, "-c", MILLION, path], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 500e6
    array = zarr.open_array(path, mode="r")
    assert array.shape == (1_000_000, 20, 20)
    assert np.array_equal(array[999_990:], streams.RandomStream((20, 20), seed=2)[999_990:1_000_000][0, 0].numpy())


LIGHT = """
import sys, workbench
film = workbench.streams.RandomStream((4, 6), seed=1)
workbench.save(film, sys.argv[1], frames=5)
workbench.from_file(sys.argv[1])
print(*{"IPython", "ipywidgets", "matplotlib", "pandas", "xarray"} & set(sys.modules))
"""


def test_saving_needs_no_jupyter_and_no_plots(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", LIGHT, tmp_path / "f.npy"], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_a_bar_where_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workbench.save(film(BYTES), tmp_path / "f.npy", chunk=10, progress=True)
    assert "23/23" in capsys.readouterr().err
    workbench.save(film(BYTES), tmp_path / "f.npy", chunk=10)
    assert capsys.readouterr().err == ""


def test_every_kind_is_tested() -> None:
    assert {kind_of(Path(name)).suffix for name in ALL} == {kind.suffix for kind in KINDS}
    assert {kind.suffix for kind in KINDS if kind.exact} == {kind_of(Path(name)).suffix for name in (*EXACT, *EVENTS)}
    assert {kind.suffix for kind in KINDS if kind.resumable} == {kind_of(Path(name)).suffix for name in RESUMABLE}
