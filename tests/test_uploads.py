"""Files from a browser: whole or refused by name, within their ceilings, and gone with their card."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

import workbench
from workbench.core.errors import KnobError
from workbench.streams import EventReader, InrImageStreamer, NumpyReader
from workbench.widgets.gallery.card import opened
from workbench.widgets.gallery.inbox import Inbox, plain

from .test_gallery import GalleryPage

FILM = np.arange(30 * 4 * 6.0).reshape(30, 4, 6)


def npy(values: np.ndarray = FILM) -> bytes:
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()


def picture(seed: int = 1, shape: tuple[int, ...] = (40, 60, 3), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)).save(out, kind)
    return out.getvalue()


class Browser(GalleryPage):
    """Sends files as the page does."""

    uploads = 0

    def begin(self, name: str, size: int, *, view: int = 7, drop: int = 1) -> dict[str, Any]:
        self.uploads += 1
        return self.ask({"op": "begin", "view": view, "drop": drop, "upload": self.uploads, "name": name, "size": size})

    def piece(self, data: bytes, at: int, *, upload: int | None = None, view: int = 7) -> dict[str, Any]:
        return self.ask({"op": "piece", "view": view, "upload": upload or self.uploads, "at": at}, data)

    def drop(self, *files: tuple[str, bytes], number: int = 1, most: int = 1000) -> None:
        for name, data in files:
            answer = self.begin(name, len(data), drop=number)
            while answer["op"] == "go" and answer["at"] < len(data):
                answer = self.piece(data[answer["at"] :][:most], answer["at"])
        self.send({"op": "done", "view": 7, "drop": number})

    @property
    def folder(self) -> Path:
        return self.gallery._uploads.inbox.folder

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [card for card in self.cards if card["sent"]]


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser()
    yield browser
    browser.gallery.close()


def test_a_file_in_pieces_becomes_a_card_and_a_film(browser: Browser) -> None:
    browser.drop(("film.npy", npy()))
    assert browser.cards[0] == {
        "number": 17,
        "name": "film.npy",
        "line": "NumpyReader: 4 × 6 px, 30 frames",
        "trouble": "",
        "receiving": False,
        "sent": True,
    }
    assert (workbench.to_numpy(browser.gallery.streams["film.npy"].read(0, 30)) == FILM).all()
    assert browser.files == ["film.npy"]


def video(folder: Path) -> bytes:
    file = folder / "made.mkv"
    with av.open(file, "w") as made:
        track = made.add_stream("ffv1", rate=25)
        track.width, track.height, track.pix_fmt = 64, 48, "gray"
        for k in range(12):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64), 20 * k, np.uint8), "gray")
            made.mux(track.encode(frame))
        made.mux(track.encode(None))
    return file.read_bytes()


def test_every_kind_of_file_is_shown_whole(browser: Browser, tmp_path: Path) -> None:
    packed = io.BytesIO()
    np.savez(packed, FILM)
    inr = Path(InrImageStreamer.example().filename).read_bytes()
    events = Path(EventReader.example().filename)
    browser.drop(
        ("a.npz", packed.getvalue()),
        ("b.png", picture()),
        ("c.mkv", video(tmp_path)),
        ("d.inr", inr),
        ("e.inr.gz", gzip.compress(inr)),
        (f"f{events.suffix}", events.read_bytes()),
        most=1 << 20,
    )
    assert [card["trouble"] for card in browser.sent] == [""] * 6
    kinds = [card["line"].partition(" px")[0] for card in browser.sent]
    assert kinds == [
        "NumpyReader: 4 × 6",
        "ImageSequence: 40 × 60",
        "VideoReader: 48 × 64",
        "InrImageStreamer: 6 × 10",
        "InrImageStreamer: 6 × 10",
        "EventReader: 6 × 10",
    ]
    assert browser.gallery.streams["c.mkv"].read(11, 12).mean() == 220


def test_pictures_of_one_size_dropped_together_are_one_film_in_natural_order(browser: Browser) -> None:
    names = ["cat_10.png", "cat_2.png", "cat_1.png"]
    browser.drop(*[(name, picture(k)) for k, name in enumerate(names)], ("other.png", picture(9, (5, 7))), most=1 << 20)
    assert sorted(card["name"] for card in browser.sent) == ["cat_1.png … cat_10.png", "other.png"]
    film = browser.gallery.streams["cat_1.png … cat_10.png"]
    for frame, seed in enumerate((2, 1, 0)):
        wanted = np.array(Image.open(io.BytesIO(picture(seed)))).astype(np.float64).mean(-1)
        assert np.abs(film.read(frame, frame + 1)[0, 0, 0].numpy() - wanted).max() < 1e-3
    number = browser.card("cat_1.png … cat_10.png")["number"]
    browser.send({"op": "remove", "card": number})
    assert browser.files == ["other.png"]
    browser.drop(("cat_1.png", picture(1)), number=2)
    browser.drop(("cat_2.png", picture(2)), number=3)
    assert len(browser.sent) == 3  # not dropped together


@pytest.mark.parametrize("name", ["../../x.npy", "a/b.npy", "a\\b.npy", "/etc/passwd", ""])
def test_what_is_no_base_name_is_refused_by_name(browser: Browser, name: str) -> None:
    assert browser.begin(name, 10)["op"] == "refused"
    assert "is not a base name" in browser.sent[0]["trouble"]
    assert browser.sent[0]["name"] == name
    assert browser.files == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..", "_"),
        (".npy", "_npy"),
        ("a b (1).npy", "a_b_1_.npy"),
        ("x" * 5000 + ".npy", "x" * 116 + ".npy"),
        ("ä" * 500 + ".npy", "ä" * 58 + ".npy"),
        ("\udcff\udcfe.npy", "_.npy"),
        ("日本.npy", "日本.npy"),
        ("[a]*?.npy", "_a_.npy"),
        ("-rf.npy", "-rf.npy"),
        ("a\nb.npy", "a_b.npy"),
    ],
)
def test_other_names_become_plain(browser: Browser, name: str, kept: str) -> None:
    assert plain(name) == kept
    browser.drop((name, npy()), most=1 << 20)
    assert browser.files == ([kept] if kept.endswith(".npy") else [])
    assert browser.sent[0]["name"] == kept
    browser.sent[0]["trouble"].encode()


def test_names_that_are_taken_are_numbered(browser: Browser) -> None:
    for k, name in enumerate(["film.npy", "film.npy", "FILM.npy", "film.npy"]):
        browser.drop((name, npy(FILM + k)), number=k)
    assert [card["name"] for card in browser.sent] == ["film.npy", "film-2.npy", "FILM-3.npy", "film-4.npy"]
    assert [float(browser.gallery.streams[card["name"]][0].min()) for card in browser.sent] == [0, 1, 2, 3]


def test_two_uploads_at_once_do_not_mix(browser: Browser) -> None:
    one, other = npy(FILM), npy(FILM + 1000)
    first, second = (browser.begin("film.npy", len(one), view=view, drop=1) and browser.uploads for view in (1, 2))
    for at in range(0, len(one), 700):
        browser.piece(one[at : at + 700], at, upload=first, view=1)
        browser.piece(other[at : at + 700], at, upload=second, view=2)
    browser.send({"op": "done", "view": 1, "drop": 1})
    assert [card["receiving"] for card in browser.sent] == [False, True]
    browser.send({"op": "done", "view": 2, "drop": 1})
    assert [float(browser.gallery.streams[name][0].min()) for name in ("film.npy", "film-2.npy")] == [0, 1000]


def test_ceilings_are_kept_by_name_before_and_while_receiving() -> None:
    browser = Browser(inbox=Inbox(most_of_a_file=5 << 20, most_in_all=8 << 20))
    assert browser.begin("large.npy", (5 << 20) + 1)["op"] == "refused"
    assert "large.npy = 5 MB, is more than 5 MB (one file); open it from code" in browser.sent[-1]["trouble"]
    assert browser.begin("one.npy", 5 << 20)["op"] == "go"
    assert browser.begin("two.npy", 4 << 20)["op"] == "refused"  # that much is promised already
    assert "two.npy = 4 MB, is too much beside the 5 MB that are here" in browser.sent[-1]["trouble"]
    assert browser.begin("three.npy", 10)["op"] == "go"
    assert browser.piece(b"x" * 11, 0)["op"] == "refused"
    assert "three.npy: bytes 0 to 11, are not what comes next (byte 0 of 10)" in browser.sent[-1]["trouble"]
    assert browser.files == [".one.npy"]
    browser.send({"op": "remove", "card": browser.card("one.npy")["number"]})
    assert browser.files == []
    assert browser.begin("two.npy", 4 << 20)["op"] == "go"
    browser.gallery.close()


def test_pieces_out_of_their_place_are_refused(browser: Browser) -> None:
    browser.begin("film.npy", 100)
    assert browser.piece(b"x" * 10, 0)["at"] == 10
    assert browser.piece(b"x" * 10, 0)["op"] == "refused"
    assert browser.piece(b"x" * 10, 10)["op"] == "refused"  # it is gone
    assert browser.files == []


def test_a_file_that_did_not_come_whole_is_told_and_removed(browser: Browser) -> None:
    data = npy()
    browser.begin("film.npy", len(data))
    browser.piece(data[:500], 0)
    assert browser.sent[0]["receiving"]
    browser.send({"op": "open", "card": browser.sent[0]["number"]})
    assert browser.gallery.bench is None
    browser.send({"op": "done", "view": 7, "drop": 1})
    assert (
        browser.sent[0]["trouble"]
        == f"FormatError: film.npy, is 500 bytes of {len(data)} (it did not come whole); send it again."
    )
    assert not browser.sent[0]["receiving"]
    assert browser.files == []


BROKEN = [
    ("cat.png", b"hello, I am no picture at all", "are not picture"),
    ("cat.png", picture()[:2000], "cat.png"),
    ("cat.jpg", picture(kind="JPEG")[:2000], "cat.jpg"),  # its head is whole: found by reading a frame
    ("cat.xyz", b"hello", "is not one of"),
    ("cat.npy", npy()[:300], "cat.npy"),
    ("cat.npy", b"", "cat.npy"),
    ("cat.npy", npy(np.zeros(3)), "cat.npy"),
    ("cat.mkv", b"\x1a\x45\xdf\xa3" + bytes(3000), "cat.mkv"),
    ("cat.inr", b"#INRIMAGE-4#{\n" + bytes(300), "cat.inr"),
]


@pytest.mark.parametrize(("name", "data", "words"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_says_why_and_is_removed(browser: Browser, name: str, data: bytes, words: str) -> None:
    browser.drop((name, data))
    trouble = browser.sent[0]["trouble"]
    assert words in trouble
    assert str(browser.folder.parent) not in trouble
    assert browser.files == []
    assert browser.sent[0]["name"] not in browser.gallery.streams


def test_a_removed_card_gives_its_bench_and_its_file_back(browser: Browser) -> None:
    browser.drop(("film.npy", npy()))
    number = browser.sent[0]["number"]
    browser.send({"op": "open", "card": number})
    assert isinstance(browser.gallery.bench.stream, NumpyReader)
    browser.send({"op": "remove", "card": number})
    assert (browser.gallery.bench, browser.files, browser.sent) == (None, [], [])


def test_closing_removes_the_folder(browser: Browser) -> None:
    browser.drop(("film.npy", npy()))
    browser.begin("half.npy", 100)
    folder = browser.folder
    browser.gallery.close()
    assert not folder.exists()


def test_cards_that_only_say_what_went_wrong_are_few(browser: Browser) -> None:
    for k in range(60):
        browser.begin(f"../{k}", 1)
    assert [card["name"] for card in browser.sent] == [f"../{k}" for k in range(10, 60)]


def test_a_picture_too_large_for_a_bench_is_cut_in_its_middle(tmp_path: Path) -> None:
    Image.new("L", (5000, 4000), 7).save(tmp_path / "a.png")
    Image.new("L", (3000, 2000), 7).save(tmp_path / "b.png")
    assert opened(tmp_path / "a.png").size == (4000, 4096)
    assert opened(tmp_path / "b.png").size == (2000, 3000)


def test_a_full_disk_is_told(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.begin("film.npy", 100)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Inbox, "take", full)
    assert browser.piece(b"x", 0)["op"] == "refused"
    assert browser.sent[0]["trouble"] == "OSError: [Errno 28] No space left on device"
    with pytest.raises(KnobError):
        browser.gallery.show("film")
