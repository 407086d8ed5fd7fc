"""Data sets: whatever the number of workers, every frame once."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from workbench import EndOfStream, KnobError, ShapeError, streams
from workbench.exporting import FilmDataset, FilmIterableDataset

COUNTED = np.arange(50.0)[:, None, None] * np.ones((1, 3, 4))  # a frame's value is its number
WORKERS = pytest.mark.parametrize("workers", [0, 1, 2])
BOTH = pytest.mark.parametrize("kind", [FilmDataset, FilmIterableDataset])


def film() -> streams.SequenceStream:
    return streams.SequenceStream(COUNTED)


def numbers(items: torch.Tensor) -> list[int]:
    return [int(value) for value in items[..., 0, 0].flatten()]


@WORKERS
@BOTH
@pytest.mark.parametrize("window", [1, 4, 7])
def test_windows_come_in_order(kind: type, workers: int, window: int) -> None:
    loader = DataLoader(kind(film(), window=window), batch_size=None, num_workers=workers)
    for _ in range(2):
        items = list(loader)
        assert [one.shape for one in items] == [(1, window, 3, 4)] * (50 // window)
        assert list(itertools.chain(*map(numbers, items))) == list(range(50 // window * window))


@WORKERS
@BOTH
def test_batches_hold_every_frame_once(kind: type, workers: int) -> None:
    batches = list(DataLoader(kind(film(), 41, start=6), batch_size=8, num_workers=workers))
    assert sorted(itertools.chain(*map(numbers, batches))) == list(range(6, 47))
    assert {tuple(one.shape[1:]) for one in batches} == {(1, 1, 3, 4)}


@WORKERS
def test_shuffled(workers: int) -> None:
    generator = torch.Generator().manual_seed(1)
    batches = list(DataLoader(FilmDataset(film()), batch_size=8, shuffle=True, num_workers=workers, generator=generator))
    found = list(itertools.chain(*map(numbers, batches)))
    assert sorted(found) == list(range(50))
    assert found != list(range(50))


@WORKERS
def test_an_endless_film(workers: int) -> None:
    noise = streams.RandomStream((3, 4), seed=8)
    noise.seek(99)
    data = FilmIterableDataset(noise, window=5)
    found = list(itertools.islice(DataLoader(data, batch_size=None, num_workers=workers), 9))
    assert torch.equal(torch.cat(found, 1), noise.read(0, 45)[0])
    assert noise.position == 99


def test_lengths() -> None:
    assert len(FilmDataset(film(), window=7)) == len(FilmIterableDataset(film(), window=7)) == 7
    assert numbers(FilmDataset(film(), window=7)[-1]) == list(range(42, 49))
    with pytest.raises(IndexError):
        FilmDataset(film())[50]
    with pytest.raises(TypeError, match="an endless film"):
        len(FilmIterableDataset(streams.RandomStream((3, 4))))


@BOTH
def test_what_is_refused(kind: type) -> None:
    with pytest.raises(KnobError, match=r"\(window\) = 0"):
        kind(film(), window=0)
    with pytest.raises(EndOfStream):
        kind(film(), 51)
    with pytest.raises(ShapeError):
        kind(streams.SequenceStream(np.zeros((2, 1, 3, 4, 5))))
    with pytest.raises(KnobError, match="is not a stream"):
        kind(COUNTED)


def test_an_endless_film_has_no_items_by_number() -> None:
    with pytest.raises(KnobError, match="endless"):
        FilmDataset(streams.RandomStream((3, 4)))
