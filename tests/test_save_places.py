"""Where a film may be saved: nobody's files are lost, two exports never mix, and what was lost in between is made again."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
import torch

import workbench
from workbench import streams
from workbench.core.errors import FormatError, KnobError
from workbench.exporting.kinds import KINDS

SUFFIXES = [kind.suffix for kind in KINDS]
FIRST, SECOND = np.zeros((6, 4, 5), np.float32), np.ones((6, 4, 5), np.float32)


def film(frames: np.ndarray = SECOND) -> streams.SequenceStream:
    return streams.SequenceStream(frames)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if ".part" in path.name)


def test_what_a_user_put_away_or_into_a_film_stays(tmp_path: Path) -> None:
    workbench.save(film(), tmp_path / "film").rename(tmp_path / "film.old")
    workbench.save(film(), tmp_path / "film")
    workbench.save(film(FIRST), tmp_path / "film")
    assert len(list((tmp_path / "film.old").iterdir())) == 7
    for name, own in (("film", "notes.txt"), ("cake", "grandma.txt"), ("z.zarr", "notes.txt")):
        if name == "cake":
            (tmp_path / name).mkdir()
            (tmp_path / name / "recipe.json").write_text('{"flour": 1}')
        elif name == "z.zarr":
            workbench.save(film(), tmp_path / name)
        (tmp_path / name / own).write_text("dear")
        with pytest.raises(KnobError, match="no film of ours alone"):
            workbench.save(film(), tmp_path / name)
        assert (tmp_path / name / own).read_text() == "dear"


@pytest.mark.parametrize("name", ["film", "film.zarr"])
def test_a_link_to_a_folder_is_replaced_and_the_folder_stays(tmp_path: Path, name: str) -> None:
    real = workbench.save(film(FIRST), tmp_path / f"real{Path(name).suffix}")
    (tmp_path / name).symlink_to(real)
    workbench.save(film(), tmp_path / name)
    assert workbench.from_file(tmp_path / name)[:].eq(1).all()
    assert workbench.from_file(real)[:].eq(0).all()
    assert not left(tmp_path)


@pytest.mark.parametrize("name", ["film", "film.zarr"])
def test_what_a_kill_left_of_the_film_before_is_removed(tmp_path: Path, name: str) -> None:
    workbench.save(film(FIRST), tmp_path / name).rename(tmp_path / f"{name}.part.old")
    workbench.save(film(FIRST), tmp_path / name)
    workbench.save(film(FIRST), tmp_path / name).rename(tmp_path / f"{name}.part.old")
    workbench.save(film(FIRST), tmp_path / name)
    assert workbench.from_file(workbench.save(film(), tmp_path / name))[:].eq(1).all()
    assert not left(tmp_path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_second_export_to_a_path_is_refused_and_the_first_unharmed(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"

    def second(done: int, _total: int) -> None:
        if done == 2:
            with pytest.raises(KnobError, match="being written by another export"):
                workbench.save(film(FIRST), path, chunk=2)

    workbench.save(film(), path, chunk=2, progress=second)
    assert workbench.from_file(path)[:].eq(1).all()
    assert not left(tmp_path)


def test_many_at_once_leave_one_whole_film(tmp_path: Path) -> None:
    path, films = tmp_path / "film.npy", [film(np.full((6, 4, 5), k)) for k in range(8)]

    def save(one: streams.SequenceStream) -> None:
        for _ in range(10):
            with contextlib.suppress(KnobError):
                workbench.save(one, path, chunk=1)

    threads = [threading.Thread(target=save, args=(one,)) for one in films]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = np.load(path)
    assert (found == found[0, 0, 0]).all()
    assert np.array_equal(workbench.from_file(path)[:][0, 0].numpy(), found)
    assert not left(tmp_path)


def hdf5(path: Path) -> np.ndarray:
    with h5py.File(path) as file:
        return np.asarray(file["frames"][:])


@pytest.mark.parametrize(("suffix", "read"), [(".npy", np.load), (".h5", hdf5), (".tiff", tifffile.imread)])
def test_a_part_that_has_lost_its_end_is_made_anew(tmp_path: Path, suffix: str, read: Callable[[Path], np.ndarray]) -> None:
    path = tmp_path / f"film{suffix}"
    cut_off(path)
    os.truncate(tmp_path / f"film{suffix}.part", 100)
    assert (read(workbench.save(film(), path, chunk=2)) == 1).all()


def test_a_part_that_has_lost_pictures_is_no_film(tmp_path: Path) -> None:
    path = tmp_path / "film"
    cut_off(path)
    (tmp_path / "film.part" / "frame_0000001.png").unlink()
    with pytest.raises(FormatError, match=r"5 pictures, are not the 6 of the film; remove that folder and save again"):
        workbench.save(film(), path, chunk=2)
    assert not path.exists()


def cut_off(path: Path) -> None:
    """Leaves the `.part` of an export whose disk was full after 4 of 6 frames."""

    class Full(streams.SequenceStream):
        def read(self, start: int, stop: int) -> Any:
            if start == 4:
                raise OSError(28, "No space left on device")
            return super().read(start, stop)

    Full.__name__ = "SequenceStream"  # so that its recipe is that of the film
    with pytest.raises(FormatError, match="No space left"):
        workbench.save(Full(SECOND), path, chunk=2)
    assert path.with_name(f"{path.name}.part").exists()


def test_an_interrupt_while_the_bar_is_drawn_keeps_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tqdm_auto = pytest.importorskip("tqdm.auto")

    def interrupted(_bar: object, _count: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tqdm_auto.tqdm, "update", interrupted)
        with pytest.raises(KeyboardInterrupt):
            workbench.save(film(), tmp_path / "film.npy", chunk=2, progress=True)
    assert left(tmp_path) == ["film.npy.part", "film.npy.part.json"]
    told: list[int] = []
    workbench.save(film(), tmp_path / "film.npy", chunk=2, progress=lambda done, _: told.append(done))
    assert not left(tmp_path)


@pytest.mark.parametrize("path", [None, 5, b"film.npy", "/", "film\0.npy", "x" * 240 + ".npy"])
def test_what_is_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KnobError, match=r"save\(path\) = .*, is not .*; give "):
        workbench.save(film(), path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("span", [(), (0,), 5, ("a", "b"), (5, 5), (9, 1), (float("nan"), 1), (0, float("inf")), (0, 1, 2)])
def test_what_is_no_range_of_values(tmp_path: Path, span: Any) -> None:
    with pytest.raises(KnobError, match=r"save\(value_range\) = .*, is not two numbers, low < high"):
        workbench.save(film(), tmp_path / "film", value_range=span)
    assert not list(tmp_path.iterdir())


class Measured(streams.Stream):
    """What a user may write: numbers of NumPy, and whole ones."""

    size: tuple[int, int] = (4, 5)
    pixel_per_degree: int = 10
    t_zero: int = 0
    dt: int = 1

    @property
    def value_range(self) -> Any:
        return np.float32(0), np.array([9])[0]

    def read(self, start: int, stop: int) -> torch.Tensor:
        return torch.arange(start, stop).float().view(1, 1, -1, 1, 1).expand(1, 1, -1, 4, 5).clone()


@pytest.mark.parametrize("suffix", [".npy", ".zarr", ".h5", ".tiff", ".mkv", ""])
def test_a_class_of_numpy_numbers_comes_back(tmp_path: Path, suffix: str) -> None:
    span = (np.float32(0), np.int64(9))
    for k, told in enumerate((None, span, np.array(span))):
        path = workbench.save(Measured(), tmp_path / f"film{k}{suffix}", 2, 5, value_range=told)  # type: ignore[arg-type]
        assert workbench.from_file(path, Measured) == Measured()
        assert workbench.from_file(path).dt == 1


def test_a_folder_whose_name_is_a_pattern_is_read(tmp_path: Path) -> None:
    path = workbench.save(Measured(), tmp_path / "a[1]*?", 2, 5)
    assert workbench.from_file(path).length == 5


@pytest.mark.parametrize("count", [3e38, 2e6])
def test_more_spikes_than_there_can_be(tmp_path: Path, count: float) -> None:
    with pytest.raises(ValueError, match="no count of spikes"):
        workbench.save(film(np.full((1, 1, 1), count)), tmp_path / "film.bin")
    assert not list(tmp_path.iterdir())
