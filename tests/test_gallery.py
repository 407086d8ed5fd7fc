"""The gallery without a browser: cards, thumbnails, and one bench at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from typing_extensions import override

import workbench
from workbench.core.block import Block
from workbench.core.errors import FormatError, KnobError
from workbench.core.knob import Size
from workbench.core.stream import Stream
from workbench.streams import NumpyReader, RandomStream, SequenceStream, catalogue
from workbench.widgets.gallery.gallery import Gallery

LOOK = {"op": "look", "view": 7, "card": 0}


class GalleryPage:
    """What a browser would send to a gallery and see of it."""

    def __init__(self, *own: Any, **options: Any) -> None:
        self.gallery = Gallery(*own, **options)
        self.replies: list[tuple[dict[str, Any], list[bytes]]] = []
        self.gallery.grid.send = lambda content, buffers=None: self.replies.append((content, buffers or []))
        self.gallery._screening._send = self.gallery.grid.send

    def send(self, message: Any, *buffers: bytes) -> None:
        self.gallery.grid._handle_custom_msg(message, list(buffers))

    def ask(self, message: Any, *buffers: bytes) -> dict[str, Any]:
        before = len(self.replies)
        self.send(message, *buffers)
        assert len(self.replies) == before + 1
        return self.replies[-1][0]

    def look(self, *cards: int) -> list[tuple[dict[str, Any], np.ndarray | None]]:
        """Wants these cards' clips, and gives the answers as they came."""
        before = len(self.replies)
        for card in cards:
            self.send(LOOK | {"card": card})
        self.gallery._screening._worker.wait()
        return [(content, clip_of(content, buffers)) for content, buffers in self.replies[before:]]

    @property
    def cards(self) -> list[dict[str, Any]]:
        return list(self.gallery.grid.cards)

    def card(self, name: str) -> dict[str, Any]:
        return next(one for one in self.cards if one["name"] == name)


def clip_of(content: dict[str, Any], buffers: list[bytes]) -> np.ndarray | None:
    if content["op"] != "clip":
        return None
    shape = [content[name] for name in ("count", "rows", "columns", "channels")]
    return np.frombuffer(buffers[0], np.uint8).reshape(shape)


def expected(stream: Stream, count: int) -> np.ndarray:
    """Frames in bytes, in float64: the range of values from 0 to 255, evenly about zero where it has both signs."""
    low, high = stream.value_range
    if low < 0 < high:
        low, high = -max(-low, high), max(-low, high)
    values = stream.read(0, count)[0, 0].numpy().astype(np.float64)
    return np.clip((values - low) / (high - low), 0, 1) * 255


class Broken(Stream):
    """Its example `cannot` be made."""

    size: Size = (4, 5)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.zeros(1, 1, stop - start, *self.size)

    @classmethod
    @override
    def example(cls) -> Broken:
        msg = "its file is torn"
        raise FormatError(msg)


@pytest.fixture
def page() -> Iterator[GalleryPage]:
    page = GalleryPage()
    yield page
    page.gallery.close()


def test_a_card_for_every_stream_of_the_catalogue(page: GalleryPage) -> None:
    assert [card["name"] for card in page.cards] == list(catalogue())
    assert page.card("Blank")["line"] == "Endless black: every pixel 0."
    assert not any(card["trouble"] or card["sent"] or card["receiving"] for card in page.cards)


def test_nothing_is_made_before_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(NumpyReader, "example", classmethod(lambda cls: made.append("NumpyReader")))
    GalleryPage().gallery.close()
    assert made == []


def test_every_clip_is_the_start_of_its_film(page: GalleryPage) -> None:
    numbers = {card["number"]: card["name"] for card in page.cards}
    found = page.look(*numbers)
    assert sorted(content["card"] for content, _ in found) == sorted(numbers)
    for content, clip in found:
        stream = page.gallery.streams[numbers[content["card"]]]
        assert clip is not None, content
        assert (content["view"], clip.shape[0], clip.shape[3]) == (7, 64, 1)
        assert clip.nbytes <= 1 << 20
        assert np.abs(clip[..., 0] - expected(stream, 64)).max() <= 0.501
        assert max(content["zoom"] * clip.shape[1] / 120, content["zoom"] * clip.shape[2] / 160) <= 1


def test_the_wish_made_last_is_answered_first() -> None:
    began, go_on = threading.Event(), threading.Event()

    class Slow(RandomStream):
        """Waits."""

        @override
        def read(self, start: int, stop: int) -> Block:
            began.set()
            assert go_on.wait(10)
            return super().read(start, stop)

    page = GalleryPage(Slow((4, 5), seed=1), RandomStream((4, 5), seed=1), RandomStream((4, 5), seed=2))
    page.send(LOOK)
    assert began.wait(10)
    for card in (1, 2, 1):
        page.send(LOOK | {"card": card})
    go_on.set()
    page.gallery._screening._worker.wait()
    assert [content["card"] for content, _ in page.replies] == [0, 2, 1]
    page.gallery.close()


def test_an_example_that_cannot_be_made_is_told_on_its_card() -> None:
    page = GalleryPage(Broken)
    assert page.cards[0]["line"] == "Its example cannot be made."
    [(content, _)] = page.look(0)
    assert content == {"op": "trouble", "view": 7, "card": 0, "message": "FormatError: its file is torn"}
    page.send({"op": "open", "card": 0})
    assert page.gallery.bench is None
    assert page.cards[0]["trouble"] == "FormatError: its file is torn"
    assert "Broken" not in page.gallery.streams
    assert "Blank" in page.gallery.streams
    page.gallery.close()


def test_own_classes_and_streams_come_first_with_names_of_their_own() -> None:
    mine = RandomStream((4, 5), seed=3)
    page = GalleryPage(RandomStream, mine)
    names = [card["name"] for card in page.cards]
    assert names[:3] == ["RandomStream", "RandomStream-2", "SequenceStream"]
    assert names.count("RandomStream-3") == 1
    assert page.gallery.streams["RandomStream-2"] is mine
    page.gallery.close()


@pytest.mark.parametrize("thing", [None, 3, "RandomStream", int, np.zeros((3, 4, 5))])
def test_only_streams_and_their_classes_are_cards(thing: Any) -> None:
    with pytest.raises(KnobError, match="is not a stream or a class of streams"):
        workbench.gallery(thing)


def test_a_card_opens_a_bench_in_the_place_of_the_cards(page: GalleryPage) -> None:
    gallery = page.gallery
    page.send({"op": "open", "card": page.card("RandomStream")["number"]})
    first = gallery.bench
    assert first.stream == RandomStream.example()
    assert gallery.children == (gallery.grid, first)
    page.send({"op": "open", "card": page.card("Blank")["number"]})
    assert gallery.children == (gallery.grid, gallery.bench)
    assert gallery.bench is not first
    assert first.comm is None
    page.send({"op": "back"})
    assert (gallery.bench, gallery.children, gallery.grid.opened) == (None, (gallery.grid,), -1)
    assert gallery.show("Blank") is gallery.bench
    with pytest.raises(KnobError, match=r"'Blanc'.*the cards are .*Blank"):
        gallery.show("Blanc")


def test_closing_a_bench_closes_its_films_but_no_lent_one(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Stream] = []
    monkeypatch.setattr(RandomStream, "close", lambda self: closed.append(self))  # noqa: PLW0108 - a plain append is no method
    mine = RandomStream((4, 5), seed=3)
    page = GalleryPage(mine)
    bench = page.gallery.show("RandomStream")
    bench.stream = turned = mine.replace(level=2.0)
    page.gallery.back()
    assert [one is turned for one in closed] == [True]
    closed.clear()
    bench = page.gallery.show("RandomStream-2")
    page.gallery.back()
    assert [one is bench.stream for one in closed] == [True]
    page.gallery.close()
    assert not any(one is mine for one in closed)


def test_a_gallery_that_is_closed_leaves_no_thread_and_hears_nothing() -> None:
    page = GalleryPage()
    for card in page.cards:
        page.send(LOOK | {"card": card["number"]})
    page.gallery.show("Blank")
    page.gallery.close()
    assert not [one for one in threading.enumerate() if one.name == "workbench gallery"]
    assert page.gallery.bench is None
    page.send({"op": "open", "card": 0})
    assert page.gallery.bench is None


MALFORMED = [
    None,
    {},
    {"op": "exec"},
    {"op": "look"},
    LOOK | {"card": "0"},
    LOOK | {"card": -1},
    LOOK | {"path": "x"},
    {"op": "open", "card": 0, "class": "os"},
    {"op": "begin", "view": 1, "drop": 1, "upload": 1, "name": 3, "size": 1},
    {"op": "begin", "view": 1, "drop": 1, "upload": 1, "name": "a.npy", "size": -1},
    {"op": "begin", "view": 1, "drop": 1, "upload": 1, "name": "a\0.npy", "size": 1},
    {"op": "piece", "view": 1, "upload": 1, "at": 0},
    {"op": "piece", "view": 1, "upload": 1, "at": 2**40},
]


@pytest.mark.parametrize("message", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_messages_are_refused(page: GalleryPage, message: Any) -> None:
    assert page.ask(message)["op"] == "malformed"


def test_buffers_come_with_pieces_only_and_one_at_a_time(page: GalleryPage) -> None:
    piece = {"op": "piece", "view": 1, "upload": 1, "at": 0}
    assert page.ask(LOOK, b"x")["op"] == "malformed"
    assert page.ask(piece, b"x", b"y")["op"] == "malformed"
    assert page.ask(piece, bytes((1 << 20) + 1))["op"] == "malformed"
    assert page.ask(piece, bytes(1 << 20))["op"] == "refused"  # it belongs to nothing


def test_cards_that_are_not_there_are_passed_over(page: GalleryPage) -> None:
    for message in (
        LOOK | {"card": 999},
        {"op": "open", "card": 999},
        {"op": "remove", "card": 999},
        {"op": "remove", "card": 0},
    ):
        page.send(message)
    assert page.replies == []
    assert len(page.cards) == len(catalogue())


def test_an_empty_film_has_an_empty_clip() -> None:
    page = GalleryPage(SequenceStream(np.zeros((0, 4, 5))))
    [(content, clip)] = page.look(0)
    assert (content["op"], content["count"], clip.shape) == ("clip", 0, (0, 4, 5, 1))
    page.gallery.close()
