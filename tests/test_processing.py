"""ProcessingStream: pure reads of a model with memory, against the model run from the start."""

from __future__ import annotations

import copy
import json
import pickle
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from scipy.signal import lfilter
from torch import Tensor
from typing_extensions import override

from workbench.core.block import Block, to_numpy
from workbench.core.errors import EndOfStream, KnobError, RecipeError, SeekError, ShapeError
from workbench.core.layer import Layer
from workbench.core.remark import heard
from workbench.core.sequence import SequenceStream
from workbench.core.stream import Stream
from workbench.filters import LowPass
from workbench.models import DarkWarning, Retina, StepWarning
from workbench.stimuli import replay
from workbench.streams import ProcessingStream, RandomStream, from_recipe


def noise(frames: int = 700, size: tuple[int, int] = (3, 4)) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(frames, *size)).astype(np.float32)


def smoothed(film: np.ndarray, tau: float = 0.02, dt: float = 0.001) -> np.ndarray:
    keep = np.exp(-dt / tau)
    return lfilter([1 - keep], [1, -keep], film.astype(np.float64), axis=0)


class Counting(Layer):
    """Adds up what it saw, and counts its frames."""

    seen: ClassVar[list[int]] = []

    @override
    def step(self, block: Block, state: Tensor | None) -> tuple[Block, Tensor]:
        self.seen.append(block.shape[2])
        total = block.cumsum(2) + (0 if state is None else state)
        return total, total[:, :, -1:]


class Split(Layer):
    """Two films and a stage."""

    @override
    def step(self, block: Block, state: None, *, stages: bool = False) -> tuple[dict[str, Block], None]:
        return ({"first": block + 1, "second": block * 2} | ({"inner": block - 1} if stages else {})), state


class Flash(Stream):
    """A live source."""

    seekable = False
    size: tuple[int, int] = (2, 3)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        raise NotImplementedError

    @override
    def grab(self, count: int) -> Block:
        return torch.ones(1, 1, count, 2, 3)


def double(block: Block) -> Block:
    return block * 2


def test_reads_in_any_order_are_the_run_from_the_start() -> None:
    film, stream = noise(), ProcessingStream(SequenceStream(noise()), LowPass(tau=0.02))
    wanted = smoothed(film)
    for start, stop in ((0, 700), (650, 700), (10, 20), (20, 30), (5, 6), (511, 513), (256, 256 + 1), (699, 700)):
        assert np.abs(to_numpy(stream.read(start, stop)) - wanted[start:stop]).max() < 1e-5
    whole = stream.read(0, 700)
    assert torch.equal(stream.read(300, 400), whole[:, :, 300:400])


def test_going_on_costs_nothing_extra_and_going_back_a_bounded_replay() -> None:
    stream = ProcessingStream(RandomStream((2, 3), seed=1), Counting())
    Counting.seen.clear()
    for start in range(0, 3000, 100):
        stream.read(start, start + 100)
    assert sum(Counting.seen) == 47 * 64  # 3008: whole pieces
    Counting.seen.clear()
    stream.read(1500, 1510)
    assert sum(Counting.seen) <= 256 + 64
    Counting.seen.clear()
    stream.read(1510, 1700)
    assert sum(Counting.seen) == 3 * 64


def test_a_model_without_memory_makes_only_what_is_asked_for() -> None:
    made: list[int] = []

    class Plain(Layer):
        """No memory, but for a slip late in the film."""

        @override
        def step(self, block: Block, state: Tensor | None) -> tuple[Block, Tensor | None]:
            made.append(block.shape[2])
            return block * 2, torch.ones(1) if block.max() > 10 else None

    film = noise(700)
    stream = ProcessingStream(SequenceStream(film), Plain())
    assert stream.stateless
    assert not ProcessingStream(SequenceStream(film), LowPass()).stateless
    made.clear()
    assert np.array_equal(to_numpy(stream.read(500, 600)), 2 * film[500:600])
    assert sum(made) == 3 * 64
    film[650] = 11
    with pytest.raises(KnobError, match=r"Plain\.step gave a state for frames 640 to 699"):
        ProcessingStream(SequenceStream(film), Plain()).read(600, 700)


def test_kept_states_are_bounded_and_the_spacing_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_MOST", 8)
    stream = ProcessingStream(RandomStream((2, 3), seed=1), Counting())
    whole = stream.read(0, 256 * 20 + 7)
    assert len(stream._replay._kept) <= 8
    Counting.seen.clear()
    assert torch.equal(stream.read(256 * 19, 256 * 19 + 5), whole[:, :, 256 * 19 : 256 * 19 + 5])
    assert sum(Counting.seen) <= 4 * 256
    monkeypatch.setattr(replay, "_BYTES", 3 * 24)  # three states of six pixels
    stream.read(256 * 20, 256 * 40)
    assert len(stream._replay._kept) <= 3


def test_input_and_model_are_its_own() -> None:
    source, model = SequenceStream(noise()), LowPass(tau=0.02)
    source.seek(17)
    model(noise(5))
    state = model.state
    stream = ProcessingStream(source, model)
    stream.get(50)
    assert source.position == 17
    assert model.state is state
    model.tau = 0.5
    source.put(noise(10))
    assert stream.length == 700
    assert np.abs(to_numpy(stream.read(0, 100)) - smoothed(noise())[:100]).max() < 1e-5
    with pytest.raises(KnobError, match="replace"):
        stream.model.tau = 0.5
    slower = stream.replace(model=stream.model.replace(tau=0.5))
    assert np.abs(to_numpy(slower.read(0, 100)) - smoothed(noise(), 0.5)[:100]).max() < 1e-5


def test_sampling_is_the_inputs_or_as_given() -> None:
    source = SequenceStream(noise(), None, 25.0, dt=0.005, t_zero=1.0)
    stream = ProcessingStream(source, LowPass(tau=0.02))
    assert (stream.dt, stream.t_zero, stream.pixel_per_degree, stream.size) == (0.005, 1.0, 25.0, (3, 4))
    assert np.abs(to_numpy(stream.read(0, 100)) - smoothed(noise(), dt=0.005)[:100]).max() < 1e-5
    other = stream.replace(dt=0.002, t_zero=0.0)
    assert (other.dt, other.t_zero) == (0.002, 0.0)
    assert np.abs(to_numpy(other.read(0, 100)) - smoothed(noise(), dt=0.002)[:100]).max() < 1e-5


def test_before_and_after_the_model() -> None:
    source = RandomStream((2, 3), seed=1)
    stream = ProcessingStream(source, Counting(), pre=lambda x: 0.1 * x, post=lambda y: y[..., :2])
    assert stream.size == (2, 2)
    wanted = (source.read(0, 90) * 0.1).cumsum(2)[..., :2]
    assert torch.allclose(stream.read(0, 90), wanted, atol=1e-5)
    with pytest.raises(RecipeError, match=r"ProcessingStream\.pre = <lambda>"):
        stream.recipe()
    for name in ("pre", "post"):
        with pytest.raises(KnobError, match=name):
            ProcessingStream(source, Counting(), **{name: 3})
        with pytest.raises(ShapeError, match=name):
            ProcessingStream(source, Counting(), **{name: lambda x: x[:, :, :0]})


def test_of_several_films_one_is_shown() -> None:
    source = RandomStream((2, 3), seed=1)
    frames = source.read(0, 9)
    shown = {None: frames + 1, "first": frames + 1, "second": frames * 2, "inner": frames - 1}
    for output, wanted in shown.items():
        assert torch.equal(ProcessingStream(source, Split(), output=output).read(0, 9), wanted)
    stream = ProcessingStream(source, Split(), post=lambda out: torch.cat([out.first, out.second], 1))
    assert (stream.channels, stream.read(0, 9).shape[1]) == (2, 2)
    with pytest.raises(KnobError, match="first, second"):
        ProcessingStream(source, Split(), output="third")


def test_it_ends_with_its_input() -> None:
    stream = ProcessingStream(SequenceStream(noise(30)), LowPass())
    assert len(stream) == 30
    assert stream.get(100).shape[2] == 30
    with pytest.raises(EndOfStream):
        stream.get()
    empty = ProcessingStream(SequenceStream(noise(0)), LowPass())
    assert (len(empty), empty.size) == (0, (3, 4))


def test_range_of_values() -> None:
    source = RandomStream((2, 3), level=2.0, mean=5.0, seed=1)
    assert ProcessingStream(source, LowPass()).value_range == (0.0, 6.0)
    measured = ProcessingStream(source, LowPass(), pre=double)
    low, high = measured.value_range
    assert (low, high) == tuple(float(one) for one in torch.aminmax(measured.read(0, 100)))


def test_recipe_copy_and_pickle() -> None:
    stream = ProcessingStream(RandomStream((2, 3), seed=1), LowPass(tau=0.05))
    stream.get(7)
    again = from_recipe(json.loads(json.dumps(stream.recipe())))
    assert again == stream
    assert hash(again) == hash(stream)
    assert stream != stream.replace(model=LowPass(tau=0.06))
    assert torch.equal(again.read(3, 90), stream.read(3, 90))
    changed = ProcessingStream(RandomStream((2, 3), seed=1), LowPass(), pre=double)
    for one in (stream, changed):
        for other in (copy.copy(one), pickle.loads(pickle.dumps(one))):
            assert other == one
            assert (other.position, other.read(50, 60).sum()) == (one.position, one.read(50, 60).sum())
    with pytest.raises(RecipeError, match="Counting"):
        from_recipe(ProcessingStream(RandomStream((2, 3), seed=1), Counting()).recipe())
    own = ProcessingStream(RandomStream((2, 3), seed=1), Counting())
    assert from_recipe(own.recipe(), Counting) == own


def test_threads_get_what_one_gets() -> None:
    inside: list[int] = []
    most: list[int] = []

    class Slow(Counting):
        @override
        def step(self, block: Block, state: Tensor | None) -> tuple[Block, Tensor]:
            inside.append(1)
            time.sleep(0.0005)  # another thread's turn
            most.append(len(inside))
            inside.pop()
            return super().step(block, state)

    stream = ProcessingStream(RandomStream((2, 3), seed=1), Slow())
    places = [(k * 97 % 900, k * 97 % 900 + 20) for k in range(60)]
    wanted = [copy.copy(stream).read(*place) for place in places]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda place: stream.read(*place), places))
    assert all(map(torch.equal, found, wanted))
    assert max(most) == 1  # what a model keeps beside its state would suffer


def test_a_live_input_is_processed_as_it_comes() -> None:
    stream = ProcessingStream(Flash(), Counting())
    assert not stream.seekable
    assert stream.get(3)[0, 0, :, 0, 0].tolist() == [1, 2, 3]
    assert stream.get(2)[0, 0, :, 0, 0].tolist() == [4, 5]
    with pytest.raises(SeekError):
        stream.read(0, 1)


def test_a_retina_as_a_film() -> None:
    source = RandomStream((12, 14), level=100.0, mean=127.0, seed=2)
    retina = Retina(seed=3)
    whole = retina.run(source, max_t=300, stages=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spikes, volts = (ProcessingStream(source, retina, output=name) for name in (None, "bipolar"))
    for stream, wanted in ((spikes, whole.ganglion_spikes_ON), (volts, whole.bipolar)):
        assert torch.equal(stream.read(250, 300), wanted[:, :, 250:])
        assert torch.equal(stream.read(40, 90), wanted[:, :, 40:90])


@pytest.mark.parametrize("wrong", [{"input_stream": np.zeros((3, 2, 2))}, {"model": torch.nn.ReLU()}])
def test_what_is_no_stream_or_model_is_refused(wrong: dict[str, Any]) -> None:
    given = {"input_stream": RandomStream((2, 3), seed=1), "model": LowPass()} | wrong
    with pytest.raises(KnobError, match=next(iter(wrong))):
        ProcessingStream(**given)


def test_a_short_dark_film_is_told_of_at_its_end() -> None:
    dark = SequenceStream(np.full((20, 4, 5), 0.5))
    film = ProcessingStream(dark, Retina(seed=1))
    with pytest.warns(DarkWarning, match="luminosity_range"):
        film.read(0, 20)
    assert film.model.state is None


def test_what_is_still_to_be_made_is_told_piece_by_piece() -> None:
    source = RandomStream((4, 5), seed=1)
    film, whole = ProcessingStream(source, LowPass(tau=0.5)), ProcessingStream(source, LowPass(tau=0.5)).read(0, 900)
    for target in (700, 130, 820, 64, 899, 0):
        pieces = film.pieces(target)
        assert len(pieces) == 0 or pieces[-1] == target // 64 * 64
        for frame in pieces:
            assert len(film.pieces(frame)) == 1
            film.read(frame, frame + 1)
        assert len(film.pieces(target)) == 0
        assert torch.equal(film.read(target, target + 1), whole[:, :, target : target + 1])


def test_remarks_go_to_whoever_listens_in_this_thread_alone() -> None:
    dark = SequenceStream(np.full((200, 4, 5), 0.5), dt=0.01)
    said: list[str] = []
    with heard(said.append):
        ProcessingStream(dark, Retina(seed=1)).read(0, 128)
        with ThreadPoolExecutor(1) as pool, pytest.warns(StepWarning):
            pool.submit(ProcessingStream, dark, Retina(seed=1)).result()
    assert [one.split(",")[0] for one in said] == ["Retina at dt = 0.01 s", "film of values up to 0.5"]
    with pytest.warns(StepWarning):
        ProcessingStream(dark, Retina(seed=1))
