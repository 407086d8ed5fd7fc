"""Writer: the file is whole under its name, or its frames are in the `.part`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from typing_extensions import override

from workbench.core.block import Block
from workbench.core.errors import DataMissing, FormatError, KnobError, ShapeError
from workbench.core.knob import Knob
from workbench.core.writer import Writer

FILM = np.arange(24.0).reshape(4, 3, 2)


class Raw(Writer):
    """One byte a frame, in a file."""

    filename: Annotated[str, Knob(meaning="the file")]
    lost: Annotated[int, Knob(0, 9, "frames", "frames lost on the way")] = 0
    fault: Annotated[str, Knob(meaning="where the disk is full")] = ""

    def _fail(self, place: str) -> None:
        if self.fault == place:
            raise OSError(28, "No space left on device")

    @override
    def write(self, block: Block) -> None:
        self._fail("write")
        with self.part.open("ab") as file:
            file.write(bytes(block.shape[2]))

    @override
    def finish(self) -> None:
        self._fail("finish")

    @override
    def count(self) -> int:
        return self.part.stat().st_size - self.lost


@pytest.fixture
def name(tmp_path: Path) -> str:
    return str(tmp_path / "film.raw")


def test_the_file_appears_when_it_is_whole(name: str) -> None:
    Path(name).write_text("before")
    writer = Raw(name)
    writer.put(FILM)
    writer.put(FILM[:1])
    assert writer.frames == 5
    assert Path(name).read_text() == "before"
    assert Path(f"{name}.part").stat().st_size == 5
    writer.close()
    writer.close()
    assert Path(name).stat().st_size == 5
    assert not Path(f"{name}.part").exists()
    with pytest.raises(KnobError, match=r"Raw.put\(…\), is closed"):
        writer.put(FILM)


def test_with(name: str) -> None:
    with Raw(Path(name)) as writer:
        writer.put(FILM)
    assert Path(name).stat().st_size == 4


def test_after_an_exception_the_frames_are_in_the_part(name: str) -> None:
    with pytest.raises(ZeroDivisionError), Raw(name) as writer:
        writer.put(FILM)
        raise ZeroDivisionError
    assert not Path(name).exists()
    assert Path(f"{name}.part").stat().st_size == 4
    writer.close()
    assert not Path(name).exists()


def test_no_frames_no_file(name: str) -> None:
    Path(name).write_text("before")
    with Raw(name) as writer:
        writer.put(FILM[:0])
    assert Path(name).read_text() == "before"
    assert [one.name for one in Path(name).parent.iterdir()] == ["film.raw"]


def test_a_lost_frame_is_found_before_the_file_has_its_name(name: str) -> None:
    writer = Raw(name, lost=1)
    writer.put(FILM)
    with pytest.raises(FormatError, match=r"film.raw.part: 3 frames, are not the 4 that were put; it was not renamed"):
        writer.close()
    assert not Path(name).exists()
    assert Path(f"{name}.part").exists()


@pytest.mark.parametrize("place", ["write", "finish"])
def test_a_full_disk_is_named(name: str, place: str) -> None:
    writer = Raw(name, fault=place)
    with pytest.raises(FormatError, match=r"film.raw.part: frame \d could not be written .*No space left"):
        writer.put(FILM)
        writer.close()
    assert not Path(name).exists()


def test_an_exception_stays_itself_on_a_full_disk(name: str) -> None:
    with pytest.raises(ZeroDivisionError) as caught, Raw(name, fault="finish") as writer:
        writer.put(FILM)
        raise ZeroDivisionError
    assert "No space left" in caught.value.__notes__[0]


@pytest.mark.parametrize("frame", [0, 2, 3])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_pixel_value_is_refused(name: str, frame: int, value: float) -> None:
    film = FILM.copy()
    film[frame, 1, 1] = value
    writer = Raw(name)
    with pytest.raises(ShapeError, match=f"frame {frame} holds NaN or infinity"):
        writer.put(film)
    assert writer.frames == 0
    writer.put(FILM)
    writer.close()
    assert Path(name).stat().st_size == 4


@pytest.mark.parametrize("wrong", ["film", None, np.zeros((3, 2)), np.zeros((3, 2, 2, 2))])
def test_what_is_no_film_is_refused(name: str, wrong: Any) -> None:
    with pytest.raises(ShapeError, match=r"Raw.put\(frames\)"):
        Raw(name).put(wrong)


def test_a_bad_place_is_refused_before_the_first_frame(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="make it first"):
        Raw(str(tmp_path / "none" / "film.raw"))
    with pytest.raises(KnobError, match="is a folder"):
        Raw(str(tmp_path))
    with pytest.raises(KnobError, match=r"Raw\.filename"):
        Raw(3)


def test_another_folder_in_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    writer = Raw("film.raw")
    writer.put(FILM)
    monkeypatch.chdir(tmp_path / "other")
    writer.close()
    assert (tmp_path / "film.raw").stat().st_size == 4
