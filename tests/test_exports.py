"""The export part of a bench without a browser: what a page asks for, and the files and variables that come of it."""

from __future__ import annotations

import copy
import io
import threading
import zipfile
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from typing_extensions import override

import workbench
from workbench.core.block import Block
from workbench.core.knob import Size
from workbench.core.stream import Stream
from workbench.exporting.kinds import KINDS
from workbench.streams import RandomStream, SequenceStream
from workbench.widgets.bench import Bench
from workbench.widgets.export import variables
from workbench.widgets.export.downloads import Downloads
from workbench.widgets.export.parcel import PIECE

EXPORT = {"op": "export", "view": 1, "start": 10, "stop": 40, "kind": ".npy", "name": "noise", "replace": False}
TO_NUMPY = {"op": "to_numpy", "view": 1, "start": 10, "stop": 40, "name": "frames", "replace": False}
READ = {"op": "read", "view": 1, "order": 5, "generation": 1, "start": 10, "count": 3, "step": 1, "shrink": 1, "channel": 0}


class Page:
    """What a browser would send and see."""

    def __init__(self, stream: Stream) -> None:
        self.bench = Bench(stream)
        self.part = self.bench._parts["exports"]
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []
        self.bench.send = lambda content, buffers=None: self.heard.append((content, buffers or []))

    def send(self, message: dict[str, Any]) -> None:
        self.bench._handle_custom_msg(message, [])

    def ended(self, message: dict[str, Any]) -> dict[str, Any]:
        """How the job that a message starts ends."""
        self.send(message)
        self.part.task.wait()
        return self.job

    @property
    def job(self) -> dict[str, Any]:
        return self.bench.parts["exports"]["job"]

    def said(self, op: str) -> list[dict[str, Any]]:
        return [content for content, _ in self.heard if content["op"] == op]

    def download(self) -> tuple[str, bytes]:
        """The name and bytes that a page gets, piece by piece."""
        number = self.job["number"]
        self.send({"op": "pack", "view": 1, "number": number})
        self.part._downloads._worker.wait()
        packed = self.said("packed")[-1]
        found = b""
        while len(found) < packed["bytes"]:
            self.send({"op": "fetch", "view": 1, "number": number, "offset": len(found)})
            content, (data,) = self.heard[-1]
            assert (content["op"], content["offset"], content["view"]) == ("piece", len(found), 1)
            found += data
        self.send({"op": "fetched", "view": 1, "number": number})
        return packed["name"], found


class Slow(Stream):
    """A film that waits for leave before every piece but the first."""

    size: Size = (4, 5)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001
    leave = threading.Semaphore(0)
    waiting = threading.Event()

    @override
    def read(self, start: int, stop: int) -> Block:
        if start >= 100 and threading.current_thread() is not threading.main_thread():
            self.waiting.set()
            self.leave.acquire()
        return torch.full((1, 1, stop - start, *self.size), float(start))


def noise(**changes: Any) -> RandomStream:
    return RandomStream((4, 6), level=100.0, mean=127.0, seed=7).replace(**changes)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def page() -> Page:
    return Page(noise())


@pytest.fixture
def slow() -> Page:
    Slow.leave, Slow.waiting = threading.Semaphore(0), threading.Event()
    return Page(Slow())


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    return shell.user_ns


def test_a_file_holds_the_frames_to_the_last_bit(page: Page, folder: Path) -> None:
    job = page.ended(EXPORT)
    assert (job["state"], job["path"]) == ("done", str(folder / "noise.npy"))
    assert (np.load(folder / "noise.npy") == noise()[10:40][0, 0].numpy()).all()
    assert workbench.from_file(folder / "noise.npy") == noise()
    assert job["bytes"] == (folder / "noise.npy").stat().st_size
    assert page.bench.stream.position == 0


def test_pngs_and_videos_hold_each_frame(page: Page, folder: Path) -> None:
    assert page.ended(EXPORT | {"kind": "", "name": "pictures"})["state"] == "done"
    wanted = np.rint((noise()[10:40][0, 0].numpy().astype(np.float64) - 77) / 100 * 255)
    for k in range(30):
        picture = np.asarray(Image.open(folder / "pictures" / f"frame_{10 + k:07d}.png"))
        assert np.abs(picture - wanted[k]).max() <= 1  # at a tie float32 may round otherwise
    assert page.ended(EXPORT | {"kind": ".mp4"})["state"] == "done"
    with av.open(folder / "noise.mp4") as video:
        assert len(list(video.decode(video=0))) == 30


def test_every_kind_is_offered_and_one_whose_package_is_missing_says_what_to_install(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [kind["suffix"] for kind in page.bench.parts["exports"]["kinds"]] == [kind.suffix for kind in KINDS]
    assert not any(kind["missing"] for kind in page.bench.parts["exports"]["kinds"])
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    page.bench.stream = noise(seed=8)
    missing = {kind["suffix"]: kind["missing"] for kind in page.bench.parts["exports"]["kinds"] if kind["missing"]}
    assert missing[".zarr"] == "needs zarr: pip install 'stimulus-workbench[cluster]'"
    assert ".npy" not in missing


def test_a_film_without_an_end_needs_one_and_a_finite_one_goes_to_its_own(page: Page, folder: Path) -> None:
    assert page.bench.parts["exports"]["endless"]
    assert "is endless" in page.ended(EXPORT | {"stop": None})["words"]
    assert page.job["state"] == "failed"
    film = Page(SequenceStream(np.arange(80.0).reshape(4, 4, 5)))
    assert not film.bench.parts["exports"]["endless"]
    film.ended(EXPORT | {"start": 1, "stop": None})
    assert (np.load(folder / "noise.npy") == np.arange(80.0).reshape(4, 4, 5)[1:]).all()


def test_what_a_kind_cannot_hold_is_refused_by_name_and_leaves_nothing(folder: Path) -> None:
    page = Page(SequenceStream(torch.zeros(1, 2, 30, 4, 5)))
    job = page.ended(EXPORT | {"start": 0, "stop": 30, "kind": ".gif"})
    assert (job["state"], job["path"]) == ("failed", "")
    assert "is not 1 or 3 (grey or colour)" in job["words"]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../noise", "a/b", "a\\b", "..", ".hidden", "", "a..b", "a b", "~", "a:b", "x" * 101, "a."])
def test_a_name_is_a_bare_name(page: Page, folder: Path, name: str) -> None:
    page.send(EXPORT | {"name": name})
    assert "is not a file name of letters, digits, - _ and ." in page.said("refused")[0]["message"]
    assert page.job is None
    assert list(folder.iterdir()) == []


def test_a_name_cannot_mean_another_kind_nor_a_kind_that_is_none(page: Page) -> None:
    page.send(EXPORT | {"name": "noise.npy", "kind": ""})
    page.send(EXPORT | {"kind": ".exe"})
    assert "another kind of file" in page.said("refused")[0]["message"]
    assert "'.exe', is not one of .npy" in page.said("refused")[1]["message"]


def test_frames_are_counted_from_the_first_up_to_the_first_left_out(page: Page) -> None:
    page.send(EXPORT | {"stop": 10})
    assert "frames = 10 up to 10, are none" in page.said("refused")[0]["message"]
    page.send(EXPORT | {"start": -1})
    assert "message.start = -1" in page.said("malformed")[0]["message"]


def test_a_file_that_is_there_is_asked_for_before_it_is_replaced(page: Page, folder: Path) -> None:
    (folder / "noise.npy").write_bytes(b"precious")
    page.send(EXPORT)
    assert page.said("asks") == [
        {"part": "exports", "view": 1, "goal": "file", "op": "asks", "message": "noise.npy is there already"}
    ]
    assert (folder / "noise.npy").read_bytes() == b"precious"
    assert page.ended(EXPORT | {"replace": True})["state"] == "done"
    assert np.load(folder / "noise.npy").shape == (30, 4, 6)


def test_cancelled_in_the_middle_it_leaves_what_was_there(slow: Page, folder: Path) -> None:
    (folder / "noise.npy").write_bytes(b"precious")
    slow.send(EXPORT | {"start": 0, "stop": 1000, "replace": True})
    assert Slow.waiting.wait(10)
    assert (folder / "noise.npy.part").exists()
    slow.send({"op": "stop_export", "view": 1})
    Slow.leave.release(20)
    slow.part.task.wait()
    assert slow.job["state"] == "stopped"
    assert [one.name for one in folder.iterdir()] == ["noise.npy"]
    assert (folder / "noise.npy").read_bytes() == b"precious"


def test_a_bench_that_is_closed_gives_its_export_up(slow: Page, folder: Path) -> None:
    slow.send(EXPORT | {"start": 0, "stop": 1000})
    assert Slow.waiting.wait(10)
    slow.bench.close()
    Slow.leave.release(20)
    slow.part.task.wait()
    assert list(folder.iterdir()) == []
    assert not [one for one in threading.enumerate() if one.name == "workbench exports"]


def test_while_a_film_is_exported_another_can_be_seen_and_no_second_export_begins(slow: Page, folder: Path) -> None:
    slow.send(EXPORT | {"start": 0, "stop": 200})
    assert Slow.waiting.wait(10)
    slow.send(READ | {"start": 300})
    assert slow.heard[-1][0]["op"] == "pictures"
    slow.send(EXPORT | {"name": "second"})
    assert "is still under way (one at a time)" in slow.said("refused")[0]["message"]
    slow.bench.stream = noise()
    slow.send(READ | {"generation": 2})
    assert slow.heard[-1][0]["op"] == "pictures"
    Slow.leave.release(20)
    slow.part.task.wait()
    assert (slow.job["state"], slow.job["film"], slow.job["generation"]) == ("done", "Slow()", 1)
    assert (np.load(folder / "noise.npy")[100:] == 100).all()


def test_progress_is_told_up_to_the_last_frame(page: Page) -> None:
    page.ended(EXPORT | {"start": 0, "stop": 1050})
    told = page.said("progress")
    assert (told[-1]["done"], told[-1]["total"], told[-1]["number"]) == (1050, 1050, 1)
    assert [one["done"] for one in told] == sorted(one["done"] for one in told)


def test_clipped_values_are_counted_in_the_result_without_a_warning(folder: Path, recwarn: pytest.WarningsRecorder) -> None:
    page = Page(Bright())
    job = page.ended(EXPORT | {"kind": ".webp", "start": 0, "stop": 3})
    assert job["state"] == "done"
    assert "60 values, were outside 0..1 and were clipped" in job["words"]
    assert not recwarn.list


class Bright(Stream):
    """A film that is brighter than it says."""

    size: Size = (4, 5)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.full((1, 1, stop - start, *self.size), 3.0)


class Faulty(Bright):
    """A film over a disk that is full, or with a fault of its own."""

    fault = OSError(28, "No space left on device")

    @override
    def read(self, start: int, stop: int) -> Block:
        raise self.fault


def test_a_full_disk_and_a_films_own_fault_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for fault in (Faulty.fault, ZeroDivisionError("by nought")):
        monkeypatch.setattr(Faulty, "fault", fault)
        job = Page(Faulty()).ended(EXPORT)
        assert job["state"] == "failed"
        assert str(fault) in job["words"]


def test_the_copy_of_a_film_is_closed_and_the_users_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Stream] = []

    def close(self: Stream) -> None:
        closed.append(self)

    monkeypatch.setattr(Bright, "close", close)
    film = Bright()
    page = Page(film)
    page.ended(EXPORT)
    page.send(EXPORT)  # asks, for the file is there
    assert len(closed) == 1
    assert closed[0] is not film


class Held(SequenceStream):
    """A film in memory that waits for leave before it is exported."""

    @override
    def read(self, start: int, stop: int) -> Block:
        if threading.current_thread() is not threading.main_thread():
            assert Slow.leave.acquire(timeout=10)
        return super().read(start, stop)


def test_what_is_put_into_a_film_meanwhile_is_not_in_the_file(slow: Page, folder: Path) -> None:
    film = Held(np.zeros((20, 4, 5)), max_frames=20)
    page = Page(film)
    page.send(EXPORT | {"start": 0, "stop": None})
    film.put(np.ones((20, 4, 5)))
    Slow.leave.release(20)
    page.part.task.wait()
    assert page.job["state"] == "done"
    assert (np.load(folder / "noise.npy") == np.zeros((20, 4, 5))).all()


def test_a_live_source_is_refused() -> None:
    page = Page(noise())
    live = copy.copy(page.bench.stream)
    object.__setattr__(live, "seekable", False)
    page.bench.described = live
    page.send(EXPORT)
    assert "a live source" in page.said("refused")[0]["message"]


def test_the_bytes_that_a_page_gets_are_the_files(page: Page, folder: Path) -> None:
    page.ended(EXPORT | {"start": 0, "stop": 30_000})
    data = (folder / "noise.npy").read_bytes()
    assert len(data) > 2 * PIECE
    assert page.download() == ("noise.npy", data)


def test_a_folder_comes_as_an_archive_that_is_removed(page: Page, folder: Path) -> None:
    page.ended(EXPORT | {"kind": "", "name": "pictures"})
    made: list[Path] = []
    drop = Downloads._drop

    def spied(self: Downloads) -> None:
        if self._parcel is not None:
            made.append(self._parcel._path)
            assert made[-1].exists()
        drop(self)

    Downloads._drop = spied
    try:
        name, data = page.download()
    finally:
        Downloads._drop = drop
    assert name == "pictures.zip"
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert {one: archive.read(one) for one in archive.namelist()} == {
        f"pictures/{one.name}": one.read_bytes() for one in (folder / "pictures").iterdir()
    }
    assert len(made) == 1
    assert not made[0].parent.exists()


def test_what_is_too_large_changed_gone_or_not_the_last_is_not_delivered(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = {"op": "fetch", "view": 1, "number": 1, "offset": 0}
    page.send(fetch)
    page.ended(EXPORT)
    page.send(fetch)
    page.send({"op": "pack", "view": 1, "number": 7})
    page.send({"op": "pack", "view": 1, "number": 1})
    page.part._downloads._worker.wait()
    (folder / "noise.npy").write_bytes(b"other")
    page.send(fetch)
    monkeypatch.setattr("workbench.widgets.export.downloads.CEILING", 100)
    page.send({"op": "pack", "view": 1, "number": 1})
    said = [one["message"] for one in page.said("undelivered")]
    for words, found in zip(
        ("is not the last one", "is no longer packed", "is not the last one", "changed since", "is given up to 100 B"),
        said,
        strict=True,
    ):
        assert words in found


def test_the_next_cell_finds_the_frames(page: Page, names: dict[str, Any]) -> None:
    job = page.ended(TO_NUMPY)
    assert job["words"] == "frames: (30, 4, 6) float32, 2.88 kB"
    assert (names["frames"] == noise()[10:40][0, 0].numpy()).all()
    assert page.ended(TO_NUMPY | {"start": 0})["state"] == "done"  # an array takes the place of an array
    assert names["frames"].shape == (40, 4, 6)


def test_colour_comes_last_as_to_numpy_gives_it(names: dict[str, Any]) -> None:
    film = SequenceStream(np.arange(4 * 5 * 6 * 3.0).reshape(4, 5, 6, 3))
    Page(film).ended(TO_NUMPY | {"start": 0, "stop": None})
    assert (names["frames"] == workbench.to_numpy(film[:])).all()
    assert names["frames"].shape == (4, 5, 6, 3)


@pytest.mark.parametrize("name", ["1st", "a-b", "class", "None", "a.b", "", "a b", "x" * 101, "np;x"])
def test_a_variable_must_be_a_name(page: Page, names: dict[str, Any], name: str) -> None:
    page.send(TO_NUMPY | {"name": name})
    assert "is not a Python name" in page.said("refused")[0]["message"]


def test_what_is_no_array_is_asked_for_before_it_is_replaced(page: Page, names: dict[str, Any]) -> None:
    names |= {"np": np, "show": lambda: None, "film": noise()}
    for name in ("np", "show", "film", "print"):
        page.send(TO_NUMPY | {"name": name})
    assert [one["message"] for one in page.said("asks")] == [
        "np is there already: the module numpy",
        "show is there already: of type function",
        "film is there already: of type RandomStream",
        "print is there already: of type builtin_function_or_method",
    ]
    assert names["np"] is np
    assert page.ended(TO_NUMPY | {"name": "np", "replace": True})["state"] == "done"
    assert names["np"].shape == (30, 4, 6)


def test_more_than_half_of_the_free_memory_is_refused(page: Page, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variables, "free_memory", lambda: 2 * 30 * 4 * 6 * 4)
    assert page.ended(TO_NUMPY)["state"] == "done"
    monkeypatch.setattr(variables, "free_memory", lambda: 2 * 30 * 4 * 6 * 4 - 1)
    job = page.ended(TO_NUMPY | {"name": "more"})
    assert "frames = 30, are 2.88 kB, more than half of the free memory (5.76 kB)" in job["words"]
    assert "more" not in names


def test_free_memory_is_the_containers_where_that_is_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"meminfo": "MemTotal: 900 kB\nMemAvailable: 500 kB\n", "max": "300000\n", "now": "100000\n"}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(variables, "_MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(variables, "_LIMIT", tmp_path / "max")
    monkeypatch.setattr(variables, "_USED", tmp_path / "now")
    assert variables.free_memory() == 200_000
    (tmp_path / "max").write_text("max\n")
    assert variables.free_memory() == 512_000


def test_without_a_notebook_there_is_no_variable(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    page.send(TO_NUMPY)
    assert "ExtraMissing: IPython, is not running" in page.said("refused")[0]["message"]


def test_cancelled_there_is_no_variable(slow: Page, names: dict[str, Any]) -> None:
    slow.send(TO_NUMPY | {"start": 0, "stop": 1000})
    assert Slow.waiting.wait(10)
    slow.send({"op": "stop_export", "view": 1})
    Slow.leave.release(20)
    slow.part.task.wait()
    assert slow.job["state"] == "stopped"
    assert "frames" not in names


def test_code_exports_what_is_on_the_bench(page: Page, folder: Path) -> None:
    page.bench.stream = noise(seed=9)
    assert page.bench.export("some.npy", 5, 10) == Path("some.npy")
    assert (np.load(folder / "some.npy") == noise(seed=9)[5:15][0, 0].numpy()).all()


def test_the_page_is_told_the_hash_of_the_recipe(page: Page) -> None:
    page.bench._parts["identity"]._worker.wait()
    told = page.bench.parts["identity"]
    assert told["hash"] == workbench.core.recipe.content_hash(noise().recipe())
    assert told["generation"] == page.bench.generation
