"""Filters in time and space against scipy's and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter

from workbench.core.block import as_block, to_numpy
from workbench.core.errors import KnobError
from workbench.filters import LowPass
from workbench.filters.spatial import blur, gaussian
from workbench.filters.temporal import decay, high_pass, low_pass


def film(frames: int = 300) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (frames, 9, 12)).astype(np.float32)


both = pytest.mark.parametrize("graph", [False, True], ids=["compiled", "for gradients"])


@both
@pytest.mark.parametrize("tau", [1e-4, 0.01, 0.5])
@pytest.mark.parametrize("dt", [0.001, 1 / 24])
def test_low_pass_is_the_exact_recursion(tau: float, dt: float, graph: bool) -> None:
    keep = np.exp(-dt / tau)
    wanted = lfilter([1 - keep], [1, -keep], film().astype(float), axis=0)
    found, state = low_pass(as_block(film()).requires_grad_(graph), tau, dt)
    assert found.requires_grad == graph
    assert np.abs(to_numpy(found) - wanted).max() < 1e-5 * 255
    assert torch.equal(state, found[:, :, -1])


def test_low_pass_of_a_step_is_an_exponential_at_any_step() -> None:
    for dt in (0.0001, 0.001, 0.04):
        found, _ = low_pass(torch.ones(1, 1, 50, 1, 1), 0.02, dt)
        t = dt * (np.arange(50) + 1)
        assert np.allclose(found.ravel(), 1 - np.exp(-t / 0.02), atol=1e-5)


def test_partial_high_pass_keeps_its_share_of_what_lasts() -> None:
    found, _ = high_pass(torch.full((1, 1, 2000, 1, 1), 3.0), 0.8, 0.1, 0.001)
    assert found[0, 0, -1].item() == pytest.approx(3 * (1 - 0.8), abs=3e-5)
    assert found[0, 0, 0].item() == pytest.approx(3 * (1 - 0.8 * (1 - np.exp(-0.01))), rel=1e-5)


def test_batches_and_channels_are_films_of_their_own() -> None:
    films = as_block(film(96)).view(2, 3, 16, 9, 12).transpose(3, 4)  # in another order of memory
    state = torch.rand(2, 3, 12, 9)
    slow, last = low_pass(films, 0.02, 0.001, state)
    wide = blur(films, 1.5)
    assert last.shape == state.shape
    for b, c in np.ndindex(2, 3):
        one = (slice(b, b + 1), slice(c, c + 1))
        alone, end = low_pass(films[one], 0.02, 0.001, state[one])
        assert torch.equal(slow[one], alone)
        assert torch.equal(last[one], end)
        assert torch.equal(wide[one], blur(films[one].contiguous(), 1.5))


@pytest.mark.parametrize("cut", [1, 100, 299])
def test_states_handed_on_change_no_bit(cut: int) -> None:
    block = as_block(film())
    for one in (lambda b, s: low_pass(b, 0.02, 0.001, s), lambda b, s: high_pass(b, 0.7, 0.02, 0.001, s)):
        whole, _ = one(block, None)
        first, state = one(block[:, :, :cut], None)
        second, _ = one(block[:, :, cut:], state)
        assert torch.equal(torch.cat([first, second], 2), whole)


@both
@pytest.mark.parametrize("sigma", [0.3, 0.5, 1.5, 4.0])
def test_blur_is_scipys_gaussian_with_edges_held(sigma: float, graph: bool) -> None:
    wanted = np.stack(
        [gaussian_filter(one.astype(float), sigma, mode="nearest", radius=int(np.ceil(4 * sigma))) for one in film(3)]
    )
    found = blur(as_block(film(3)).requires_grad_(graph), sigma)
    assert found.shape == (1, 1, 3, 9, 12)
    assert found.requires_grad == graph
    assert np.abs(to_numpy(found) - wanted).max() < 1e-5 * 255
    assert gaussian(sigma).sum().item() == pytest.approx(1, abs=1e-6)


def test_gradients_of_a_blur() -> None:
    """It is linear: the gradient of ⟨w, blur(x)⟩ times x is the number itself; and the slope with its width."""
    shown, weights = as_block(film(3)).requires_grad_(), torch.rand(3, 9, 12, generator=torch.Generator().manual_seed(1))
    sigma = torch.tensor(1.5, requires_grad=True)
    drive = (blur(shown, sigma) * weights).sum()
    drive.backward()
    assert shown.grad is not None
    assert (shown.grad * shown).sum().item() == pytest.approx(drive.item(), rel=1e-5)
    lower, upper = ((blur(shown.detach(), s) * weights).sum(dtype=torch.float64).item() for s in (1.49, 1.51))
    assert sigma.grad is not None
    assert sigma.grad.item() == pytest.approx((upper - lower) / 0.02, rel=2e-2)


def test_no_width_is_no_blur() -> None:
    assert torch.equal(blur(as_block(film(3)), 0.0), as_block(film(3)))


def test_gradients_reach_the_constants() -> None:
    tau = torch.tensor(0.02, requires_grad=True)
    low_pass(as_block(film(40)), tau, 0.001)[0].sum().backward()
    slope = sum(low_pass(as_block(film(40)).double(), 0.02 + s, 0.001)[0].sum().item() * np.sign(s) for s in (1e-4, -1e-4))
    assert tau.grad is not None
    assert tau.grad.item() == pytest.approx(slope / 2e-4, rel=1e-2)
    assert decay(0.001, tau).requires_grad


def test_the_low_pass_layer() -> None:
    found = LowPass(tau=0.02).run(film(), dt=7)[0]
    assert torch.allclose(found, low_pass(as_block(film()), 0.02, 0.001)[0])
    assert LowPass().output_range(5.0, 9.0) == (0.0, 9.0)
    with pytest.raises(KnobError, match="tau"):
        LowPass(tau=0.0)
