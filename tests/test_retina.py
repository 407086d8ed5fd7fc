"""The retina against closed forms and a plain float64 simulation by scipy (facts: Wohrer & Kornprobst 2009)."""

from __future__ import annotations

import warnings

import numpy as np
import psutil
import pytest
import torch
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter

import workbench
from workbench.core.errors import KnobError
from workbench.models import Retina

STAGES = ("opl_centre", "opl_surround", "opl", "bipolar", "ganglion_ON", "ganglion_OFF")


def low_pass(x: np.ndarray, tau: float, dt: float) -> np.ndarray:
    keep = np.exp(-dt / tau)
    return lfilter([1 - keep], [1, -keep], x, axis=0)


def blurred(x: np.ndarray, sigma: float) -> np.ndarray:
    return np.stack([gaussian_filter(frame, sigma, mode="nearest", truncate=4.0) for frame in x])


def simulated(film: np.ndarray, dt: float = 0.001, ppd: float = 10.0, **p: float) -> dict[str, np.ndarray]:
    """The first five stages, plainly, in float64."""
    p = {"wU": 0.8, "wS": 1.0, "lam": 10.0, "a": 50.0, "g": 50.0, "lamA": 0.0, "sA": 0.2, "tA": 0.005, "n": 0} | p
    light = film.astype(np.float64) / 255
    centre = blurred(light, 0.05 * ppd)
    for _ in range(int(p["n"]) + 1):
        centre = low_pass(centre, 0.010 / max(1, p["n"]), dt)
    centre = centre - p["wU"] * low_pass(centre, 0.1, dt)
    surround = low_pass(blurred(centre, 0.15 * ppd), 0.004, dt)
    current = p["lam"] * (centre - p["wS"] * surround)
    volt, pool, bipolar = np.zeros(film.shape[1:]), np.zeros(film.shape[1:]), []
    for frame in current:
        conductance = p["g"] + gaussian_filter(pool, p["sA"] * ppd, mode="nearest", truncate=4.0)
        target = p["a"] * frame / conductance
        volt = target + (volt - target) * np.exp(-dt * conductance)
        keep = np.exp(-dt / p["tA"])
        pool = keep * pool + (1 - keep) * p["lamA"] * volt**2
        bipolar.append(volt)
    volts = np.array(bipolar)
    transient = volts - 0.7 * low_pass(volts, 0.020, dt)
    drive = {sign: 100.0 * sign * transient for sign in (1, -1)}
    rates = {s: np.where(d > 0, 37 + d, 37 / (1 - np.minimum(d, 0) / 37)) for s, d in drive.items()}
    return dict(zip(STAGES, (centre, surround, current, volts, rates[1], rates[-1]), strict=True))


def noise(frames: int = 400, size: tuple[int, int] = (11, 14), seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 255, (frames, *size)).astype(np.float32)


def run(film: np.ndarray, retina: Retina | None = None, **how: int) -> dict[str, np.ndarray]:
    out = (retina or Retina(seed=1)).run(film, stages=True, **how)
    return {name: workbench.to_numpy(out[name]) for name in out.keys()}  # noqa: SIM118 - an Output is a list with names


def close(found: np.ndarray, wanted: np.ndarray, share: float = 1e-5) -> None:
    """Within a share of the largest value there is."""
    assert np.abs(found - wanted).max() <= share * np.abs(wanted).max()


ADAPTING = {"lamA": 500.0, "a": 250.0, "g": 10.0, "sA": 0.5, "tA": 0.03}


@pytest.mark.parametrize("given", [{}, {"n": 3}, {"wS": 0.5, "wU": 0.3}, ADAPTING])
def test_every_stage_is_the_plain_simulation(given: dict[str, float]) -> None:
    names = {
        "n": "cascade", "wS": "surround_weight", "wU": "undershoot", "lamA": "gain_control",
        "a": "amplification", "g": "leak", "sA": "sigma_gain_control", "tA": "tau_gain_control",
    }  # fmt: skip
    retina = Retina(seed=1, **{names[key]: value for key, value in given.items()})
    wanted, found = simulated(noise(), **given), run(noise(), retina)
    for stage in STAGES:
        close(found[stage], wanted[stage], 1e-5)


@pytest.mark.parametrize("chunk", [1, 7, 99, 100, 101, 201])
def test_cuts_change_no_bit(chunk: int) -> None:
    whole, cut = run(noise(203)), run(noise(203), dt=chunk)
    for name, film in whole.items():
        assert film.shape == (203, 11, 14)
        assert np.array_equal(film, cut[name]), name


def test_second_run_is_the_first() -> None:
    retina = Retina(seed=3)
    first, second = retina.run(noise(120)), retina.run(noise(120))
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])


def test_batches_and_channels_are_single_runs() -> None:
    films = np.stack([noise(60, seed=k) for k in range(4)])
    together = Retina(seed=2).run(torch.from_numpy(films).view(2, 2, 60, 11, 14))
    for k, film in enumerate(films):
        alone = Retina(seed=2).run(film)
        for name in ("ganglion_spikes_ON", "ganglion_spikes_OFF"):
            assert torch.equal(together[name][k // 2, k % 2], alone[name][0, 0])


def test_threads_change_no_bit() -> None:
    film = noise(64, (70, 66))
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = Retina(seed=4).run(film)
        torch.set_num_threads(4)
        four = Retina(seed=4).run(film)
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(one[0], four[0])
    assert torch.equal(one[1], four[1])


@pytest.mark.parametrize(("undershoot", "weight"), [(0.8, 1.0), (0.8, 0.4), (0.5, 0.7)])
def test_uniform_steady_light(undershoot: float, weight: float) -> None:
    retina = Retina(undershoot=undershoot, surround_weight=weight)
    opl = run(np.full((3000, 5, 6), 200.0), retina)["opl"]
    assert np.abs(opl[-1] - 10 * (1 - undershoot) * (1 - weight) * 200 / 255).max() < 1e-4


def test_step_response_of_the_centre() -> None:
    dt, light = 0.001, 180 / 255
    film = np.full((500, 5, 6), 180.0)
    found = run(film, Retina(surround_weight=0.0))["opl_centre"][:, 2, 3]
    t, tau_c, tau_u, w = (np.arange(500) + 1) * dt, 0.010, 0.100, 0.8
    apart = tau_u - tau_c
    slow, fast = w * tau_u / apart * np.exp(-t / tau_u), (1 + w * tau_c / apart) * np.exp(-t / tau_c)
    wanted = light * ((1 - w) + slow - fast)
    assert np.abs(found - wanted).max() < 0.005 * light


def test_bipolar_is_a_first_order_low_pass() -> None:
    stages = run(noise(300), Retina(amplification=100.0, leak=25.0))
    close(stages["bipolar"], 4.0 * low_pass(stages["opl"].astype(np.float64), 1 / 25.0, 0.001))


@pytest.mark.parametrize(("current", "period"), [(100.0, 17), (60.0, 39), (300.0, 7)])
def test_constant_current_without_noise(current: float, period: int) -> None:
    """Period dt·(⌈ln(I/(I − g))/(g·dt)⌉ + R): 17 ms at 100 Hz (58.8 Hz), R = 3."""
    assert period == int(np.ceil(np.log(current / (current - 50)) / 0.05)) + 3
    retina = Retina(noise=0.0, rate=current, gain_ganglion=0.0)
    spikes = run(np.full((1000, 2, 3), 100.0), retina)["ganglion_spikes_ON"][:, 1, 1]
    assert set(np.diff(np.flatnonzero(spikes)).tolist()) == {period}


def test_no_spike_below_the_leak() -> None:
    retina = Retina(noise=0.0, rate=49.0, gain_ganglion=0.0)
    assert run(np.full((500, 2, 3), 100.0), retina)["ganglion_spikes_ON"].sum() == 0


def test_membrane_noise_has_its_stationary_deviation() -> None:
    """With no drive a neuron crosses 1 with the probability of a normal of s.d. σ: here rarely; the rest is exact."""
    spikes = run(np.zeros((1000, 40, 40), np.float32), Retina(seed=9, noise=0.1))["ganglion_spikes_ON"]
    assert 0 < spikes.mean() < 0.005  # the black-film rate, near 1 Hz of the known 1.2


@pytest.mark.parametrize("frequency", [0.5, 1.0, 2.0, 3.5, 5.0])
def test_difference_of_gaussians_tuning(frequency: float) -> None:
    """A static grating through the OPL: e^{−2(πσC f)²}·(1 − w·e^{−2(πσS f)²}), at 20 px/deg."""
    ppd, width, weight = 20.0, 400, 0.9
    x = (np.arange(width) - width / 2 + 0.5) / ppd
    film = np.broadcast_to(127 + 100 * np.cos(2 * np.pi * frequency * x), (1500, 3, width)).astype(np.float32)
    stream = workbench.streams.SequenceStream(film, pixel_per_degree=ppd)
    retina = Retina(undershoot=0.0, surround_weight=weight)
    opl = workbench.to_numpy(retina.run(stream, stages=True, max_t=1500)["opl"])[-1, 1]
    inner = slice(80, 320)  # whole periods, away from the edges
    basis = np.cos(2 * np.pi * frequency * x[inner])
    found = 2 * np.mean(basis * opl[inner]) / (10 * 100 / 255)
    wanted = np.exp(-2 * (np.pi * 0.05 * frequency) ** 2) * (1 - weight * np.exp(-2 * (np.pi * 0.15 * frequency) ** 2))
    assert abs(found - wanted) < 1e-3


def transfer(contrast: float, gain_control: float, frequencies: list[float]) -> np.ndarray:
    """The first harmonic of the bipolar response to a flickering uniform field over that of its contrast."""
    dt, frames = 0.001, 4000
    retina = Retina(
        gain_control=gain_control, amplification=250.0, leak=10.0, sigma_gain_control=0.5, tau_gain_control=0.03,
    )  # fmt: skip
    found = []
    for frequency in frequencies:
        wave = np.sin(2 * np.pi * frequency * np.arange(frames) * dt)
        y, x = np.mgrid[:24, :24]
        spot = np.where(np.hypot(y - 11.5, x - 11.5) < 1.5, 1.0, 0.0)
        film = 127.5 * (1 + contrast * wave[:, None, None] * spot)
        volts = run(film.astype(np.float32), retina)["bipolar"][2000:, 11, 11]
        carrier = np.exp(-2j * np.pi * frequency * np.arange(2000, 4000) * dt)
        found.append(2 * np.mean(carrier * volts) / contrast * 1j)
    return np.array(found)


def test_contrast_gain_control_has_shapley_and_victors_effects() -> None:
    frequencies = [1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0]
    low, high = transfer(0.2, 500.0, frequencies), transfer(0.8, 500.0, frequencies)
    assert (np.abs(high[:2]) < 0.8 * np.abs(low[:2])).all()
    assert np.abs(high).argmax() > np.abs(low).argmax()
    assert (np.angle(high[1:4] / low[1:4]) > 0.05).all()


def test_without_gain_control_the_three_effects_vanish() -> None:
    frequencies = [1.0, 4.0, 12.0]
    low, high = transfer(0.2, 0.0, frequencies), transfer(0.8, 0.0, frequencies)
    assert np.allclose(high, low, rtol=1e-3)


def test_fast_and_differentiable_paths_agree() -> None:
    film = torch.from_numpy(noise(80))[None, None]
    fast = Retina(seed=1, gain_control=100.0).run(film, stages=True)
    slow = Retina(seed=1, gain_control=100.0).differentiable(film)
    for name in STAGES:
        assert (fast[name] - slow[name]).abs().max() <= 1e-5 * fast[name].abs().max(), name


def test_gradients_fit_a_parameter() -> None:
    film = torch.from_numpy(noise(60))[None, None]
    wanted = Retina(gain_opl=14.0, surround_weight=0.6).differentiable(film)["bipolar"].detach()
    gain = torch.tensor(10.0, requires_grad=True)
    weight = torch.tensor(1.0, requires_grad=True)
    descent = torch.optim.LBFGS([gain, weight], max_iter=20, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        descent.zero_grad()
        found = Retina().differentiable(film, gain_opl=gain, surround_weight=weight)
        error = (found.bipolar - wanted).square().mean()
        error.backward()
        return error

    descent.step(loss)
    assert gain.item() == pytest.approx(14.0, rel=1e-3)
    assert weight.item() == pytest.approx(0.6, rel=1e-2)


def test_gradients_reach_the_film() -> None:
    film = torch.from_numpy(noise(10, (4, 5)))[None, None].double().float().requires_grad_()
    Retina().differentiable(film)["ganglion_ON"].sum().backward()
    assert film.grad is not None
    assert film.grad.abs().max() > 0


def test_magno_cells_are_transient_and_pool() -> None:
    assert Retina(cells="magno").describe() != Retina().describe()
    flat, magno = np.full((1500, 9, 9), 200.0, np.float32), Retina(cells="magno", undershoot=0.0, surround_weight=0.0)
    assert np.abs(run(flat, magno)["ganglion_ON"][-1] - 80).max() < 0.1


def test_a_film_in_unit_range_warns() -> None:
    with pytest.warns(UserWarning, match="luminosity_range"):
        Retina().run(noise(10) / 255)


def test_a_step_of_a_video_warns() -> None:
    stream = workbench.streams.SequenceStream(noise(10), dt=1 / 24)
    with pytest.warns(UserWarning, match="TimedResampleStream"):
        Retina().run(stream, max_t=10)


def test_a_usual_film_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Retina().run(noise(10))


def test_parameters_are_checked() -> None:
    with pytest.raises(KnobError, match="sigma_centre"):
        Retina(sigma_centre=-1.0)
    with pytest.raises(KnobError, match="max_t"):
        Retina().run(workbench.streams.RandomStream((4, 5)))


def test_describe_tells_stages_equations_and_values() -> None:
    told = Retina(gain_opl=12.5).describe()
    for word in ("opl_centre", "ganglion_spikes_ON", "12.5", "dV/dt"):
        assert word in told


def test_memory_stays_flat() -> None:
    """100 000 frames in pieces keep nothing but the state."""
    film, retina = torch.from_numpy(noise(1000, (10, 12)))[None, None], Retina(seed=1)
    process = psutil.Process()
    for _ in range(5):
        retina(film)
    before = process.memory_info().rss
    for _ in range(95):
        retina(film)
    assert process.memory_info().rss - before < 10e6


def test_a_stream_through_a_retina_reads_anywhere() -> None:
    source = workbench.streams.RandomStream((11, 14), level=200.0, mean=127.0, seed=3)
    model = Retina(seed=1)
    film = workbench.streams.ProcessingStream(source, model, post=lambda out: out.ganglion_spikes_ON)
    whole = model.run(source, max_t=300).ganglion_spikes_ON
    assert torch.equal(film.read(250, 300), whole[:, :, 250:])
    assert torch.equal(film.read(20, 120), whole[:, :, 20:120])
