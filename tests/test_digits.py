"""MNISTStream and PoissonMNISTStream: the walk and the values by hand, the spikes by their statistics."""

from __future__ import annotations

import socket
import struct
import sys
import urllib.request
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import URLError

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import stats
from torchvision.datasets import MNIST

import workbench
from workbench.core.errors import DataMissing, ExtraMissing, FormatError, KnobError
from workbench.datasets import mnist, rendered_digits
from workbench.streams import MNISTStream, PoissonMNISTStream, from_recipe

ADVANCE = 179425529


def write_idx(folder: Path, pictures: npt.NDArray[np.uint8], classes: npt.NDArray[np.uint8]) -> str:
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for split in ("train", "t10k"):
        head = struct.pack(">4i", 2051, *pictures.shape)
        (raw / f"{split}-images-idx3-ubyte").write_bytes(head + pictures.tobytes())
        (raw / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, len(classes)) + classes.tobytes())
    return str(folder)


@pytest.fixture
def seven(tmp_path: Path) -> str:
    """Seven digits of 2×3 px; the first byte of each is its number, the others black and white."""
    pictures = np.zeros((7, 2, 3), np.uint8)
    pictures[:, 0, 0], pictures[:, 1, 2] = np.arange(7), 255
    return write_idx(tmp_path, pictures, np.arange(7, dtype=np.uint8))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(rendered_digits(tmp_path_factory.mktemp("digits"), 60, seed=3))


def numbers(film: MNISTStream, start: int, stop: int) -> list[int]:
    return (film.read(start, stop)[0, 0, :, 0, 0] * 255 / film.max_value).round().int().tolist()


# the walk


def test_the_order_is_that_of_the_formula(seven: str) -> None:
    film = MNISTStream(seven, rep=3, init=4, advance=5)
    wanted = [(4 + k // 3 * 5) % 7 for k in range(50)]
    assert numbers(film, 0, 50) == wanted
    assert numbers(film, 17, 29) == wanted[17:29]
    assert film.labels(0, 50).tolist() == wanted
    assert film.labels(17, 29).tolist() == wanted[17:29]
    assert film.labels(5, 5).shape == (0,)


def test_far_frames_need_no_other_ones(seven: str) -> None:
    film = MNISTStream(seven, rep=2**31, init=4)
    far = 2**52 + 1
    assert numbers(film, far, far + 2) == [(4 + far // 2**31 * ADVANCE) % 7] * 2


@pytest.mark.parametrize("count", [60_000, 10_000])
def test_every_digit_comes_once(tmp_path: Path, count: int) -> None:
    index = np.arange(count)
    pictures = np.stack([index // 256, index % 256], 1).astype(np.uint8)[:, None]
    film = MNISTStream(write_idx(tmp_path, pictures, np.zeros(count, np.uint8)), rep=1, max_value=255, init=123)
    high, low = film.read(0, count)[0, 0, :, 0].T.int()
    found = (high * 256 + low).numpy()
    assert found[0] == 123
    assert found[1] == (123 + ADVANCE) % count
    np.testing.assert_array_equal(np.sort(found), index)


def test_documented_attributes(seven: str) -> None:
    film = MNISTStream(seven, rep=3, init=4, advance=5)
    assert (film.i, film.j, film.init_i, film.position) == (4, 0, 4, 0)
    film.get(2)
    assert (film.i, film.j, film.position) == (4, 2, 2)
    film.get()
    assert (film.i, film.j) == ((4 + 5) % 7, 0)
    film.get(13)
    assert (film.i, film.j) == ((4 + 5 * 5) % 7, 1)
    film.reset()
    assert (film.i, film.j) == (4, 0)
    assert torch.equal(film.buffer[:, 0, 0], torch.arange(7, dtype=torch.uint8))


def test_a_start_beyond_the_last_digit_goes_round(seven: str) -> None:
    assert MNISTStream(seven, init=7 + 2).init_i == 2
    assert MNISTStream(seven).ranges() == {"init": ((0, 6),)}


def test_a_start_is_drawn_once(seven: str) -> None:
    starts = {MNISTStream(seven).init for _ in range(100)}
    assert starts == set(range(7))  # one is missing once in 700 000 times
    film = MNISTStream(seven)
    assert from_recipe(film.recipe()) == film
    assert film.replace(rep=2).init == film.init


# values


def test_values_are_those_of_the_bytes(rendered: str) -> None:
    film = MNISTStream(rendered, rep=1, max_value=0.7, init=0, advance=1)
    wanted = 0.7 * film.buffer.numpy().astype(np.float64) / 255
    np.testing.assert_allclose(film.read(0, 60)[0, 0].numpy(), wanted, rtol=1e-6)
    assert film.read(0, 60).max() == np.float32(0.7)
    assert film.value_range == (0.0, 0.7)


def test_the_label_is_a_channel(seven: str) -> None:
    film = MNISTStream(seven, rep=2, init=0, advance=1, include_label=True)
    block = film.read(0, 14)
    assert block.shape == (1, 2, 14, 2, 3)
    assert torch.equal(block[:, :1], film.replace(include_label=False).read(0, 14))
    assert torch.equal(block[0, 1], torch.arange(7.0).repeat_interleave(2).view(14, 1, 1).expand(14, 2, 3))
    assert film.value_range == (0.0, 9.0)


def test_a_block_is_the_callers(seven: str) -> None:
    film = MNISTStream(seven, init=0)
    film.read(0, 5).fill_(9)
    assert film.read(0, 5).max() == 1
    assert film.buffer.max() == 255


def test_the_test_digits_are_others(rendered: str) -> None:
    train, test = MNISTStream(rendered, init=0), MNISTStream(rendered, init=0, train=False)
    assert (len(train.buffer), len(test.buffer)) == (60, 10)
    assert not torch.equal(train.read(0, 1), test.read(0, 1))


# spikes


def flat(folder: Path, *values: int) -> str:
    """One digit of 1000 px for each value."""
    pictures = np.broadcast_to(np.array(values, np.uint8)[:, None, None], (len(values), 20, 50))
    return write_idx(folder, np.ascontiguousarray(pictures), np.zeros(len(values), np.uint8))


def within(found: float, wanted: float, error: float) -> bool:
    return abs(found - wanted) < 3 * error


@pytest.mark.parametrize("byte", [1, 40, 128, 255])
def test_rate_and_fano_factor(tmp_path: Path, byte: int) -> None:
    p, frames, pixels = 0.3 * byte / 255, 2000, 1000
    film = PoissonMNISTStream(flat(tmp_path, byte), rep=10, fr=0.3, init=0, seed=1)
    spikes = film.read(0, frames)
    assert spikes.unique().tolist() == [0, 1]
    assert within(spikes.mean().item(), p, np.sqrt(p * (1 - p) / frames / pixels))
    counts = spikes.sum(2).double()
    assert within((counts.var() / counts.mean()).item(), 1 - p, (1 - p) * np.sqrt(2 / pixels) + 1 / np.sqrt(frames * pixels * p))


def test_intervals_are_geometric(tmp_path: Path) -> None:
    spikes = PoissonMNISTStream(flat(tmp_path, 255), fr=0.2, init=0, seed=2).read(0, 3000)[0, 0].flatten(1).numpy()
    intervals = np.concatenate([np.diff(np.nonzero(pixel)[0]) for pixel in spikes.T[:100]])
    longest = np.arange(1, 200)
    found = np.searchsorted(np.sort(intervals), longest, side="right") / len(intervals)
    distance = np.abs(found - stats.geom.cdf(longest, 0.2)).max()
    assert distance * np.sqrt(len(intervals)) < stats.kstwobign.ppf(0.9973)  # conservative for whole numbers


def test_nothing_hangs_on_anything_else(tmp_path: Path) -> None:
    spikes = PoissonMNISTStream(flat(tmp_path, 255), fr=0.3, init=0, seed=3).read(0, 2000)[0, 0].flatten(1).double()
    centred = spikes - 0.3
    products = {
        "next frame": centred[1:] * centred[:-1],
        "8 frames on": centred[8:] * centred[:-8],
        "next pixel": centred[:, 1:] * centred[:, :-1],
        "8 pixels on": centred[:, 8:] * centred[:, :-8],
    }
    for name, product in products.items():
        assert within(product.mean().item(), 0, 0.3 * 0.7 / np.sqrt(product.numel())), name


def test_black_never_fires_and_certainty_always(tmp_path: Path) -> None:
    film = PoissonMNISTStream(flat(tmp_path, 0, 255), rep=1000, fr=1.0, init=0, advance=1, seed=4)
    spikes = film.read(0, 2000)
    assert spikes[:, :, :1000].max() == 0
    assert spikes[:, :, 1000:].min() == 1
    assert film.replace(fr=0.0).read(0, 2000).max() == 0


def test_the_rates_of_diehl_and_cook(tmp_path: Path) -> None:
    """63.75 Hz for white, 350 ms, steps of 0.5 ms: 22.3 spikes (doi 10.3389/fncom.2015.00099)."""
    film = PoissonMNISTStream(flat(tmp_path, 255), rep=700, fr=63.75 * 0.0005, init=0, seed=5, dt=0.0005)
    counts = film.read(0, 700).sum(2)
    assert within(counts.mean().item(), 22.3125, np.sqrt(22.3125 * (1 - 0.031875) / 1000))


def test_spikes_replay(rendered: str) -> None:
    film = PoissonMNISTStream(rendered, fr=0.2, init=3)
    first = film.get(200)
    second = film.get(200)
    film.reset()
    assert torch.equal(film.get(200), first)
    assert not torch.equal(first, second)
    assert torch.equal(from_recipe(film.recipe()).read(150, 250), torch.cat([first, second], 2)[:, :, 150:250])
    assert not torch.equal(film.replace(seed=film.seed + 1).read(0, 200), first)


def test_spikes_follow_the_same_walk(rendered: str) -> None:
    digits = MNISTStream(rendered, rep=500, init=3, include_label=True)
    spikes = PoissonMNISTStream(rendered, rep=500, fr=0.5, init=3, include_label=True, seed=1)
    assert torch.equal(digits.read(0, 1500)[:, 1], spikes.read(0, 1500)[:, 1])
    for k in range(3):
        mean = spikes.read(500 * k, 500 * k + 500)[0, 0].mean(0)
        p = 0.5 * digits.read(500 * k, 500 * k + 1)[0, 0, 0]
        assert ((mean - p).abs() <= 4.5 * (p * (1 - p) / 500).sqrt()).all()


# the data


def test_it_says_which_digits_it_shows(rendered: str, seven: str) -> None:
    film = MNISTStream(rendered, init=0)
    for told in (repr(film), film._repr_html_(), str(film.recipe()), film.digits):
        assert "rendered digits (n=60, seed=3)" in told
    assert MNISTStream(seven).digits == "MNIST"
    other = film.recipe()
    other["parameters"]["data_folder"] = seven
    with pytest.raises(KnobError, match=r"digits = 'rendered digits \(n=60, seed=3\)'.*MNIST"):
        from_recipe(other)


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    patience: list[Any] = []

    def unreachable(*_: object, **__: object) -> NoReturn:
        patience.append(socket.getdefaulttimeout())
        raise URLError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    monkeypatch.chdir(tmp_path)
    before = socket.getdefaulttimeout()
    with pytest.raises(DataMissing) as caught:
        MNISTStream()
    message = str(caught.value)
    for told in ("./mnist_data", "no route to host", "MNIST('./mnist_data', download=True)", "rendered_digits('./mnist_data')"):
        assert told in message
    assert patience
    assert max(patience) <= 10
    assert socket.getdefaulttimeout() == before
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())
    rendered_digits("./mnist_data", 20)  # the second way out
    assert MNISTStream().get(3).shape == (1, 1, 3, 28, 28)


def test_a_torchvision_that_does_not_fit(seven: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mnist._load.cache_clear()
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    with pytest.raises(ExtraMissing, match="pip install --upgrade --force-reinstall torch torchvision"):
        MNISTStream(str(tmp_path / "empty"))
    assert MNISTStream(seven).get(1).shape[2] == 1  # digits that are there need none


def test_the_digits_are_those_that_torchvision_reads(rendered: str) -> None:
    for train in (True, False):
        found, theirs = mnist.load(rendered, train), MNIST(rendered, train=train)
        assert torch.equal(found.pictures, theirs.data)
        assert torch.equal(found.classes, theirs.targets)


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
@pytest.mark.parametrize("keep", [0, 3, 10, -1])
def test_damaged_files(seven: str, name: str, keep: int) -> None:
    file = Path(seven, "MNIST", "raw", name)
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(FormatError, match="train-"):
        MNISTStream(seven)


def test_classes_that_are_none(tmp_path: Path) -> None:
    folder = write_idx(tmp_path, np.zeros((3, 2, 3), np.uint8), np.array([1, 2, 10], np.uint8))
    with pytest.raises(FormatError, match="0 to 9"):
        MNISTStream(folder)


def test_new_files_are_read_anew(tmp_path: Path) -> None:
    folder = str(rendered_digits(tmp_path, 20))
    before = MNISTStream(folder, init=0).read(0, 1)
    rendered_digits(tmp_path, 20, seed=1)
    assert not torch.equal(MNISTStream(folder, init=0).read(0, 1), before)


def test_the_front_door_knows_the_data_sets() -> None:
    assert workbench.datasets.rendered_digits is rendered_digits
