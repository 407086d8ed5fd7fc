"""PseudoNMNIST: the figures that G. Orchard et al. 2015 give for N-MNIST, and the three parts it is made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from workbench.datasets import idx, rendered_digits
from workbench.filters.spiking import IntegrativeMotionSensor
from workbench.streams import MNISTStream, PseudoNMNIST, SaccadeStream, from_recipe

PERIOD = 315
DIGITS = 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(rendered_digits(tmp_path_factory.mktemp("digits"), 400, seed=2))


@pytest.fixture(scope="module")
def hundred(folder: str) -> torch.Tensor:
    """Events of 100 digits: `(digit, polarity, frame, row, column)`."""
    block = PseudoNMNIST(folder, init=0).read(0, DIGITS * PERIOD)
    return block[0].unflatten(1, (DIGITS, PERIOD)).transpose(0, 1)


def test_as_many_events_as_n_mnist(hundred: torch.Tensor) -> None:
    assert hundred.unique().tolist() == [0, 1]
    assert abs(hundred.sum().item() / DIGITS - 4200) < 0.3 * 4200


def test_on_and_off_are_balanced(hundred: torch.Tensor) -> None:
    on, off = hundred.sum((0, 2, 3, 4)).tolist()
    assert 0.85 < on / off < 1.15


def test_three_bursts_with_gaps(hundred: torch.Tensor) -> None:
    rate = hundred.sum((0, 1, 3, 4)) / DIGITS
    for side in range(3):
        burst = rate[105 * side : 105 * side + 105]
        ends = torch.cat([burst[:10], burst[-10:]]).mean()
        assert ends < 0.1 * burst[32:73].mean()
        assert 0.2 < burst.sum() / rate.sum() < 0.5


def test_a_digit_begins_in_silence(hundred: torch.Tensor) -> None:
    assert hundred[:, :, 0].max() == 0


def test_the_digit_stays_inside(hundred: torch.Tensor) -> None:
    """The ink of 20×20 px and 7 px of motion leave more than 2 px on every side, but for its faint margins."""
    border = hundred.sum((0, 1, 2))
    border[2:-2, 2:-2] = 0
    assert border.sum() < 0.001 * hundred.sum()


def test_it_is_where_the_published_one_is_on_average(hundred: torch.Tensor) -> None:
    weight = hundred.sum((0, 1, 2)).double()
    row, column = ((weight.sum(1 - k) * (torch.arange(34) + 0.5)).sum() / weight.sum() for k in range(2))
    assert abs(row - 17) < 1.5
    assert abs(column - 17) < 1.5


def test_horizontal_edges_are_silent_in_the_third_saccade(tmp_path: Path) -> None:
    bar = np.zeros((1, 28, 28), np.uint8)
    bar[0, 12:16, 4:24] = 255
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for train in (True, False):
        idx.write(idx.images(raw, train), bar)
        idx.write(idx.labels(raw, train), np.zeros(1, np.uint8))
    events = PseudoNMNIST(str(tmp_path)).read(0, PERIOD)[0]
    middle = events[..., 14:20]  # between the ends of the bar, wherever it is
    assert middle[:, :105].sum() > 100
    assert middle[:, 105:210].sum() > 100
    assert middle[:, 212:].sum() == 0  # what was left over at the corner comes in the first frames
    assert events[:, 212:].sum() > 50  # its ends are vertical edges


@pytest.mark.parametrize("size", [(34, 34), (20, 30), (28, 35), (36, 37), (50, 64)])
@pytest.mark.parametrize("threshold", [5.0, 2.5])
def test_it_is_digits_and_saccades_and_a_change_detector(folder: str, size: tuple[int, int], threshold: float) -> None:
    digits = MNISTStream(folder, rep=PERIOD, max_value=26.0, init=5)
    moved = SaccadeStream(digits, size)
    wanted = [IntegrativeMotionSensor(threshold)(moved.read(k * PERIOD, (k + 1) * PERIOD)) for k in range(3)]
    film = PseudoNMNIST(folder, threshold, size, init=5)
    assert torch.equal(film.read(0, 3 * PERIOD), torch.cat(wanted, 2))


def test_smaller_thresholds_are_more_sensitive(folder: str) -> None:
    counts = [PseudoNMNIST(folder, threshold, init=0).read(0, PERIOD).sum().item() for threshold in (2.5, 5.0, 10.0)]
    assert counts[0] > 1.5 * counts[1] > 2 * counts[2] > 0


def test_any_frame_at_any_time(folder: str) -> None:
    film = PseudoNMNIST(folder, init=3)
    whole = film.read(0, 12 * PERIOD)
    other = PseudoNMNIST(folder, init=3)
    for start, stop in ((3000, 3001), (314, 316), (0, 40), (2900, 3600), (629, 945)):
        assert torch.equal(other.read(start, stop), whole[:, :, start:stop])
    other.read(0, 400).fill_(7)
    assert torch.equal(other.read(0, 400), whole[:, :, :400])


def test_labels_and_recipe(folder: str) -> None:
    film = PseudoNMNIST(folder, init=3)
    digits = MNISTStream(folder, rep=PERIOD, init=3)
    assert torch.equal(film.labels(300, 700), digits.labels(300, 700))
    assert "rendered digits (n=400, seed=2)" in repr(film)
    again = from_recipe(film.recipe())
    assert again == film
    assert torch.equal(again.read(310, 330), film.read(310, 330))
    film.get(20)
    assert film.i == film.position == 20


def test_events_are_the_frames(folder: str) -> None:
    film = PseudoNMNIST(folder, init=3, dt=0.002)
    block, records = film.read(600, 700), film.events(600, 700)
    assert len(records) == block.sum() > 100
    assert (np.diff(records["t"]) >= 0).all()
    for t, x, y, p in records.tolist():
        assert block[0, 1 - p, t // 2000 - 600, y, x] == 1
