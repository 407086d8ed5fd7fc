"""Counter-based randomness against Philox written out, published vectors, and the laws of chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from workbench.core import chance
from workbench.streams import RandomStream

MASK = 2**64 - 1


def philox(counter: int, key: tuple[int, int]) -> list[int]:
    """Philox4x64-10 as its paper has it (Salmon et al. 2011, section 3.3): one counter, four words."""
    words = [counter >> (64 * k) & MASK for k in range(4)]
    for _ in range(10):
        first, second = 0xD2E7470EE14C6C93 * words[0], 0xCA5A826395121157 * words[2]
        words = [second >> 64 ^ words[1] ^ key[0], second & MASK, first >> 64 ^ words[3] ^ key[1], first & MASK]
        key = (key[0] + 0x9E3779B97F4A7C15 & MASK, key[1] + 0xBB67AE8584CAA73B & MASK)
    return words


def drawn(seed: int, source: int, first: int, count: int) -> list[int]:
    """What numpy draws from `counter=first`: it counts up before each four words."""
    return [word for k in range(first, first + count) for word in philox(k + 1 & 2**256 - 1, (seed, source))]


@pytest.mark.parametrize(
    ("counter", "key", "wanted"),  # kat_vectors of Random123 1.14, philox4x64 10
    [
        (0, (0, 0), "16554d9eca36314c db20fe9d672d0fdc d7e772cee186176b 7e68b68aec7ba23b"),
        (2**256 - 1, (MASK, MASK), "87b092c3013fe90b 438c3c67be8d0224 9cc7d7c69cd777b6 a09caebf594f0ba0"),
    ],
)
def test_philox_of_the_test_gives_the_published_words(counter: int, key: tuple[int, int], wanted: str) -> None:
    assert philox(counter, key) == [int(word, 16) for word in wanted.split()]


@pytest.mark.parametrize("seed", [0, 7, 2**32, MASK])
@pytest.mark.parametrize(("start", "stop", "per_frame"), [(0, 3, 4), (5, 7, 9), (2**40, 2**40 + 1, 3), (2**62, 2**62 + 1, 1)])
def test_words(seed: int, start: int, stop: int, per_frame: int) -> None:
    counters = math.ceil(per_frame / 4)
    found = chance.words(seed, 12, start, stop, per_frame)
    assert found.shape == (stop - start, 4 * counters)
    assert found.ravel().tolist() == drawn(seed, 12, start * counters, (stop - start) * counters)


@pytest.mark.parametrize("seed", [0, MASK])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (77.0, 177.0), (-0.3, 0.1)])
def test_uniforms_are_the_words_in_24_bits(seed: int, low: float, high: float) -> None:
    start, stop, per_frame = 6, 9, 11
    words = drawn(seed, 3, start * 2, (stop - start) * 2)
    halves = [word >> shift & 0xFFFFFFFF for word in words for shift in (0, 32)]
    signed = [(half - 2**32 if half >= 2**31 else half) >> 8 for half in halves]
    exact = np.reshape(signed, (3, 16))[:, :per_frame] * ((high - low) / 2**24) + (low + high) / 2
    found = chance.uniforms(seed, 3, start, stop, per_frame, low=low, high=high)
    assert found.dtype == np.float32
    assert np.abs(found - exact).max() <= 2 * np.spacing(np.float32(max(abs(low), abs(high))))


def test_frames_do_not_hang_on_the_piece_they_are_drawn_in() -> None:
    whole = chance.uniforms(7, 1, 0, 300, 1001)
    assert np.array_equal(whole[259:263], chance.uniforms(7, 1, 259, 263, 1001))
    assert len({row.tobytes() for row in whole}) == 300


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_uniforms_are_uniform(seed: int) -> None:
    frames, pixels = 500, 400
    found = chance.uniforms(seed, 1, 0, frames, pixels).astype(float)
    n = found.size
    assert abs(found.mean() - 0.5) < 3 * math.sqrt(1 / 12 / n)
    assert abs(found.var() - 1 / 12) < 3 * math.sqrt(1 / 180 / n)
    ranks = (np.arange(n) + 0.5) / n
    assert np.abs(np.sort(found.ravel()) - ranks).max() < 1.63 / math.sqrt(n)  # Kolmogorov–Smirnov, 1 %
    centred = (found - 0.5) * math.sqrt(12)
    for lag in (1, 2, 3, 7):
        assert abs((centred[lag:] * centred[:-lag]).mean()) < 3 / math.sqrt(centred[lag:].size)
        assert abs((centred[:, lag:] * centred[:, :-lag]).mean()) < 3 / math.sqrt(centred[:, lag:].size)


def test_other_seeds_and_sources_are_independent() -> None:
    first = chance.uniforms(5, 1, 0, 200, 200) - 0.5
    for seed, source in ((6, 1), (5, 2), (1, 5)):
        other = chance.uniforms(seed, source, 0, 200, 200) - 0.5
        assert abs((first * other).mean()) * 12 < 3 / math.sqrt(first.size)


def test_every_source_has_its_own_number() -> None:
    numbers = [value for name, value in vars(chance).items() if name.isupper() and name[0] != "_" and name != "WORDS_PER_COUNTER"]
    assert len(numbers) == len(set(numbers)) >= 1


def test_quantiles_are_those_of_the_normal_distribution() -> None:
    table = chance.quantiles()
    ranks = (torch.arange(65536, dtype=torch.float64) + 0.5) / 65536
    exact = torch.special.ndtri(ranks).numpy()  # Cephes
    exact /= exact.std()
    assert table.dtype == np.float32
    assert np.abs(table - exact).max() < 1e-6
    assert (np.diff(table) > 0).all()
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 0


def test_normals_pick_quantiles_by_sixteen_bits() -> None:
    found = chance.normals(9, 2, 3, 5, 7)  # seven are two words, so one counter a frame
    words = drawn(9, 2, 3, 2)
    picked = [word >> shift & 0xFFFF for word in words for shift in (0, 16, 32, 48)]
    assert np.array_equal(found, chance.quantiles()[np.reshape(picked, (2, 16))[:, :7]])
    n = 200 * 500
    many = chance.normals(4, 2, 0, 200, 500).astype(float)
    assert abs(many.mean()) < 3 / math.sqrt(n)
    assert abs(many.var() - 1) < 3 * math.sqrt(2 / n)
    assert abs((many**3).mean()) < 3 * math.sqrt(15 / n)
    assert abs((many**4).mean() - 3) < 3 * math.sqrt(96 / n)


@pytest.mark.parametrize(("level", "mean"), [(1.0, 0.0), (0.1, 1000.05), (1e-30, 0.0), (0.3, 0.7), (3e38, 0.0), (2.0, 1e8)])
def test_noise_stays_in_its_closed_interval(level: float, mean: float) -> None:
    film = RandomStream((40, 50), level=level, mean=mean, seed=3)
    low, high = np.float32(mean - level / 2), np.float32(mean + level / 2)
    block = film.read(0, 200).numpy()
    assert np.isfinite(block).all()
    assert low <= block.min()
    assert block.max() <= high
    assert low == high or block.min() < block.max()


def test_noise_of_no_width_is_its_mean() -> None:
    assert (RandomStream((4, 5), level=0.0, mean=127.3, seed=1).read(0, 9) == np.float32(127.3)).all()


def test_the_mean_is_the_mean() -> None:
    block = RandomStream((40, 50), level=100.0, mean=127.0, seed=11).read(0, 200).double()
    n = block.numel()
    assert abs(block.mean() - 127) < 3 * 100 / math.sqrt(12 * n)
    assert abs(block.var() - 100**2 / 12) < 3 * 100**2 / math.sqrt(180 * n)
    assert block.min() < 77.01
    assert block.max() > 176.99


def test_seeds_are_drawn_once_and_kept() -> None:
    film = RandomStream((4, 5))
    assert 0 <= film.seed < 2**32
    assert f"seed={film.seed}" in repr(film)
    assert film.recipe()["parameters"]["seed"] == film.seed
    assert len({RandomStream((4, 5)).seed for _ in range(20)}) == 20
