"""Spiking layers: sequences by hand, statistics of Poisson spikes, neurons against closed forms and plain programs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import stats
from torch import Tensor

import workbench
from workbench.core.errors import KnobError
from workbench.core.layer import Layer
from workbench.filters import spiking
from workbench.filters.spiking import IntegrativeMotionSensor, Izhikevich, LeakyIntegrateAndFire, Poisson
from workbench.streams import ProcessingStream, RandomStream, from_recipe

LAYERS = [
    Poisson(seed=1),
    IntegrativeMotionSensor(0.2),
    IntegrativeMotionSensor(0.1, "log", floor=0.05),
    LeakyIntegrateAndFire(tau=0.005, threshold=0.4, refractory=0.002, noise=0.5, seed=2),
    Izhikevich(noise=60.0, seed=3),
]
each = pytest.mark.parametrize("layer", LAYERS, ids=repr)


def film(batch: int = 1, channels: int = 1, frames: int = 60, rows: int = 3, columns: int = 4) -> Tensor:
    return torch.rand(batch, channels, frames, rows, columns, generator=torch.Generator().manual_seed(1))


def one_pixel(*values: float) -> Tensor:
    return torch.tensor(values).view(-1, 1, 1)


# what holds for all


@each
def test_spikes_are_zero_or_one(layer: Layer) -> None:
    spikes = layer.replace()(film())
    assert spikes.dtype is torch.float32
    assert spikes.unique().tolist() == [0, 1]


@each
@pytest.mark.parametrize("cuts", [[1, 2, 3], [17], [5, 59], range(1, 60)])
def test_any_cut_is_the_whole(layer: Layer, cuts: list[int]) -> None:
    whole = layer.replace()(film())
    cutting = layer.replace()
    pieces = [cutting(film()[:, :, a:b]) for a, b in itertools.pairwise([0, *cuts, 60])]
    assert torch.equal(torch.cat(pieces, 2), whole)


@each
def test_reset_replays(layer: Layer) -> None:
    again = layer.replace()
    first = again(film())
    assert not torch.equal(again(film()), first)
    again.reset()
    assert torch.equal(again(film()), first)


@each
def test_batches_and_channels_are_on_their_own(layer: Layer) -> None:
    """What a film gives does not hang on how many others are beside it."""
    shown = film(batch=3, channels=2)
    spikes = layer.replace()(shown)
    width = spikes.shape[1] // 2
    first = layer.replace()(shown[:1, :1])
    assert torch.equal(spikes[:1, [0, 2][:width] if width == 2 else [0]], first)
    if layer.given().get("seed") is None:
        for batch, channel in itertools.product(range(3), range(2)):
            alone = layer.replace()(shown[batch : batch + 1, channel : channel + 1])
            assert torch.equal(spikes[batch : batch + 1, channel::2], alone)


@each
def test_other_memory_orders_are_the_same(layer: Layer) -> None:
    turned = film().permute(0, 1, 2, 4, 3)
    assert torch.equal(layer.replace()(turned), layer.replace()(turned.contiguous()))


@each
def test_recipes(layer: Layer) -> None:
    stream = ProcessingStream(RandomStream((3, 4), mean=0.5, seed=1), layer)
    again = from_recipe(stream.recipe())
    assert again == stream
    assert torch.equal(again.read(20, 40), stream.read(0, 40)[:, :, 20:])
    assert stream.value_range == (0.0, 1.0)


def test_seeds_are_drawn_once() -> None:
    layer = Poisson()
    assert layer.seed is not None
    assert torch.equal(layer(film()), Poisson(seed=layer.seed)(film()))
    assert not torch.equal(layer.replace(seed=0)(film()), layer.replace(seed=1)(film()))


def test_the_documented_door() -> None:
    assert workbench.filters.spiking is spiking


# Poisson


def within(found: float, wanted: float, error: float) -> bool:
    return abs(found - wanted) < 3 * error


@pytest.mark.parametrize("p", [0.002, 0.1, 0.5, 0.97])
def test_poisson_rate_and_fano_factor(p: float) -> None:
    spikes = Poisson(seed=4)(torch.full((1, 1, 2000, 20, 50), p))
    assert within(spikes.mean().item(), p, math.sqrt(p * (1 - p) / spikes.numel()))
    counts = spikes.sum(2).double()
    assert within((counts.var() / counts.mean()).item(), 1 - p, (1 - p) * math.sqrt(2 / 1000) + math.sqrt(p / spikes.numel()))


def test_poisson_intervals_are_geometric() -> None:
    spikes = Poisson(seed=5)(torch.full((1, 1, 3000, 10, 10), 0.15))[0, 0].flatten(1).numpy()
    intervals = np.concatenate([np.diff(np.nonzero(pixel)[0]) for pixel in spikes.T])
    longest = np.arange(1, 300)
    found = np.searchsorted(np.sort(intervals), longest, side="right") / len(intervals)
    distance = np.abs(found - stats.geom.cdf(longest, 0.15)).max()
    assert distance * math.sqrt(len(intervals)) < stats.kstwobign.ppf(0.9973)


def test_poisson_films_are_independent_of_each_other() -> None:
    spikes = Poisson(seed=6)(torch.full((2, 2, 1000, 10, 10), 0.4)).double() - 0.4
    films = spikes.flatten(0, 1)
    for a, b in itertools.combinations(range(4), 2):
        assert within((films[a] * films[b]).mean().item(), 0, 0.24 / math.sqrt(films[a].numel()))
    assert within((films[:, 1:] * films[:, :-1]).mean().item(), 0, 0.24 / math.sqrt(films[:, 1:].numel()))
    assert within((films[..., 1:] * films[..., :-1]).mean().item(), 0, 0.24 / math.sqrt(films[..., 1:].numel()))


def test_poisson_never_and_always() -> None:
    block = torch.tensor([-1.0, 0.0, 1.0, 7.0]).view(1, 1, 1, 1, 4).expand(1, 1, 5000, 50, 4)
    assert Poisson(seed=7)(block).mean((0, 1, 2, 3)).tolist() == [0, 0, 1, 1]


# the event camera


def signed(events: Tensor) -> list[int]:
    return (events[0, 0] - events[0, 1])[:, 0, 0].int().tolist()


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([9, 9, 9], [0, 0, 0]),  # what is there already makes no event
        ([0, 5, 5.5, 5.5], [0, 0, 1, 0]),  # more than the threshold, not as much
        ([0, 12, 12, 12, 12], [0, 1, 1, 0, 0]),  # one a frame, the rest waits
        ([0, 3, 6, 9, 12, 15], [0, 0, 1, 0, 1, 0]),  # small steps add up; 15 has reached, not passed, the third
        ([0, 12, 0, 0], [0, 1, 0, 0]),  # 5 accounted for, then 5 down: not more than the threshold
        ([0, 12, -1, -1, -1], [0, 1, -1, 0, 0]),
        ([20, 0, 0, 0, 0, 0], [0, -1, -1, -1, 0, 0]),  # the fourth would need more than 5 left
        ([0, 6, 0, 6, 0], [0, 1, 0, 0, 0]),  # no event without more than a threshold of change
        ([0, 6, -1, 6, -1], [0, 1, -1, 1, -1]),
    ],
)
def test_one_pixel_by_hand(values: list[float], wanted: list[int]) -> None:
    assert signed(IntegrativeMotionSensor(5.0)(one_pixel(*values))) == wanted


def test_smaller_thresholds_are_more_sensitive() -> None:
    shown = one_pixel(*range(0, 100, 3))
    counts = [IntegrativeMotionSensor(threshold)(shown).sum().item() for threshold in (3.5, 7.0, 14.0, 28.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts == [math.ceil(99 / threshold) - 1 for threshold in (3.5, 7.0, 14.0, 28.0)]


def test_log_pixels_by_hand() -> None:
    """Each doubling is ln 2 = 0.693: two thresholds of 0.3, and 0.093 that is left."""
    layer = IntegrativeMotionSensor(0.3, "log", floor=1.0)
    assert signed(layer(one_pixel(0.0, 0.5, 1.0, 2.0, 2.0, 2.0, 4.0, 4.0, 4.0, 1.0))) == [0, 0, 0, 1, 1, 0, 1, 1, 0, -1]


def test_log_pixels_see_ratios() -> None:
    values = 10 * torch.exp(torch.linspace(0, 3.1, 40)).view(1, 1, -1, 1, 1)
    dim, bright = (IntegrativeMotionSensor(0.25, "log")(gain * values) for gain in (1, 16))
    assert dim.sum() == bright.sum() == 12  # 3.1 / 0.25 = 12.4


def test_many_pixels_are_many_single_ones() -> None:
    shown = film(2, 2, 50) * 40
    events = IntegrativeMotionSensor(5.0)(shown)
    assert events.shape == (2, 4, 50, 3, 4)
    for b, c, row, column in itertools.product(range(2), range(2), range(3), range(4)):
        alone = IntegrativeMotionSensor(5.0)(shown[b, c, :, row, column].view(-1, 1, 1))
        assert torch.equal(events[b, c::2, :, row, column], alone[0, :, :, 0, 0])


def test_events_against_a_plain_program() -> None:
    shown = torch.randint(-4, 5, (400, 3, 4), generator=torch.Generator().manual_seed(3)).cumsum(0).float()
    events = IntegrativeMotionSensor(2.5)(shown)
    for row, column in itertools.product(range(3), range(4)):
        values = shown[:, row, column].tolist()
        settled, wanted = values[0], []
        for value in values:
            wanted.append(1 if value - settled > 2.5 else -1 if value - settled < -2.5 else 0)
            settled += 2.5 * wanted[-1]
        assert signed(events[..., row : row + 1, column : column + 1]) == wanted


def test_events_account_for_the_change() -> None:
    """What was sent is never more than a threshold behind a slow input: θ·(ON − OFF) follows the change."""
    shown = (torch.rand(1, 1, 400, 5, 6, generator=torch.Generator().manual_seed(2)) - 0.5).cumsum(2)
    events = IntegrativeMotionSensor(1.0)(shown)
    sent = (events[:, :1] - events[:, 1:]).cumsum(2)
    assert (shown - shown[:, :, :1] - sent).abs().max() <= 1.0


# neurons


@pytest.mark.parametrize("current", [1.1, 1.5, 3.0])
@pytest.mark.parametrize("rest", [0.0, 0.004])
@pytest.mark.parametrize("reset", [0.0, -0.5])
def test_leaky_neurons_fire_as_often_as_the_closed_form_says(current: float, rest: float, reset: float) -> None:
    layer = LeakyIntegrateAndFire(tau=0.02, threshold=1.0, reset_to=reset, refractory=rest)
    times = torch.nonzero(layer(torch.full((1500, 1, 1), current)).ravel()).ravel()
    climb = 0.02 * math.log((current - reset) / (current - 1.0)) / 0.001
    assert torch.diff(times).unique().tolist() == [math.ceil(climb) + round(rest / 0.001)]


def test_leaky_neurons_below_threshold_are_silent() -> None:
    layer = LeakyIntegrateAndFire()
    assert layer(torch.full((2000, 1, 1), 0.999)).max() == 0
    assert layer.state.potential.item() == pytest.approx(0.999, rel=1e-5)


def test_leaky_neurons_fire_at_their_threshold() -> None:
    shown = one_pixel(0.999, 1.0, 0.999, 1.001)
    assert LeakyIntegrateAndFire(tau=1e-6, threshold=1.0)(shown).ravel().tolist() == [0, 1, 0, 1]  # v is the input


def test_leaky_neurons_against_a_plain_program() -> None:
    shown = 2 * film(frames=300)
    layer = LeakyIntegrateAndFire(tau=0.013, threshold=0.9, reset_to=-0.3, refractory=0.003)
    keep, wanted = math.exp(-0.001 / 0.013), np.zeros(shown.shape)
    for row, column in itertools.product(range(3), range(4)):
        v, rest = 0.0, 0
        for frame, current in enumerate(shown[0, 0, :, row, column].double().tolist()):
            if rest:
                rest -= 1
                continue
            v = keep * v + (1 - keep) * current
            if v >= 0.9:
                v, rest, wanted[0, 0, frame, row, column] = -0.3, 3, 1
    np.testing.assert_array_equal(layer(shown).numpy(), wanted)


def test_noise_of_leaky_neurons() -> None:
    """Below threshold v is an autoregressive process of variance σ²·(1−e)²/(1−e²)."""
    layer = LeakyIntegrateAndFire(tau=0.005, threshold=1e6, noise=2.0, seed=1)
    layer(torch.zeros(200, 100, 100))
    keep = math.exp(-0.2)
    wanted = 4 * (1 - keep) ** 2 / (1 - keep**2)
    v = layer.state.potential
    assert within(v.mean().item(), 0, math.sqrt(wanted / v.numel()))
    assert within(v.var().item(), wanted, wanted * math.sqrt(2 / v.numel()))


def published(current: npt.NDArray[np.float64], a: float, b: float, c: float, d: float) -> list[int]:
    """The loop of E. Izhikevich 2003 (doi 10.1109/TNN.2003.820440) for one neuron, in its own order, 1 ms a turn."""
    v, u, firings = c, b * c, []
    for t, i in enumerate(current):
        if v >= 30:
            firings.append(t)
            v, u = c, u + d
        v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + i)
        v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + i)
        u += a * (b * v - u)
    return firings


@pytest.mark.parametrize(
    "kind", [(0.02, 0.2, -65.0, 8.0), (0.1, 0.2, -65.0, 2.0), (0.02, 0.2, -50.0, 2.0), (0.02, 0.25, -65.0, 2.0)]
)
def test_izhikevich_neurons_against_the_published_loop(kind: tuple[float, float, float, float]) -> None:
    current = np.where(np.arange(400) < 20, 0.0, 10.0)
    wanted = published(current, *kind)
    times = Izhikevich(*kind)(torch.from_numpy(current).float().view(-1, 1, 1)).ravel().nonzero().ravel().tolist()
    assert len(wanted) > 5
    assert times == wanted


@pytest.mark.parametrize(("dt", "turns", "halves"), [(0.0001, 1, 1), (0.001, 1, 2), (0.0025, 3, 2), (0.01, 10, 2)])
def test_izhikevich_neurons_against_a_plain_program_at_any_step(dt: float, turns: int, halves: int) -> None:
    """In float64 pixel by pixel; every bit, since chaos would part them otherwise."""
    shown = 20 * film(frames=200)
    layer = Izhikevich(0.1, 0.25, -55.0, 3.0)
    layer.dt = dt
    spikes = layer(shown)
    for row, column in itertools.product(range(3), range(4)):
        v, u, fired, step = -55.0, 0.25 * -55.0, [], 1000 * dt / turns
        for frame, i in enumerate(shown[0, 0, :, row, column].tolist()):
            for _ in range(turns):
                if v >= 30:
                    v, u = -55.0, u + 3.0
                    fired.append(frame)
                for _ in range(halves):
                    v = v + step / halves * (0.04 * (v * v) + 5 * v + 140 - u + i)
                u = u + step * 0.1 * (0.25 * v - u)
        assert spikes[0, 0, :, row, column].nonzero().ravel().tolist() == sorted(set(fired))
        assert layer.state.v[0, 0, row, column].item() == v


def test_izhikevich_neurons_at_other_steps() -> None:
    """Ten times finer, about as many spikes; ten times coarser, the same ones, one a frame at most."""
    layer = Izhikevich()
    counts = {}
    for dt in (0.0001, 0.0005, 0.001, 0.01):
        layer.dt = dt
        layer.reset()
        counts[dt] = int(layer(torch.full((round(1 / dt), 1, 1), 10.0)).sum())
    assert counts[0.01] == counts[0.001]
    assert abs(counts[0.0005] - counts[0.001]) <= 2
    assert abs(counts[0.0001] - counts[0.001]) <= 3


@pytest.mark.parametrize(
    ("layer", "wrong"),
    [
        (IntegrativeMotionSensor, {"threshold": 0.0}),
        (IntegrativeMotionSensor, {"scale": "cubic"}),
        (LeakyIntegrateAndFire, {"tau": 0.0}),
        (LeakyIntegrateAndFire, {"refractory": -1.0}),
        (Izhikevich, {"c": 40.0}),
        (Poisson, {"seed": -1}),
    ],
)
def test_wrong_values_are_refused(layer: type[Layer], wrong: dict[str, object]) -> None:
    with pytest.raises(KnobError, match=next(iter(wrong))):
        layer(**wrong)
