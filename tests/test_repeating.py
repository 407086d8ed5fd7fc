"""RepeatingStream: frame i is frame i mod N."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch

from workbench.core.block import to_numpy
from workbench.core.errors import EndOfStream, ShapeError
from workbench.streams import RepeatingStream, from_recipe


def film(frames: int = 7) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(frames, 4, 5)).astype(np.float32)


@pytest.mark.parametrize(("start", "stop"), [(0, 7), (0, 30), (5, 9), (7, 14), (10**12, 10**12 + 20)])
def test_frames_repeat(start: int, stop: int) -> None:
    wanted = np.stack([film()[k % 7] for k in range(start, stop)])
    assert np.array_equal(to_numpy(RepeatingStream(film()).read(start, stop)), wanted)


def test_it_never_ends() -> None:
    stream = RepeatingStream(film())
    assert stream.length is None
    stream.seek(10**9)
    assert stream.available(10**9)
    assert stream.get(100).shape == (1, 1, 100, 4, 5)


def test_put_appends_and_makes_another_recipe() -> None:
    stream, before = RepeatingStream(film()), RepeatingStream(film())
    assert stream == before
    stream.put(film(2))
    assert stream != before
    assert np.array_equal(to_numpy(stream.read(6, 11)), np.concatenate([film()[6:], film(2), film()[:2]]))
    assert stream == from_recipe(stream.recipe()) == copy.copy(stream) == pickle.loads(pickle.dumps(stream))
    with pytest.raises(TypeError):
        hash(stream)


def test_an_empty_one_is_at_its_end() -> None:
    stream = RepeatingStream()
    assert stream.size == (50, 50)
    assert not stream.available()
    assert list(stream) == []
    for read in (stream.get, lambda: stream.read(0, 1)):
        with pytest.raises(EndOfStream):
            read()
    stream.put(np.ones((3, 50, 50)))
    assert stream.get(5).sum() == 5 * 2500


def test_size_is_checked_and_never_resizes() -> None:
    with pytest.raises(ShapeError, match="size"):
        RepeatingStream(film(), size=(5, 4))
    with pytest.raises(ShapeError, match="put"):
        RepeatingStream(film()).put(np.zeros((2, 5, 4)))
    assert RepeatingStream(size=(3, 6)).size == (3, 6)


def test_blocks_are_the_callers() -> None:
    stream, given = RepeatingStream(film()), film()
    stream.read(0, 9).fill_(9.0)
    assert np.array_equal(to_numpy(stream.read(0, 7)), given)


def test_colour_and_batches() -> None:
    assert RepeatingStream(np.zeros((4, 2, 3, 3))).get(9).shape == (1, 3, 9, 2, 3)
    stream = RepeatingStream(torch.zeros(2, 1, 4, 2, 3))
    assert (stream.batch, stream.get(9).shape) == (2, (2, 1, 9, 2, 3))
    films = torch.rand(2, 3, 7, 4, 5, generator=torch.Generator().manual_seed(1))
    grown = RepeatingStream(films[:, :, :4])
    grown.put(films[:, :, 4:6])  # with room behind its frames
    grown.put(films[:, :, 6:])
    assert torch.equal(grown.read(5, 30), films[:, :, [k % 7 for k in range(5, 30)]])
    empty = RepeatingStream(size=(2, 3))
    empty.put(np.zeros((4, 2, 3, 3)))
    assert empty.channels == 3
