"""SequenceStream: frames in memory, appended, dropped, never lost in silence."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench
from workbench.core.errors import EndOfStream, KnobError, ShapeError
from workbench.streams import SequenceStream


def film(start: int, stop: int) -> np.ndarray:
    """Frame k is k everywhere, 2×3 pixels."""
    return np.arange(start, stop)[:, None, None] * np.ones((1, 2, 3))


def numbers(block: torch.Tensor) -> list[int]:
    return block[0, 0, :, 0, 0].int().tolist()


def test_documented_example() -> None:
    x = np.ones((200, 50, 50))
    x[:, 10, :] = 0.0
    x[:, 20, :] = 0.0
    x[:, 30, :] = 0.0
    x *= np.sin(np.linspace(0.0, 12.0, x.shape[0]))[:, None, None]
    x += np.sin(np.linspace(0.0, 12.0, x.shape[1]))[None, :, None]
    inp = SequenceStream(x)
    found = inp.get(100)
    assert found.shape == (1, 1, 100, 50, 50)
    assert np.array_equal(workbench.to_numpy(found), x[:100].astype(np.float32))
    assert inp.get(150).shape[2] == 100


@pytest.mark.parametrize("shape", [(7, 2, 3), (7, 2, 3, 3), (1, 1, 7, 2, 3), (2, 4, 7, 2, 3)])
@pytest.mark.parametrize("kind", [np.asarray, torch.as_tensor])
def test_shapes(shape: tuple[int, ...], kind: Any) -> None:
    data = np.random.default_rng(1).random(shape, np.float32)
    stream = SequenceStream(kind(data))
    block = workbench.as_block(data)
    assert (stream.batch, stream.channels, stream.length) == tuple(block.shape[:3])
    assert stream.size == (2, 3)
    assert torch.equal(stream.get(7), block)
    assert stream.value_range == (float(block.min()), float(block.max()))
    assert stream.replace(size=(2, 3)).size == (2, 3)


def test_size_is_checked_never_used_to_resize() -> None:
    assert SequenceStream(film(0, 3)).given()["size"] is None
    with pytest.raises(ShapeError, match=r"SequenceStream.size = \(3, 2\).*\(2, 3\)"):
        SequenceStream(film(0, 3), size=(3, 2))
    empty = SequenceStream(size=(2, 3))
    assert empty.size == (2, 3)
    empty.put(film(0, 2))
    with pytest.raises(ShapeError, match="put"):
        SequenceStream().put(film(0, 2))


def test_empty_is_at_its_end() -> None:
    stream = SequenceStream()
    assert (stream.size, stream.length) == ((50, 50), 0)
    assert not stream.available()
    assert stream.available(0)
    assert list(stream) == []
    with pytest.raises(EndOfStream):
        stream.get()


def test_put_appends_and_keeps_the_newest() -> None:
    stream = SequenceStream(film(0, 4), max_frames=6)
    stream.put(film(4, 6))
    assert numbers(stream.get(3)) == [0, 1, 2]
    stream.put(film(6, 8))
    assert (stream.first, stream.length, stream.position) == (2, 8, 3)
    assert numbers(stream.get(9)) == [3, 4, 5, 6, 7]
    stream.reset()
    assert stream.position == 2
    assert numbers(stream[:]) == [2, 3, 4, 5, 6, 7]
    assert numbers(stream[-2:]) == [6, 7]
    stream.put(film(8, 30))
    assert (stream.first, stream.length) == (24, 30)
    assert numbers(stream[24:]) == list(range(24, 30))


def test_a_dropped_frame_says_so() -> None:
    stream = SequenceStream(film(0, 5), max_frames=5)
    stream.put(film(5, 8))
    told = r"no longer kept \(the oldest frame is 3\); reset\(\) goes there"
    for act in (stream.get, lambda: stream.read(2, 4), lambda: stream.seek(0), lambda: stream[0], lambda: stream[1:6]):
        with pytest.raises(EndOfStream, match=told):
            act()
    with pytest.raises(EndOfStream, match=told):
        list(stream)
    assert not stream.available()
    assert stream.position == 0
    for copied in (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
        other = copied(stream)
        assert other == stream
        assert (other.position, other.first) == (0, 3)
    assert stream.replace(dt=0.5).position == 3
    stream.reset()
    assert numbers(stream.get()) == [3]


@pytest.mark.parametrize(
    "wrong", [np.zeros((2, 3, 2)), np.zeros((2, 2, 3, 3)), np.zeros((2, 1, 2, 2, 3)), np.zeros(3), "film", None]
)
def test_another_shape_is_refused_and_changes_nothing(wrong: Any) -> None:
    stream = SequenceStream(film(0, 3))
    with pytest.raises(ShapeError, match=r"SequenceStream.put\(frames\)"):
        stream.put(wrong)
    assert numbers(stream[:]) == [0, 1, 2]


def test_more_frames_than_are_kept_are_not_dropped_unasked() -> None:
    with pytest.raises(KnobError, match="max_frames=9"):
        SequenceStream(film(0, 9), max_frames=8)


def test_the_frames_are_its_own() -> None:
    given_ = torch.as_tensor(film(0, 4), dtype=torch.float32)
    stream = SequenceStream(given_)
    other = copy.copy(stream)
    given_.fill_(9)
    stream[0:4].fill_(9)
    more = torch.as_tensor(film(4, 6), dtype=torch.float32)
    stream.put(more)
    more.fill_(9)
    assert numbers(stream[:]) == [0, 1, 2, 3, 4, 5]
    assert numbers(other[:]) == [0, 1, 2, 3]
    learned = SequenceStream(torch.ones(2, 2, 3, requires_grad=True))
    assert not learned.get().requires_grad


def test_put_makes_another_recipe() -> None:
    stream, other = SequenceStream(film(0, 4)), SequenceStream(film(0, 4))
    assert stream == other
    stream.put(film(4, 5))
    assert stream != other
    other.put(film(4, 5))
    assert stream == other
    assert workbench.from_recipe(stream.recipe()) == stream
    with pytest.raises(TypeError, match="unhashable"):
        hash(stream)
    assert repr(stream) == "SequenceStream(sequence=<5 frames of 2×3, 1 channel>)"
    for empty, told in ((stream[0:0], "sequence=<0 frames of 2×3, 1 channel>"), (np.zeros((0, 50, 50)), "")):
        assert repr(SequenceStream(empty)) == f"SequenceStream({told})"
    assert repr(SequenceStream(size=(2, 3))) == "SequenceStream(size=(2, 3))"


def test_recipe_after_drops_keeps_the_numbers() -> None:
    stream = SequenceStream(film(0, 5), max_frames=5)
    stream.put(film(5, 8))
    again = workbench.from_recipe(stream.recipe())
    assert (again.first, again.length, again.position) == (3, 8, 3)
    assert numbers(again[3:5]) == [3, 4]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.integers(1, 12), st.lists(st.integers(0, 9), max_size=12), st.integers(0, 5))
def test_any_run_of_puts(most: int, puts: list[int], start: int) -> None:
    start = min(start, most)
    stream, shown = SequenceStream(film(0, start), size=(2, 3), max_frames=most), list(range(start))
    for count in puts:
        last = stream.length
        stream.put(film(last, last + count))
        shown = (shown + list(range(last, last + count)))[-most:]
        assert numbers(stream[:]) == shown
        assert stream.length == last + count
        assert stream.first == stream.length - len(shown)


def test_memory_stays_near_what_is_kept() -> None:
    stream = SequenceStream(size=(2, 3), max_frames=100)
    for k in range(1000):
        stream.put(film(k, k + 1))
        assert stream.sequence.untyped_storage().nbytes() <= 4 * 6 * 2 * 101
    assert numbers(stream[:]) == list(range(900, 1000))


def test_not_finite_frames_have_a_finite_range() -> None:
    assert SequenceStream(np.array([[[np.nan, 2.0, np.inf]]])).value_range == (2.0, 2.0)
