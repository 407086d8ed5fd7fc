"""Layers: state, run and Output, by a low-pass whose truth is a plain float64 recursion."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import tracemalloc
from dataclasses import KW_ONLY
from typing import Annotated, Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typing_extensions import override

from workbench.core import recipe
from workbench.core.block import Block, to_numpy
from workbench.core.chance import uniforms
from workbench.core.errors import EndOfStream, KnobError, RecipeError, ShapeError
from workbench.core.knob import Knob, Seed, describe
from workbench.core.layer import Layer
from workbench.core.output import Output
from workbench.core.sequence import SequenceStream
from workbench.core.stream import Stream
from workbench.stimuli.noise import RandomStream

LENGTHS = (1, 99, 100, 101, 201)


class Smooth(Layer):
    """An exponential low-pass, frame by frame."""

    tau: Annotated[float, Knob(0.001, 1.0, "s", "time constant", hard=(1e-6, None), log=True)] = 0.01

    @override
    def step(self, block: Block, state: Tensor | None) -> tuple[Block, Tensor]:
        keep = torch.exp(-self.dt / torch.as_tensor(self.tau))
        y = torch.zeros_like(block[:, :, 0]) if state is None else state
        frames = []
        for x in block.unbind(2):
            y = keep * y + (1 - keep) * x
            frames.append(y)
        out = torch.stack(frames, 2)
        return out, out[:, :, -1]


class Past(NamedTuple):
    frame: int
    last: Tensor | None


class Spiky(Layer):
    """Spikes by frame number, and the change since the last frame: two films, and a stage."""

    share: Annotated[float, Knob(0, 1, "", "share of pixels that fire")] = 0.3
    _: KW_ONLY
    seed: Seed | None = None

    @override
    def step(self, block: Block, state: Past | None, *, stages: bool = False) -> tuple[dict[str, Block], Past]:
        frame, last = state or Past(0, None)
        count = block.shape[2]
        drawn = torch.from_numpy(uniforms(self.seed, 99, frame, frame + count, block[0, 0, 0].numel()))
        spikes = (drawn < self.share).float().view(1, 1, count, *block.shape[3:]).expand_as(block).clone()
        first = block[:, :, :1] if last is None else last
        change = torch.diff(torch.cat([first, block], 2), dim=2)
        films = {"spikes": spikes, "change": change}
        return ({"drawn": spikes * 2} if stages else {}) | films, Past(frame + count, block[:, :, -1:])

    @override
    def output_range(self, low: float, high: float) -> tuple[float, float]:
        return (0.0, 1.0)


class Live(Stream):
    """A source without a past, which ends after some frames."""

    frames: Annotated[int, Knob(1, 100, "frames", "frames until it ends")] = 25
    seekable = False

    @override
    def resolved(self) -> dict[str, Any]:
        return {"size": (2, 3), "pixel_per_degree": 10.0, "t_zero": 0.0, "dt": 0.001}

    @override
    def read(self, start: int, stop: int) -> Block:
        raise NotImplementedError

    @override
    def grab(self, count: int) -> Block:
        if self.position + count > self.frames:
            raise EndOfStream
        return torch.ones(1, 1, count, 2, 3)


def noise(frames: int, size: tuple[int, int] = (3, 4), seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(frames, *size)).astype(np.float32)


def smoothed(film: np.ndarray, tau: float = 0.01, dt: float = 0.001) -> np.ndarray:
    keep, y, frames = np.exp(-dt / tau), np.zeros(film.shape[1:]), []
    for x in film.astype(np.float64):
        y = keep * y + (1 - keep) * x
        frames.append(y)
    return np.array(frames)


@pytest.mark.parametrize("frames", LENGTHS)
@pytest.mark.parametrize("dt", [None, 1, 7, 99, 100, 101, 1000])
def test_run_gives_every_frame_whatever_the_cut(frames: int, dt: int | None) -> None:
    film = noise(frames)
    found = to_numpy(Smooth().run(film, dt=dt)[0])
    assert found.shape == film.shape
    assert np.abs(found - smoothed(film)).max() < 1e-5


@pytest.mark.parametrize("frames", LENGTHS)
@pytest.mark.parametrize("max_t", [1, 99, 100, 101, 500])
def test_run_gives_the_frames_left_or_max_t(frames: int, max_t: int) -> None:
    stream = SequenceStream(noise(frames))
    assert Smooth().run(stream, dt=10, max_t=max_t)[0].shape == (1, 1, min(frames, max_t), 3, 4)
    assert stream.position == min(frames, max_t)


def test_run_reads_from_the_cursor_and_begins_at_reset() -> None:
    film, model = noise(50), Smooth()
    stream = SequenceStream(film)
    stream.seek(20)
    for _ in range(2):
        stream.seek(20)
        assert np.abs(to_numpy(model.run(stream)[0]) - smoothed(film[20:])).max() < 1e-5


def test_keep_state_goes_on() -> None:
    film, model = noise(50), Smooth()
    stream = SequenceStream(film)
    model.run(stream, max_t=20)
    assert np.abs(to_numpy(model.run(stream, keep_state=True)[0]) - smoothed(film)[20:]).max() < 1e-5


def test_endless_needs_max_t_and_nothing_left_is_the_end() -> None:
    with pytest.raises(KnobError, match="max_t"):
        Smooth().run(RandomStream((3, 4)))
    stream = SequenceStream(noise(5))
    Smooth().run(stream)
    with pytest.raises(EndOfStream, match="reset"):
        Smooth().run(stream)
    with pytest.raises(EndOfStream):
        Smooth().run(np.zeros((0, 3, 4)))


@pytest.mark.parametrize("wrong", [{"dt": 0}, {"dt": -1}, {"dt": 0.001}, {"max_t": 0}, {"max_t": 2.5}, {"stages": True}])
def test_wrong_arguments_are_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(KnobError, match=next(iter(wrong))):
        Smooth().run(noise(5), **wrong)


def test_a_live_source_gives_what_there_is() -> None:
    assert Smooth().run(Live(), dt=10, max_t=100)[0].shape == (1, 1, 20, 2, 3)
    with pytest.raises(KnobError, match="max_t"):
        Smooth().run(Live())


def test_sampling_is_the_sources_while_it_runs() -> None:
    film, model = noise(60), Smooth()
    out = model.run(SequenceStream(film, None, 20.0, dt=0.005, t_zero=1.0))
    assert np.abs(to_numpy(out[0]) - smoothed(film, dt=0.005)).max() < 1e-5
    assert (out.dt, out.pixel_per_degree, out.t_zero) == (0.005, 20.0, 1.0)
    assert (model.dt, model.pixel_per_degree) == (0.001, 10.0)
    again = model.run(out)
    assert (again.dt, again.pixel_per_degree, again.t_zero) == (0.005, 20.0, 1.0)
    assert np.abs(to_numpy(again[0]) - smoothed(to_numpy(out[0]), dt=0.005)).max() < 1e-5
    assert np.abs(to_numpy(model.run(film)[0]) - smoothed(film)).max() < 1e-5


def test_calls_go_on_and_reset_forgets() -> None:
    film, model = noise(30), Smooth()
    parts = [model(film[:11]), model(film[11:])]
    assert np.abs(to_numpy(torch.cat(parts, 2)) - smoothed(film)).max() < 1e-5
    model.reset()
    assert torch.equal(model(film[:11]), parts[0])


def test_state_can_be_kept_and_restored() -> None:
    film, model = noise(30), Smooth()
    model(film[:10])
    kept = model.state
    first = model(film[10:])
    model.state = kept
    assert torch.equal(model(film[10:]), first)


def test_a_state_shares_no_memory_with_what_the_caller_holds() -> None:
    """`Smooth` gives a view of its output as state: a caller may write into the block that it got."""
    film, model = noise(30), Smooth()
    model(film[:10]).fill_(1e6)
    assert np.abs(to_numpy(model(film[10:])) - smoothed(film)[10:]).max() < 1e-5
    model.reset()
    model(film)
    assert model.state.untyped_storage().nbytes() == 3 * 4 * 4


def test_another_size_after_some_frames_is_refused() -> None:
    model = Smooth()
    model(noise(5))
    with pytest.raises(ShapeError, match="reset"):
        model(torch.zeros(2, 1, 5, 3, 4))
    model.reset()
    model(torch.zeros(2, 1, 5, 3, 4))


def test_batches_and_channels_are_independent() -> None:
    films = noise(6 * 20).reshape(2, 3, 20, 3, 4)
    together = Smooth().run(torch.from_numpy(films))[0]
    for one, two in np.ndindex(2, 3):
        assert np.abs(together[one, two].numpy() - smoothed(films[one, two])).max() < 1e-5


def test_several_films_by_number_and_name() -> None:
    film = noise(30)
    out = Spiky(seed=4).run(film, dt=7)
    assert (len(out), list(out.keys())) == (2, ["spikes", "change"])
    assert out[0] is out.spikes is out["spikes"]
    assert out[-1] is out.change
    assert [one.shape[2] for one in out] == [30, 30]
    assert torch.equal(out.spikes, Spiky(seed=4).run(film)[0])
    assert np.array_equal(to_numpy(out.change)[1:], np.diff(film, axis=0))
    assert set(np.unique(out.spikes)) == {0.0, 1.0}
    assert list(Spiky().run(film, stages=True).keys()) == ["drawn", "spikes", "change"]
    assert isinstance(Spiky()(film), Output)
    for wrong in (lambda: out.spike, lambda: out["spike"]):
        with pytest.raises((AttributeError, KnobError), match="spikes, change"):
            wrong()


def test_several_films_are_no_source_but_one_of_them_is() -> None:
    out = Spiky(seed=4).run(SequenceStream(noise(30), dt=0.002))
    with pytest.raises(KnobError, match="spikes, change"):
        Smooth().run(out)
    assert Smooth().run(out[1:2]).dt == 0.002


def test_output_copies_pickles_and_shows_itself() -> None:
    out = Spiky(seed=4).run(noise(30))
    for other in (copy.copy(out), pickle.loads(pickle.dumps(out))):
        assert torch.equal(other.change, out.change)
    page = out._repr_html_()
    assert page.count("data:image/png;base64") == 2
    assert "<code>spikes</code>" in page
    assert "<script" not in Output({"<script>": out[0]})._repr_html_()
    assert "spikes: [1, 1, 30, 3, 4]" in repr(out)
    assert "spikes" in dir(out)


def test_parameters_are_cast_and_checked_always() -> None:
    model = Smooth(tau=1)
    assert isinstance(model.tau, float)
    assert repr(model) == "Smooth(tau=1.0)"
    for wrong in (-1.0, float("nan"), "x", None):
        with pytest.raises(KnobError, match=r"Smooth\.tau"):
            Smooth(tau=wrong)
        with pytest.raises(KnobError, match=r"Smooth\.tau"):
            model.tau = wrong
    with pytest.raises(KnobError, match=r"Smooth\.dt"):
        model.dt = 0
    assert model.tau == 1.0
    assert model.replace(tau=0.5).tau == 0.5
    with pytest.raises(KnobError, match="tua"):
        model.replace(tua=0.5)
    assert "time constant" in describe(Smooth)
    with pytest.raises(TypeError):
        Layer()


def test_a_check_of_several_parameters_leaves_the_old_value() -> None:
    class Band(Smooth):
        low: Annotated[float, Knob(0, 10)] = 1.0
        high: Annotated[float, Knob(0, 10)] = 2.0

        @override
        def step(self, block: Block, state: Any) -> Any:
            return block, state

        @override
        def agree(self) -> None:
            if self.low > self.high:
                msg = "Band.low, is above high"
                raise KnobError(msg)

    with pytest.raises(KnobError, match="above"):
        Band(low=3.0)
    band = Band()
    with pytest.raises(KnobError, match="above"):
        band.low = 3.0
    assert band.low == 1.0


def test_seed_is_drawn_once_and_told() -> None:
    model = Spiky()
    assert f"seed={model.seed}" in repr(model)
    assert torch.equal(model.run(noise(9))[0], model.run(noise(9))[0])
    assert torch.equal(copy.deepcopy(model).run(noise(9))[0], model.run(noise(9))[0])


def test_recipe_and_weights() -> None:
    model = Spiky(0.5, seed=3)
    written = json.loads(json.dumps(model.recipe()))
    other = recipe.build(written, {"Spiky": Spiky})
    assert other.identity() == model.identity() != Spiky(0.6, seed=3).identity()

    class Learned(Smooth):
        def step(self, block: Block, state: Any) -> Any:
            return block * self.weight, state

    learned = Learned()
    learned.weight = nn.Parameter(torch.ones(1))
    with pytest.raises(RecipeError, match="weight"):
        learned.recipe()


def test_copies_and_pickles_have_their_own_state() -> None:
    film, model = noise(30), Smooth()
    model(film[:10])
    others = [copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    truth = model(film[10:])
    for other in others:
        assert torch.equal(other(film[10:]), truth)


def test_no_graph_is_kept_unless_asked() -> None:
    model = Smooth()
    model.tau = nn.Parameter(torch.tensor(0.01))
    film = torch.from_numpy(noise(20))[None, None]
    assert not model.run(film)[0].requires_grad
    assert not model.run(film.requires_grad_())[0].requires_grad
    assert model.run(film, grad=True)[0].requires_grad
    assert model(film).requires_grad
    assert not model.state.requires_grad
    with torch.no_grad():
        assert not model(film).requires_grad


def test_gradients_through_a_run_are_the_derivative() -> None:
    film = torch.from_numpy(noise(25))[None, None]
    model = Smooth()
    model.tau = nn.Parameter(torch.tensor(0.02))
    model.run(film, dt=4, grad=True)[0].square().sum().backward()
    loss = lambda tau: np.square(smoothed(film[0, 0].numpy(), tau)).sum()
    assert model.tau.grad.item() == pytest.approx((loss(0.02 + 1e-5) - loss(0.02 - 1e-5)) / 2e-5, rel=1e-3)
    assert model.given()["tau"] == pytest.approx(0.02)
    with pytest.raises(KnobError, match="tau"):
        model.tau = nn.Parameter(torch.tensor(-1.0))


def test_a_failed_run_leaves_model_and_stream_as_they_were() -> None:
    class Fragile(Smooth):
        @override
        def step(self, block: Block, state: Any) -> Any:
            if (state or 0) > 20:
                raise ArithmeticError
            return block, (state or 0) + block.shape[2]

    model, stream = Fragile(), SequenceStream(noise(50), dt=0.01)
    model(noise(7))
    stream.seek(3)
    with pytest.raises(ArithmeticError):
        model.run(stream, dt=10)
    assert (model.state, stream.position, model.dt) == (7, 3, 0.001)


@pytest.mark.parametrize("wrong", [lambda b: b[:, :, 1:], lambda b: b[0], lambda b: b.double()])
def test_a_step_that_breaks_the_contract_is_named(wrong: Any) -> None:
    class Broken(Smooth):
        @override
        def step(self, block: Block, state: Any) -> Any:
            return wrong(block), None

    with pytest.raises(ShapeError, match=r"Broken\.step"):
        Broken().run(noise(5))


def test_a_step_that_forgets_the_state_says_so() -> None:
    class Forgetful(Smooth):
        @override
        def step(self, block: Block, state: Any) -> Any:
            return block

    with pytest.raises(ShapeError, match=r"Forgetful\.step gave .*is not a pair \(output, state\)"):
        Forgetful().run(noise(5))


def test_memory_of_a_run_is_its_output() -> None:
    """A long run holds its output and a piece or two: numpy's buffers are traced, torch's are counted."""
    model = Smooth()
    model.run(RandomStream((8, 8), seed=1), dt=50, max_t=200)
    gc.collect()
    before = sum(one.numel() for one in gc.get_objects() if type(one) is Tensor)
    tracemalloc.start()
    out = model.run(RandomStream((8, 8), seed=1), dt=50, max_t=5000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    gc.collect()
    after = sum(one.numel() for one in gc.get_objects() if type(one) is Tensor)
    assert after - before <= 1.01 * out[0].numel()
    assert peak < 4e6


class Through(Layer):
    """Hands its film through."""

    gain: Annotated[float, Knob(0, 2, "", "of no use")] = 1.0

    @override
    def step(self, block: Block, state: None) -> tuple[Block, None]:
        return block, state


def test_what_a_model_hands_through_is_the_callers() -> None:
    film = torch.rand(1, 1, 20, 3, 4)
    before = film.clone()
    Through().run(film)[0].zero_()
    Through()(film).zero_()
    assert torch.equal(film, before)
