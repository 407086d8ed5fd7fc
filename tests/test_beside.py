"""A model beside the film, without a browser: its pictures against the model run by itself, and who waits for whom."""

from __future__ import annotations

import threading
import time
from typing import Annotated, Any

import numpy as np
import pytest
import torch
from typing_extensions import override

import workbench
from workbench.core.block import Block
from workbench.core.knob import Knob
from workbench.core.layer import Layer
from workbench.core.stream import Stream
from workbench.filters import LowPass, Poisson
from workbench.models import Linear, Retina
from workbench.streams import RandomStream, SequenceStream, layers
from workbench.widgets.bench import Bench, bench
from workbench.widgets.model import modelled
from workbench.widgets.model.part import Beside

NOISE = RandomStream((9, 11), level=100.0, mean=127.0, seed=7)
WINDOW = {
    "op": "model read",
    "view": 1,
    "order": 5,
    "generation": 0,
    "start": 0,
    "count": 3,
    "step": 1,
    "shrink": 1,
    "channel": 0,
    "after": False,
}


class Page:
    """What a browser would send and see of a bench with a model."""

    def __init__(self, table: Bench) -> None:
        self.table = table
        self.replies: list[dict[str, Any]] = []
        self.pictures: dict[int, np.ndarray] = {}
        self.lock = threading.Lock()
        table.send = self._take

    def _take(self, content: dict[str, Any], buffers: Any = None) -> None:
        with self.lock:
            self.replies.append(content)
            if content["op"] in ("pictures", "way") and content.get("part") == "model":
                self.pictures |= unpacked(content, buffers[0])

    @property
    def part(self) -> Beside:
        return self.table._parts["model"]

    @property
    def facts(self) -> dict[str, Any]:
        self.part.maker.wait()
        return self.table.parts["model"]

    def tell(self, **message: Any) -> None:
        self.table._handle_custom_msg(message, [])

    def order(self, start: int, count: int, **changes: Any) -> None:
        self.tell(**(WINDOW | {"start": start, "count": count, "generation": self.facts["generation"]} | changes))

    def read(self, start: int, count: int, **changes: Any) -> np.ndarray:
        """The pictures of an order `(count, rows, columns, channels)`, once it is done."""
        self.order(start, count, **changes)
        self.part.maker.wait()
        return np.stack([self.pictures[start + k * changes.get("step", 1)] for k in range(count)])

    def ops(self) -> list[str]:
        return [one["op"] for one in self.replies]


def unpacked(content: dict[str, Any], data: bytes) -> dict[int, np.ndarray]:
    """Pictures by frame number, out of bits where they are packed."""
    shape = [content[name] for name in ("count", "rows", "columns", "channels")]
    values = np.frombuffer(data, np.uint8)
    if content["packed"]:
        values = np.unpackbits(values, count=int(np.prod(shape))) * 255
    return {content["start"] + k * content["step"]: one for k, one in enumerate(values.reshape(shape))}


def plain_bytes(film: Block, low: float, high: float) -> np.ndarray:
    """A film `(time, rows, columns)` as bytes in float64, unrounded."""
    return np.clip((film[0, 0].numpy().astype(np.float64) - low) / (high - low), 0, 1) * 255


def shown(page: Page) -> tuple[float, float]:
    film = page.facts["film"]
    return film["low"], film["high"]


@pytest.mark.parametrize("output", [None, "opl", "ganglion_OFF", "ganglion_spikes_OFF"])
def test_pictures_are_the_models_own_however_one_jumps(output: str | None) -> None:
    page = Page(bench(NOISE, Retina(seed=3), output))
    whole = Retina(seed=3).run(NOISE.replace(), max_t=700, stages=True)[output or "ganglion_spikes_ON"]
    wanted = plain_bytes(whole, *shown(page))
    for start, count, step in ((0, 3, 1), (600, 40, 1), (63, 2, 1), (10, 130, 1), (300, 5, 20), (0, 1, 1)):
        found = page.read(start, count, step=step)[..., 0]
        assert np.abs(found - wanted[start : start + count * step : step]).max() <= 0.501


def test_what_is_seen_of_each_kind_of_film() -> None:
    page = Page(bench(NOISE, Retina(seed=3)))
    told = page.facts["film"]
    assert (told["colours"], told["low"], told["high"], told["spikes"]) == ("grey", 0, 1, True)
    page.table.output = "opl"
    told = page.facts["film"]
    assert (told["colours"], told["low"]) == ("diverging", -told["high"])
    page.table.output = "ganglion_ON"
    told = page.facts["film"]
    whole = Retina(seed=3).run(NOISE.replace(), max_t=100, stages=True).ganglion_ON
    assert (told["colours"], told["low"], told["high"]) == ("viridis", whole.min().item(), whole.max().item())
    assert told["outputs"] == list(Retina().run(NOISE.replace(), max_t=1, stages=True).keys())


def test_spikes_travel_as_bits_and_what_is_between_does_not() -> None:
    page = Page(bench(NOISE, Retina(seed=3)))
    page.read(100, 20)
    sent = next(one for one in page.replies if one["op"] == "pictures")
    assert sent["packed"] is True
    page.read(100, 20, shrink=2)
    assert page.replies[-1]["packed"] is False


def test_every_model_of_the_house_can_be_chosen_and_comes_back_as_it_was_left() -> None:
    page = Page(bench(RandomStream((50, 50), level=100.0, mean=127.0, seed=7)))
    assert (page.facts["choice"], page.facts["film"]) == (-1, None)
    page.tell(op="models", view=1)
    page.part._looker.wait()
    names = [one["name"] for one in page.facts["choices"]]
    assert sorted(names) == sorted(layers())
    for number, name in enumerate(names):
        page.tell(op="model", view=1, choice=number)
        assert (type(page.table.model).__name__, page.facts["choice"], page.facts["trouble"]) == (name, number, "")
        assert page.facts["film"] is not None
    page.table.model = LowPass(tau=0.2)
    page.tell(op="model", view=1, choice=-1)
    assert page.table.model is None
    page.tell(op="model", view=1, choice=names.index("LowPass"))
    assert page.table.model.tau == 0.2
    page.tell(op="model", view=1, choice=500)
    assert "IndexError" in page.facts["trouble"]


class Halved(Layer):
    """Half of everything, as one would write it in a notebook."""

    share: Annotated[float, Knob(0, 1, "", "share that is left")] = 0.5

    @override
    def step(self, block: Block, state: Any) -> tuple[Block, None]:
        return block * self.share, None


def test_a_layer_of_ones_own_needs_no_registration() -> None:
    page = Page(bench(NOISE, model=Halved()))
    assert np.abs(page.read(5, 2)[..., 0] - plain_bytes(NOISE.read(5, 7) / 2, *shown(page))).max() <= 0.501
    page.tell(op="model turn", view=1, turn=1, knob="share", value=0.25)
    assert (page.table.model.share, page.facts["controls"][0]["parts"][0]["value"]) == (0.25, 0.25)
    assert page.table.code.endswith("model=Halved(share=0.25))")
    low, high = shown(page)
    assert np.abs(page.read(5, 2)[..., 0] - plain_bytes(NOISE.read(5, 7) / 4, low, high)).max() <= 0.501


def test_a_turned_knob_keeps_the_range_and_fit_range_fits_it() -> None:
    page = Page(bench(NOISE, model=Halved()))
    before = shown(page)
    page.tell(op="model turn", view=1, turn=1, knob="share", value=0.25)
    assert shown(page) == before
    number = page.facts["generation"]
    page.tell(op="model fit", view=1, start=30)
    quarter = NOISE.read(30, 94) / 4
    assert shown(page) == (quarter.min().item(), quarter.max().item())
    assert page.facts["generation"] > number
    page.table.stream = NOISE.replace(level=50.0)
    assert np.abs(page.read(3, 1)[..., 0] - plain_bytes(NOISE.replace(level=50.0).read(3, 4) / 4, *shown(page))).max() <= 0.501


def test_a_refused_knob_of_the_model_leaves_it_as_it_is() -> None:
    page = Page(bench(NOISE, model=Halved()))
    page.tell(op="model turn", view=1, turn=4, knob="share", value=7.0)
    reply = page.replies[-1]
    assert (reply["part"], reply["op"], reply["turn"], reply["knob"]) == ("model", "turned", 4, "share")
    assert "Halved.share = 7.0, is outside [0, 1]" in reply["message"]
    assert page.table.model.share == 0.5


@pytest.mark.parametrize(
    ("model", "output"),
    [
        (Retina(seed=5), None),
        (Retina(seed=5, cells="magno"), "opl"),
        (LowPass(tau=0.3), None),
        (Poisson(seed=2), None),
        (Linear(), None),
        (None, None),
    ],
)
def test_the_code_rebuilds_bench_model_and_output(model: Layer | None, output: str | None) -> None:
    table = bench(NOISE, model, output)
    names: dict[str, Any] = {}
    *lines, last = table.code.splitlines()
    exec("\n".join(lines), names)
    again = eval(last, names)
    assert again.stream == table.stream
    assert (again.output, again.code) == (output, table.code)
    assert (again.model is None) == (model is None)
    assert model is None or again.model.identity() == model.identity()


class Gated(Layer):
    """A model that computes only when it is let."""

    gate = threading.Event()
    began = threading.Event()
    shown: Annotated[int, Knob(0, 9, "", "nothing that matters")] = 0

    @override
    def step(self, block: Block, state: Any) -> tuple[Block, None]:
        if block.shape[2] > 1:
            Gated.began.set()
            assert Gated.gate.wait(30)
        return block / 2, None

    @override
    def output_range(self, low: float, high: float) -> tuple[float, float]:
        return low / 2, high / 2


@pytest.fixture
def gated() -> Any:
    Gated.gate.clear()
    Gated.began.clear()
    page = Page(bench(NOISE, model=Gated()))
    yield page
    Gated.gate.set()
    page.table.close()
    page.part.maker.wait()


FILM = {"op": "read", "view": 1, "order": 5, "start": 10, "count": 3, "step": 1, "shrink": 1, "channel": 0}


def test_the_film_never_waits_for_a_model_under_way(gated: Page) -> None:
    gated.order(0, 3)
    assert Gated.began.wait(10)
    for number in range(20):
        gated.tell(**(FILM | {"order": number, "generation": gated.table.generation}))
    gated.tell(op="turn", view=1, turn=1, knob="level", value=90.0, start=0, step=1, shrink=1, channel=0)
    gated.tell(op="model turn", view=1, turn=1, knob="shown", value=3)
    assert gated.ops() == ["pictures"] * 20 + ["turned", "turned"]
    assert all("part" not in one for one in gated.replies[:-1])
    assert not gated.part.maker._worker.idle


def test_the_newest_window_wins_and_none_queue_up(gated: Page) -> None:
    gated.order(0, 3)
    assert Gated.began.wait(10)
    generation = gated.table.parts["model"]["generation"]
    for number in range(50):
        gated.tell(**(WINDOW | {"generation": generation, "order": number, "start": 64 * number}))
    Gated.gate.set()
    gated.part.maker.wait()
    done = [one["order"] for one in gated.replies if one["op"] == "pictures" and one["done"]]
    assert done[-1] == 49
    assert set(done) <= {5, 49}


def test_orders_for_another_film_or_model_are_stale() -> None:
    page = Page(bench(NOISE, model=Halved()))
    old = page.facts["generation"]
    page.table.model = Halved(share=0.1)
    page.part.maker.wait()
    page.tell(**(WINDOW | {"generation": old}))
    page.part.maker.wait()
    assert page.replies == []
    assert page.facts["generation"] != old
    page.table.stream = NOISE.replace(seed=8)
    assert len(page.read(0, 2)) == 2


def test_what_was_computing_when_the_model_changed_is_never_sent(gated: Page) -> None:
    gated.order(0, 3)
    assert Gated.began.wait(10)
    gated.table.model = Halved()
    Gated.gate.set()
    gated.part.maker.wait()
    assert [one for one in gated.replies if one["op"] == "pictures"] == []


def test_two_views_have_an_order_each() -> None:
    page = Page(bench(NOISE, model=Halved()))
    generation = page.facts["generation"]
    for view, start in ((1, 1000), (2, 0), (1, 1010)):
        page.tell(**(WINDOW | {"generation": generation, "view": view, "start": start, "order": start}))
    page.part.maker.wait()
    done = {(one["view"], one["order"]) for one in page.replies if one["op"] == "pictures"}
    assert {(1, 1010), (2, 0)} <= done


def test_a_long_way_is_told_of_and_can_be_stopped() -> None:
    page = Page(bench(NOISE, model=Slow()))
    page.order(10_000, 3)
    for _ in range(1000):
        if "way" in page.ops():
            break
        time.sleep(0.01)
    page.tell(op="model stop", view=1)
    page.part.maker.wait()
    ways = [one for one in page.replies if one["op"] == "way"]
    assert ways
    assert all(one["since"] == 0 and one["target"] == 10_000 and one["start"] < 10_000 for one in ways)
    assert "pictures" not in page.ops()


class Slow(Halved):
    """A model that takes its time, and has a memory."""

    @override
    def step(self, block: Block, state: Any) -> tuple[Block, int]:
        time.sleep(0.02)
        return block * self.share, (state or 0) + block.shape[2]


def test_closing_leaves_nothing_running() -> None:
    page = Page(bench(NOISE, model=Slow()))
    page.order(100_000, 3)
    page.table.close()
    page.part.maker.wait()
    assert [one.name for one in threading.enumerate() if one.name.startswith("workbench model")] == []


class Closing(Stream):
    """A film that counts how many of it are open."""

    size: tuple[int, int] = (4, 5)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001
    opened: Annotated[object, Knob(meaning="a set of all that were read and not closed")] = None

    @override
    def read(self, start: int, stop: int) -> Block:
        self.opened.add(id(self))  # type: ignore[attr-defined]
        return torch.zeros(1, 1, stop - start, *self.size)

    @override
    def close(self) -> None:
        self.opened.discard(id(self))  # type: ignore[attr-defined]


def test_copies_of_the_film_are_closed() -> None:
    opened: set[int] = set()
    film = Closing(opened=opened)
    page = Page(bench(film, model=LowPass()))
    page.read(0, 3)
    page.read(0, 3, view=2)
    page.table.model = LowPass(tau=0.1)
    page.read(0, 3)
    page.table.close()
    page.part.maker.wait()
    assert opened <= {id(film)}


class Fails(Halved):
    """A model with a mistake in it."""

    @override
    def step(self, block: Block, state: Any) -> tuple[Block, int]:
        frame = (state or 0) + block.shape[2]
        if frame > 200:
            msg = "the film is over my head"
            raise ArithmeticError(msg)
        return block, frame


class FailsAtOnce(Halved):
    """A model that never works."""

    @override
    def step(self, block: Block, state: Any) -> tuple[Block, int]:
        return block[..., :1].double(), 0


def test_what_a_model_raises_is_told_and_the_bench_lives_on() -> None:
    page = Page(bench(NOISE, model=Fails()))
    page.order(500, 3, order=9)
    page.part.maker.wait()
    told = page.replies[-1]
    assert (told["op"], told["order"], told["message"]) == ("error", 9, "ArithmeticError: the film is over my head")
    assert len(page.read(50, 3)) == 3
    page.table.model = FailsAtOnce()
    assert "FailsAtOnce.step gave output" in page.facts["trouble"]
    page.tell(**(FILM | {"generation": page.table.generation}))
    assert page.replies[-1]["op"] == "pictures"
    page.table.model = Halved()
    assert page.facts["trouble"] == ""
    assert len(page.read(0, 3)) == 3


def test_an_output_that_a_model_has_not_is_told_and_another_model_begins_with_its_first() -> None:
    page = Page(bench(NOISE, Retina(seed=1), "bipolar"))
    page.table.output = "nope"
    assert "it has opl_centre" in page.facts["trouble"]
    page.table.model = LowPass()
    assert (page.table.output, page.facts["trouble"]) == (None, "")
    page.table.model = Retina(seed=1)
    page.facts
    page.tell(op="model output", view=1, choice=2)
    assert (page.table.output, page.facts["film"]["output"]) == ("opl", "opl")


@pytest.mark.parametrize("wrong", [3, "Retina", Retina, torch.nn.ReLU()])
def test_only_a_model_goes_beside_the_film(wrong: Any) -> None:
    table = bench(NOISE)
    with pytest.raises(workbench.KnobError, match=r"Bench\.model = .*, is not a model; give for example"):
        table.model = wrong
    with pytest.raises(workbench.KnobError, match=r"Bench\.output = 3, is not the name"):
        table.output = 3


def test_what_the_retina_remarks_is_told_in_words() -> None:
    dark = SequenceStream(np.full((30, 6, 7), 0.5), dt=0.01)
    page = Page(bench(dark, model=Retina(seed=1)))
    page.read(0, 30)
    assert [one.split(",")[0] for one in page.facts["remarks"]] == ["Retina at dt = 0.01 s", "film of values up to 0.5"]
    page.table.model = None
    assert page.facts["remarks"] == []


def test_frames_put_in_later_are_shown_to_the_model() -> None:
    film = SequenceStream(np.arange(40.0).reshape(2, 4, 5))
    page = Page(bench(film, model=LowPass()))
    page.read(0, 2)
    film.put(np.arange(60.0).reshape(3, 4, 5))
    page.order(4, 1)
    assert len(page.read(4, 1)) == 1


def test_a_live_film_is_refused_in_words() -> None:
    class Live(Halved):
        pass

    film = Closing(opened=set())
    object.__setattr__(film, "seekable", False)
    with pytest.raises(workbench.SeekError, match=r"record\(500\)"):
        modelled.modelled(film, Live(), None, None)


MALFORMED = [
    WINDOW | {"after": 3},
    WINDOW | {"count": 257},
    WINDOW | {"start": -1},
    WINDOW | {"channel": 300},
    {"op": "model", "view": 1, "choice": "Retina"},
    {"op": "model", "view": 1, "choice": 10**6},
    {"op": "model output", "view": 1, "choice": -2},
    {"op": "model turn", "view": 1, "turn": 1, "knob": 3, "value": 1},
    {"op": "model fit", "view": 1, "start": 1.5},
    {"op": "models", "view": 1, "module": "os"},
]


@pytest.mark.parametrize("message", MALFORMED, ids=range(len(MALFORMED)))
def test_malformed_messages_are_refused(message: dict[str, Any]) -> None:
    page = Page(bench(NOISE, model=Halved()))
    page.facts
    page.table._handle_custom_msg(message, [])
    assert page.replies[-1]["op"] == "malformed"
