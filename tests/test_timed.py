"""Streams with times: TimedSequenceStream by its bins, TimedResampleStream against numpy's interpolation."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from workbench.core.block import to_numpy
from workbench.core.errors import EndOfStream, KnobError, ShapeError
from workbench.core.sequence import SequenceStream
from workbench.core.stream import Stream
from workbench.streams import RandomStream, RepeatingStream, TimedResampleStream, TimedSequenceStream, from_recipe


def ramp(frames: int, size: tuple[int, int] = (2, 3)) -> np.ndarray:
    return np.arange(frames, dtype=np.float32)[:, None, None] * np.ones(size, np.float32)


def numbers(block: torch.Tensor) -> list[float]:
    return to_numpy(block)[:, 0, 0].tolist()


@pytest.fixture
def film() -> TimedSequenceStream:
    """A hundred frames of 10 ms, from 2 s on; each holds its number."""
    return TimedSequenceStream(ramp(100), t_zero=2.0, dt=0.01)


@pytest.mark.parametrize(
    ("t1", "t2", "wanted"),
    [
        (2.0, 2.03, [0, 1, 2]),
        (2.004, 2.026, [0, 1, 2]),
        (2.006, 2.034, [1, 2]),
        (2.97, 5.0, [97, 98, 99]),
        (2.5, 2.5, []),
    ],
)
def test_get_by_time_is_by_rounded_half_open_bins(film: TimedSequenceStream, t1: float, t2: float, wanted: list[int]) -> None:
    film.seek(7)
    assert numbers(film.get(t1, t2)) == wanted
    times, frames = film.get_tsvs(t1, t2)
    assert np.allclose(times, [2.0 + 0.01 * k for k in wanted], atol=1e-12)
    assert numbers(frames) == wanted
    assert film.position == 7


def test_one_number_is_frames(film: TimedSequenceStream) -> None:
    assert numbers(film.get(3)) == [0, 1, 2]
    assert numbers(film.get()) == [3]
    assert (film.position, film.t) == (4, pytest.approx(2.04))
    assert numbers(film.get(1000))[-1] == 99
    with pytest.raises(EndOfStream):
        film.get()
    with pytest.raises(KnobError):
        film.get(0.5)


def test_times_outside(film: TimedSequenceStream) -> None:
    for wrong in ((1.9, 2.1), (2.2, 2.1), (float("nan"), 2.1), (2.0, float("inf")), ("a", 2.1)):
        with pytest.raises(KnobError):
            film.get(*wrong)
    for late in ((3.0, 3.1), (4.0, 4.0)):
        with pytest.raises(EndOfStream):
            film.get(*late)
    assert [film.time_to_bin(t) for t in (1.9, 2.0, 2.994, 2.996)] == [-10, 0, 99, 100]


def test_available_by_frames_and_by_time(film: TimedSequenceStream) -> None:
    assert film.available(100)
    assert not film.available(101)
    assert film.available(2.0, 3.0)
    assert not film.available(2.0, 3.01)
    assert not film.available(1.99, 2.5)


def test_times_and_frames_of_all(film: TimedSequenceStream) -> None:
    assert np.allclose(film.ts, 2.0 + 0.01 * np.arange(100), atol=1e-12)
    assert numbers(film.xs) == list(range(100))
    film.xs.fill_(7.0)
    assert numbers(film.get(2)) == [0, 1]


def test_put_by_time_overwrites_and_grows(film: TimedSequenceStream) -> None:
    before = json.dumps(film.recipe())
    film.put(2.98, 3.02, -1 - ramp(4))
    assert numbers(film.get(2.96, 3.1)) == [96, 97, -1, -2, -3, -4]
    assert film.length == 102
    assert json.dumps(film.recipe()) != before
    assert from_recipe(film.recipe()) == film
    film.put(ramp(2))
    assert numbers(film.xs)[-3:] == [-4, 0, 1]


def test_put_that_does_not_fit_changes_nothing(film: TimedSequenceStream) -> None:
    before = film.recipe()
    with pytest.raises(KnobError, match="gap of 5 frames"):
        film.put(3.05, 3.07, ramp(2))
    with pytest.raises(ShapeError, match="3 of that time"):
        film.put(2.0, 2.03, ramp(2))
    with pytest.raises(ShapeError):
        film.put(2.0, 2.03, ramp(3, (3, 2)))
    with pytest.raises(KnobError):
        film.put(1.9, 2.03, ramp(13))
    with pytest.raises(KnobError):
        film.put(2.0, None, ramp(3))
    assert film.recipe() == before


def test_an_empty_one_takes_frames_from_t_zero() -> None:
    film = TimedSequenceStream(size=(2, 3), t_zero=1.0)
    with pytest.raises(EndOfStream):
        film.get(1.0, 1.1)
    with pytest.raises(KnobError, match="gap"):
        film.put(1.001, 1.003, ramp(2))
    film.put(1.0, 1.003, ramp(3))
    assert numbers(film.get(1.001, 1.003)) == [1, 2]


# resampling


def interpolated(values: np.ndarray, t: np.ndarray, t_zero: float, dt: float) -> np.ndarray:
    """numpy's linear interpolation, which holds the edges."""
    times = t_zero + np.arange(len(values)) * dt
    flat = values.reshape(len(values), -1)
    return np.stack([np.interp(t, times, one) for one in flat.T], 1).reshape(-1, *values.shape[1:])


@pytest.mark.parametrize("dt", [0.001, 1 / 60, 1 / 24, 0.1, 3.0])
@pytest.mark.parametrize("t_zero", [0.0, -0.35, 0.7])
def test_resampled_is_numpys_interpolation(dt: float, t_zero: float) -> None:
    values = np.random.default_rng(1).uniform(0, 255, (48, 3, 4)).astype(np.float32)
    film = TimedResampleStream(SequenceStream(values, dt=1 / 24, t_zero=0.25), t_zero, dt)
    found = to_numpy(film[:])
    wanted = interpolated(values.astype(np.float64), t_zero + np.arange(len(film)) * dt, 0.25, 1 / 24)
    assert np.abs(found - wanted).max() < 255 * 1e-5
    # The film ends where the source's last frame does.
    assert t_zero + len(film) * dt >= 2.25 - 1e-6 > t_zero + (len(film) - 1) * dt


def test_the_same_step_is_the_same_film() -> None:
    source = RandomStream((3, 4), seed=1, level=200.0, dt=0.007)
    film = TimedResampleStream(source, dt=0.007)
    assert film.length is None
    for start in (0, 10**7):
        assert torch.equal(film.read(start, start + 300), source.read(start, start + 300))


def test_rounding_adds_no_frame() -> None:
    """7 ms in float64 is no whole number of milliseconds: 7·k frames all the same."""
    for frames in range(1, 200):
        assert len(TimedResampleStream(SequenceStream(ramp(frames, (1, 1)), dt=0.007))) == 7 * frames


def test_any_cut_gives_the_same_bits() -> None:
    film = TimedResampleStream(RandomStream((3, 5), seed=1, dt=0.04), dt=0.003)
    whole = film.read(0, 9000)  # several pieces of the source
    for start, stop in ((0, 1), (17, 18), (3410, 3430), (4000, 8999)):
        assert torch.equal(film.read(start, stop), whole[:, :, start:stop])
    low, high = film.value_range
    assert low <= whole.min() <= whole.max() <= high


def test_resampled_colour_and_batches_are_films_of_their_own() -> None:
    films = torch.rand(2, 3, 30, 20, 30, generator=torch.Generator().manual_seed(1))
    found = TimedResampleStream(SequenceStream(films, dt=0.04), dt=0.003)[:]
    t = np.arange(found.shape[2]) * 0.003
    for b, c in np.ndindex(2, 3):
        wanted = interpolated(films[b, c].double().numpy(), t, 0.0, 0.04)
        assert np.abs(found[b, c].numpy() - wanted).max() < 1e-5


def test_a_coarse_step_does_not_load_the_whole_source() -> None:
    asked = []

    class Watched(Stream):
        size: tuple[int, int] = (1, 1)
        pixel_per_degree: float = 10.0
        t_zero: float = 0.0
        dt: float = 0.001

        def read(self, start: int, stop: int) -> torch.Tensor:
            asked.append(stop - start)
            return torch.arange(float(start), stop).view(1, 1, -1, 1, 1)

    assert numbers(TimedResampleStream(Watched(), dt=1.0).read(0, 5)) == [0, 1000, 2000, 3000, 4000]
    assert max(asked) <= 257


def test_a_stream_like_any_other() -> None:
    source = SequenceStream(ramp(10), dt=0.04)
    source.seek(4)
    film = TimedResampleStream(source, dt=0.01)
    assert (film.length, film.size, film.pixel_per_degree, source.position) == (40, (2, 3), 10.0, 4)
    assert from_recipe(json.loads(json.dumps(film.recipe()))) == film
    assert numbers(film.get(1000))[-1] == 9
    with pytest.raises(EndOfStream):
        film.get()
    assert source.position == 4
    assert TimedResampleStream(SequenceStream(ramp(0))).length == 0
    assert TimedResampleStream(source, t_zero=5.0).length == 0
    assert TimedResampleStream(RepeatingStream(ramp(3), dt=0.04), dt=0.01).read(8, 13).ravel()[::6].tolist() == [
        2,
        1.5,
        1,
        0.5,
        0,
    ]
    with pytest.raises(KnobError, match="stream"):
        TimedResampleStream(np.zeros((3, 2, 2)))


def test_a_live_source_is_refused() -> None:
    class Now(SequenceStream):
        seekable = False

    with pytest.raises(KnobError, match="record"):
        TimedResampleStream(Now(ramp(3)))
