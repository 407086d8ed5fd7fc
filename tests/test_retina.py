"""The retina against closed forms and a plain float64 simulation by scipy (facts: Wohrer & Kornprobst 2009)."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import threading
import warnings

import numpy as np
import psutil
import pytest
import torch
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter

import workbench
from workbench.core.errors import KnobError, ShapeError
from workbench.core.knob import knobs
from workbench.models import DarkWarning, Retina

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


@pytest.mark.parametrize("chunk", [7, 80])
@pytest.mark.parametrize("given", [{}, {"gain_control": 100.0, "cascade": 2}, {"cells": "magno"}])
def test_a_run_with_a_graph_is_the_fast_run(given: dict[str, object], chunk: int) -> None:
    film = torch.from_numpy(noise(80))[None, None]
    fast = Retina(seed=1, **given).run(film, stages=True)
    slow = Retina(seed=1, **given).run(film.clone().requires_grad_(), dt=chunk, grad=True, stages=True)
    assert list(slow.keys()) == list(fast.keys())
    for name in STAGES:
        assert slow[name].requires_grad
        assert (fast[name] - slow[name]).abs().max() <= 1e-5 * fast[name].abs().max(), name
    for name in ("ganglion_spikes_ON", "ganglion_spikes_OFF"):  # a current 1e-6 off may move a spike that is on the edge
        assert not slow[name].requires_grad
        assert (fast[name] != slow[name]).sum() <= 2


def test_paths_may_take_turns() -> None:
    """The state of the one goes on in the other."""
    film = torch.from_numpy(noise(80))[None, None]
    whole, retina = Retina(seed=1).run(film, stages=True), Retina(seed=1)
    for start in range(0, 80, 20):
        piece = film[:, :, start : start + 20].clone().requires_grad_(start % 40 == 0)
        part = retina(piece, stages=True)
        assert part.opl.requires_grad == (start % 40 == 0)
        for name in STAGES:
            wanted = whole[name][:, :, start : start + 20]
            assert (part[name] - wanted).abs().max() <= 1e-5 * whole[name].abs().max(), name


def test_the_gradient_of_a_run_is_the_derivative() -> None:
    film, retina = noise(40), Retina(seed=1)
    retina.surround_weight = torch.nn.Parameter(torch.tensor(0.6))
    assert not retina.run(film, stages=True).bipolar.requires_grad
    retina.run(film, dt=9, grad=True, stages=True).bipolar.square().sum().backward()
    loss = lambda weight: np.square(simulated(film, wS=weight)["bipolar"]).sum()
    wanted = (loss(0.6 + 1e-4) - loss(0.6 - 1e-4)) / 2e-4
    assert retina.surround_weight.grad.item() == pytest.approx(wanted, rel=1e-3)


def test_any_layout_and_number_type_is_the_same_film() -> None:
    film = np.round(noise(50))
    wanted = run(film)
    turned = torch.from_numpy(np.ascontiguousarray(film.transpose(2, 1, 0))).permute(2, 1, 0)
    for other in (film.astype(np.float64), film.astype(np.uint8), film.astype(">f4"), film[::-1][::-1], turned):
        found = run(other)
        assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


def test_colours_are_three_films() -> None:
    colour = np.random.default_rng(4).uniform(0, 255, (30, 6, 7, 3)).astype(np.float32)
    together = Retina(seed=2).run(colour, stages=True)
    for channel in range(3):
        alone = Retina(seed=2).run(colour[..., channel], stages=True)
        assert all(torch.equal(together[name][0, channel], alone[name][0, 0]) for name in alone.keys())  # noqa: SIM118


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3)])
def test_frames_smaller_than_a_blur(size: tuple[int, int]) -> None:
    film = noise(60, size)
    wanted, found = simulated(film), run(film)
    for stage in STAGES:
        close(found[stage], wanted[stage], 1e-5)


def test_widths_of_zero_blur_nothing() -> None:
    alone, among = noise(60, (1, 1)), noise(60, (5, 6))
    among[:, 2:3, 3:4] = alone
    sharp = dict.fromkeys(("sigma_centre", "sigma_surround", "sigma_gain_control", "sigma_ganglion"), 0.0)
    one, many = (run(film, Retina(seed=1, gain_control=100.0, **sharp)) for film in (alone, among))
    for stage in STAGES:
        assert np.array_equal(one[stage][:, 0, 0], many[stage][:, 2, 3])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_luminance_is_refused(value: float) -> None:
    film = noise(20)
    film[10, 3, 4] = value
    retina = Retina()
    with pytest.raises(ShapeError, match="luminance"):
        retina.run(film)
    assert retina.state is None


def test_a_state_that_does_not_fit_is_named() -> None:
    retina = Retina()
    retina(noise(5))
    retina.cascade = 3
    with pytest.raises(ShapeError, match=r"cascade = 3.*reset\(\)"):
        retina(noise(5))
    for state in (3, Retina().state, None):
        retina.state = state
        if state is None:
            retina(noise(5))
        elif isinstance(state, int):
            with pytest.raises(ShapeError, match=r"Retina\.state = int"):
                retina(noise(5))
    kept = retina.state
    retina.state = kept
    with pytest.raises(ShapeError, match=r"Retina\.state"):
        retina(noise(5, (3, 3)))


def test_parameters_may_change_on_the_way() -> None:
    """What was is kept, what comes follows the new value: a low-pass whose time constant jumps."""
    film, retina = noise(100), Retina(seed=1)
    first = retina(film[:50], stages=True)
    retina.leak = 25.0
    second = retina(film[50:], stages=True)
    volt, opl = workbench.to_numpy(first.bipolar)[-1].astype(float), workbench.to_numpy(second.opl).astype(float)
    found = workbench.to_numpy(second.bipolar)
    for current, frame in zip(opl, found, strict=True):
        volt = 2.0 * current + (volt - 2.0 * current) * np.exp(-0.025)
        assert np.abs(frame - volt).max() < 1e-5


def test_the_step_is_the_films() -> None:
    film = noise(100)
    for dt, ppd in ((0.004, 20.0), (0.0005, 5.0)):
        stream = workbench.streams.SequenceStream(film, dt=dt, pixel_per_degree=ppd)
        out, wanted = Retina(seed=1).run(stream, stages=True), simulated(film, dt, ppd)
        assert (out.dt, out.pixel_per_degree) == (dt, ppd)
        for stage in STAGES:
            close(workbench.to_numpy(out[stage]), wanted[stage], 1e-5)


@pytest.mark.parametrize(("refractory", "dead"), [(0.0, 0), (0.0004, 0), (0.0006, 1), (0.003, 3)])
def test_frames_at_rest(refractory: float, dead: int) -> None:
    retina = Retina(noise=0.0, rate=100.0, gain_ganglion=0.0, refractory=refractory)
    spikes = run(np.full((500, 1, 1), 100.0), retina)["ganglion_spikes_ON"].ravel()
    assert set(np.diff(np.flatnonzero(spikes)).tolist()) == {14 + dead}


def test_a_very_long_rest_is_one_spike() -> None:
    assert run(noise(200, (3, 3)) + 300, Retina(rate=200.0, refractory=1e9, seed=1))["ganglion_spikes_ON"].sum(0).max() == 1


def test_copies_pickles_and_recipes() -> None:
    film, retina = noise(60), Retina(seed=7, cells="magno", cascade=2)
    retina(film[:30])
    wanted = copy.deepcopy(retina)(film[30:])
    assert torch.equal(pickle.loads(pickle.dumps(retina))(film[30:])[0], wanted[0])
    again = workbench.from_recipe(json.loads(json.dumps(retina.recipe())))
    assert repr(again) == repr(retina)
    assert torch.equal(again.run(film)[1], retina.run(film)[1])
    stream = workbench.streams.ProcessingStream(workbench.streams.RandomStream((5, 6), level=99.0, mean=99.0, seed=1), retina)
    assert torch.equal(workbench.from_recipe(json.loads(json.dumps(stream.recipe()))).read(0, 40), stream.read(0, 40))


def test_retinas_in_python_threads() -> None:
    film, found = noise(60, (70, 66)), {}
    wanted = Retina(seed=1).run(film)

    def show(number: int) -> None:
        found[number] = Retina(seed=1).run(film)

    threads = [threading.Thread(target=show, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(found[number][0], wanted[0]) for number in range(4))


def test_a_notebook_shows_a_run() -> None:
    shown = Retina(seed=1).run(noise(20), stages=True)._repr_html_()
    assert shown.count("data:image/png") == 8
    assert "ganglion_spikes_OFF" in shown


def test_every_parameter_says_what_it_is() -> None:
    for name, one in knobs(Retina).items():
        assert one.knob.meaning, name
        assert one.knob.unit == {"sigma": "deg", "tau": "s"}.get(name.split("_")[0], one.knob.unit)


def test_only_a_film_that_stays_dark_warns() -> None:
    film = noise(300)
    film[:90] = 0.5
    for dt in (1, 50, None):
        Retina().run(film, dt=dt)
    Retina()(film[:1])
    film[:] = 0.5
    film[:150] = 0
    for dt in (1, 150, None):
        with pytest.warns(DarkWarning, match="0..255") as told:
            Retina().run(film, dt=dt)
        assert len(told) == 1
        assert told[0].filename == __file__
    with pytest.warns(DarkWarning):
        workbench.streams.ProcessingStream(workbench.streams.SequenceStream(film), Retina()).read(0, 200)


WITHOUT_CACHE = """
from numba.core import caching
caching.CacheImpl._locator_classes = []
import numpy as np
from workbench.models import kernels
out = np.empty((1, 2, 2), np.float32)
kernels.low_pass(np.ones((1, 2, 2), np.float32), (0, 2), np.float32(0.5), np.zeros((2, 2), np.float32), out)
print(out.sum())
"""


def test_a_place_where_nothing_can_be_kept_will_do() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_CACHE], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "2.0"
