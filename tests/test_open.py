"""open(path): the reader by the suffix, the bytes in agreement with it, else the reason why not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import workbench
from workbench import DataMissing, FormatError, KnobError, streams
from workbench.core.stream import Stream


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def png() -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(6, 8)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("name", ["cat.png", "CAT.PNG", "cat.v2.Png", "[cat].png"])
def test_a_picture_opens_with_its_parameters(name: str) -> None:
    Path(name).write_bytes(png())
    for path in (name, Path(name)):
        film = streams.open(path, size=(2, 3), offset=(1, 2), repeat=4)
        assert film == streams.ImageSequence(name, (2, 3), 4, (1, 2))
        assert film.length == 4
        assert film[0].ravel().tolist() == [10, 11, 12, 18, 19, 20]


def test_what_is_no_file_is_missing(folder: Path) -> None:
    (folder / "pictures.png").mkdir()
    for path in ("cat.png", "no/cat.png", "cat.unknown", "pictures.png", Path("cat.jpg")):
        with pytest.raises(DataMissing, match=Path(path).stem):
            streams.open(path)


@pytest.mark.parametrize("name", ["cat.xyz", "cat", "cat."])
def test_a_suffix_that_nobody_reads(name: str) -> None:
    Path(name).write_bytes(png())
    with pytest.raises(FormatError, match=r"\.jpeg .*\.png .*look like picture.*call it .*\.png") as caught:
        streams.open(name)
    assert str(caught.value).count(".npy ") == 1  # two formats share it


def test_bytes_that_are_not_what_the_suffix_says() -> None:
    Path("cat.png").write_bytes(b"hello, I am no picture")
    with pytest.raises(FormatError, match=r"cat\.png: its bytes begin b'hello.* are not picture as '\.png' says"):
        streams.open("cat.png")
    Path("empty.png").write_bytes(b"")
    with pytest.raises(FormatError, match=r"empty\.png: its bytes begin b''"):
        streams.open("empty.png")


def test_faults_of_the_reader_are_its_own() -> None:
    Path("cat.png").write_bytes(png())
    with pytest.raises(KnobError, match=r"cat\.png.*size"):
        streams.open("cat.png", size=(50, 50))
    Path("cat.png").write_bytes(png()[:40])
    with pytest.raises(FormatError, match=r"cat\.png"):
        streams.open("cat.png")


def test_without_a_size_the_whole_picture_is_shown() -> None:
    Path("cat.png").write_bytes(png())
    film = streams.open("cat.png")
    assert (film.size, film[0].ravel().tolist()) == ((6, 8), list(range(48)))
    Image.fromarray(np.zeros((60, 70), np.uint8)).save("large.png")
    assert streams.open("large.png").size == workbench.from_file("large.png").size == (60, 70)
    assert streams.open("large.png", offset=(1, 2)).size == (50, 50)


def test_every_suffix_has_one_reader_for_its_bytes() -> None:
    """Two formats may share a suffix only where their bytes tell them apart: no example is claimed twice."""
    for one in streams.formats():
        assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in one.suffixes)
        assert issubclass(one.reader, Stream)
        assert not one.sniff(b"")
        assert not one.sniff(b"hello, I am a text\n" * 100)


def test_every_format_opens_a_file_of_its_reader() -> None:
    for one in streams.formats():
        example = one.reader.example()
        name = next(value for value in example.given().values() if isinstance(value, str))
        name = name.replace("*", "1")
        start = Path(name).read_bytes()[: streams._HEAD_BYTES]
        assert [two.name for two in streams.formats() if two.sniff(start)] == [one.name]
        assert type(streams.open(name)) is one.reader
