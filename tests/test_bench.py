"""The bench without a browser: messages in, messages and pictures out."""

from __future__ import annotations

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
from workbench.streams import RandomStream, SequenceStream
from workbench.widgets.bench import Bench, bench

READ = {"op": "read", "view": 1, "order": 5, "generation": 1, "start": 10, "count": 3, "step": 1, "shrink": 1, "channel": 0}
TURN = {"op": "turn", "view": 1, "turn": 4, "knob": "level", "value": 50.0, "start": 10, "step": 1, "shrink": 1, "channel": 0}
FLASH = {
    "op": "flash",
    "view": 1,
    "generation": 1,
    "start": 0,
    "step": 1,
    "channel": 0,
    "interval": 16667,
    "zoom": 6,
    "contrast": 1000,
}


class Page:
    """What a browser would send and see."""

    def __init__(self, table: Bench) -> None:
        self.table = table
        self.replies: list[tuple[dict[str, Any], list[bytes]]] = []
        table.send = lambda content, buffers=None: self.replies.append((content, buffers or []))

    def send(self, message: Any, buffers: Any = ()) -> dict[str, Any]:
        before = len(self.replies)
        self.table._handle_custom_msg(message, list(buffers))
        assert len(self.replies) == before + 1
        return self.replies[-1][0]

    @property
    def pictures(self) -> np.ndarray:
        content, (buffer,) = self.replies[-1]
        shape = [content[name] for name in ("count", "rows", "columns", "channels")]
        return np.frombuffer(buffer, np.uint8).reshape(shape)


def noise(**changes: Any) -> RandomStream:
    return RandomStream((4, 5), level=100.0, mean=127.0, seed=7).replace(**changes)


def expected(stream: Stream, start: int, stop: int, low: float, high: float) -> np.ndarray:
    values = stream.read(start, stop)[0, 0].numpy().astype(np.float64)
    return np.rint(np.clip((values - low) / (high - low), 0, 1) * 255)


@pytest.fixture
def page() -> Page:
    return Page(bench(noise()))


def test_an_order_brings_frames_in_one_buffer(page: Page) -> None:
    reply = page.send(READ)
    assert (reply["op"], reply["view"], reply["order"], reply["start"], reply["count"]) == ("pictures", 1, 5, 10, 3)
    assert np.abs(page.pictures[..., 0] - expected(noise(), 10, 13, 77, 177)).max() <= 1
    assert reply["service"] > 0


def test_orders_for_an_earlier_recipe_are_not_read(page: Page) -> None:
    page.table.stream = noise(level=50.0)
    assert page.send(READ) == {"op": "stale", "view": 1, "order": 5}
    assert page.send(READ | {"generation": 2})["op"] == "pictures"


def test_a_turned_knob_makes_another_stream_and_shows_two_frames_of_it(page: Page) -> None:
    given = page.table.stream
    reply = page.send(TURN)
    assert (reply["op"], reply["turn"], reply["generation"], reply["count"]) == ("turned", 4, 2, 2)
    assert page.table.stream == noise(level=50.0)
    assert given == noise()
    assert np.abs(page.pictures[..., 0] - expected(noise(level=50.0), 10, 12, 77, 177)).max() <= 1


def test_controls_code_and_film_follow_a_stream_set_from_code(page: Page) -> None:
    page.table.stream = noise(level=900.0, size=(6, 7))
    level = next(one for one in page.table.controls if one["name"] == "level")["parts"][0]
    assert (level["value"], level["high"]) == (900, 900)
    assert (page.table.film["rows"], page.table.film["columns"], page.table.film["generation"]) == (6, 7, 2)
    assert page.table.code.endswith("RandomStream(size=(6, 7), level=900.0, mean=127.0, seed=7))")


def test_the_code_rebuilds_what_is_on_screen(page: Page) -> None:
    page.send(TURN)
    first, second = page.table.code.splitlines()
    assert first == "import workbench"
    assert eval(second, {"workbench": workbench}).stream == page.table.stream


def test_a_stream_of_ones_own_is_named_as_it_is() -> None:
    assert Bench(Torn()).code == "import workbench\nworkbench.bench(Torn())"


def test_the_range_of_values_stays_when_a_knob_is_turned_and_is_fitted_on_demand(page: Page) -> None:
    page.send(TURN | {"value": 200.0})
    assert (page.table.film["low"], page.table.film["high"]) == (77, 177)
    assert page.replies[-1][0]["clipped"] > 0
    page.table._handle_custom_msg({"op": "fit", "view": 1}, [])
    assert (page.table.film["low"], page.table.film["high"]) == (27, 227)


def test_a_refused_value_leaves_the_last_good_film(page: Page) -> None:
    reply = page.send(TURN | {"value": -3.0})
    assert (reply["op"], reply["knob"], reply["turn"]) == ("refused", "level", 4)
    assert "RandomStream.level = -3.0, is outside [0, ∞)" in reply["message"]
    assert page.table.stream == noise()
    assert page.send(READ)["op"] == "pictures"


def test_a_knob_whose_film_cannot_be_read_is_refused_too(page: Page) -> None:
    reply = page.send(TURN | {"knob": "size", "value": [60000, 60000]})
    assert reply["op"] == "refused"
    assert "live preview" in reply["message"]
    assert page.table.stream == noise()


def test_a_position_past_the_next_films_end_is_its_last_frame() -> None:
    page = Page(Bench(SequenceStream(np.zeros((100, 4, 5)), max_frames=100)))
    reply = page.send(TURN | {"knob": "pixel_per_degree", "value": 5.0, "start": 5000})
    assert (reply["op"], reply["start"], reply["count"]) == ("turned", 99, 1)


class Torn(Stream):
    """A film whose file is torn."""

    size: Size = (4, 5)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        if start >= 10:
            msg = "film.dat is torn"
            raise FormatError(msg)
        return torch.zeros(1, 1, stop - start, *self.size)


def test_what_a_stream_raises_is_told_and_the_bench_lives_on() -> None:
    page = Page(Bench(Torn()))
    reply = page.send(READ)
    assert (reply["op"], reply["order"], reply["message"]) == ("error", 5, "FormatError: film.dat is torn")
    assert page.send(READ | {"start": 0})["op"] == "pictures"


def test_watching_never_moves_the_users_cursor(page: Page) -> None:
    page.table.stream.seek(3)
    for message in (READ, FLASH, TURN):
        page.send(message)
    assert page.table.stream.position == 3


def test_the_flash_question_is_answered_for_what_is_shown(page: Page) -> None:
    table = Page(Bench(noise(size=(50, 50))))
    assert table.send(FLASH)["risky"] is True
    assert table.send(FLASH | {"interval": 500_000})["risky"] is False
    assert table.send(FLASH | {"contrast": 100})["risky"] is False
    reply = table.send(FLASH | {"start": 7, "step": 16})
    assert (reply["start"], reply["stop"]) == (7, 7 + 61 * 16)


MALFORMED = [
    None,
    [],
    "read",
    {},
    {"op": "exec"},
    {"op": ["read"]},
    {"op": "read"},
    READ | {"more": 1},
    READ | {"count": 0},
    READ | {"count": 257},
    READ | {"count": "3"},
    READ | {"count": True},
    READ | {"count": 1.5},
    READ | {"start": -1},
    READ | {"start": 2**60},
    READ | {"start": float("nan")},
    READ | {"step": 0},
    READ | {"shrink": 0},
    READ | {"shrink": 10**9},
    READ | {"channel": -2},
    READ | {"view": None},
    TURN | {"knob": 3},
    FLASH | {"interval": 0},
    FLASH | {"zoom": 10**6},
]


@pytest.mark.parametrize("message", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_messages_are_refused_and_the_bench_lives_on(page: Page, message: Any) -> None:
    reply = page.send(message)
    assert reply["op"] == "malformed"
    assert len(reply["message"]) < 600
    assert page.send(READ)["op"] == "pictures"


def test_buffers_from_a_browser_are_refused(page: Page) -> None:
    assert page.send(READ, [b"x"])["op"] == "malformed"


@pytest.mark.parametrize("knob", ["__class__", "_given", "read", "stream", "../level"])
def test_a_message_reaches_no_attribute_but_knobs(page: Page, knob: str) -> None:
    assert page.send(TURN | {"knob": knob})["op"] == "refused"
    assert page.table.stream == noise()


@pytest.mark.parametrize("thing", [None, 3, "RandomStream", RandomStream, np.zeros((3, 4, 5))])
def test_only_a_stream_goes_on_the_bench(thing: Any) -> None:
    with pytest.raises(KnobError, match="is not a stream"):
        Bench(thing)
    table = Bench(noise())
    with pytest.raises(KnobError, match="is not a stream"):
        table.stream = thing
    assert table.stream == noise()


def test_an_empty_film_goes_on_the_bench() -> None:
    page = Page(Bench(SequenceStream(np.zeros((0, 4, 5)))))
    assert page.table.film["length"] == 0
    assert page.send(READ | {"start": 0})["count"] == 0


def test_signed_films_are_marked_and_shown_evenly_about_zero() -> None:
    film = Bench(SequenceStream(np.linspace(-1, 3, 40).reshape(2, 4, 5))).film
    assert (film["signed"], film["low"], film["high"]) == (True, -3, 3)
    assert Bench(noise()).film["signed"] is False
