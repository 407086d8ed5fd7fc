"""Digits of 28×28 px: shown, and as Poisson spikes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from workbench.datasets import rendered_digits
from workbench.streams import MNISTStream, PoissonMNISTStream

from ..versus import Call, alike, compared, within

FRAMES, REP, RATE = 1000, 10, 0.05


def shown(by_item: bool, folder: Path) -> tuple[Call, Call]:
    from torchvision.datasets import MNIST
    from torchvision.transforms import ToTensor

    digits = str(rendered_digits(folder, 1000))
    film, data = MNISTStream(digits, REP, init=0), MNIST(digits, transform=ToTensor())
    order = [k * film.advance % len(data) for k in range(FRAMES // REP)]

    def items() -> torch.Tensor:
        return torch.cat([data[k][0] for k in order]).repeat_interleave(REP, 0)

    def indexed() -> torch.Tensor:
        return (data.data[order].float() / 255).repeat_interleave(REP, 0)

    return partial(film.read, 0, FRAMES), items if by_item else indexed


for _peer, _written, _by_item in (("torchvision MNIST, items", 0.3, True), ("torchvision MNIST, .data", 1.2, False)):
    compared("Digits", "MNISTStream", _peer, f"{FRAMES} frames, {REP} a digit", _written, within(1e-6), needs="torchvision")(
        partial(shown, _by_item)
    )


def bernoulli(digit: torch.Tensor) -> torch.Tensor:
    return torch.bernoulli((RATE * digit).expand(FRAMES, 28, 28))


def snntorch(digit: torch.Tensor) -> torch.Tensor:
    from snntorch.spikegen import rate

    return rate(RATE * digit, num_steps=FRAMES).float()


def norse(digit: torch.Tensor) -> torch.Tensor:
    from norse.torch.functional.encode import poisson_encode

    return poisson_encode(digit, FRAMES, f_max=1000 * RATE).float()


def bindsnet(digit: torch.Tensor) -> torch.Tensor:
    from bindsnet.encoding import bernoulli

    return bernoulli(digit, FRAMES, max_prob=RATE).float()


def spikes(theirs: Callable[[torch.Tensor], torch.Tensor], folder: Path) -> tuple[Call, Call]:
    digits = str(rendered_digits(folder, 1000))
    film = PoissonMNISTStream(digits, FRAMES, RATE, init=0, seed=1)
    digit = MNISTStream(digits, init=0).read(0, 1)[0, 0, 0]
    return partial(film.read, 0, FRAMES), partial(theirs, digit)


for _peer, _needs, _theirs in (
    ("torch.bernoulli", "torch", bernoulli),
    ("snnTorch spikegen.rate", "snntorch", snntorch),
    ("Norse poisson_encode", "norse", norse),
    ("BindsNET bernoulli", "bindsnet", bindsnet),
):
    compared("Digits", "PoissonMNISTStream", _peer, f"{FRAMES} frames of one digit", 0.75, alike(0.1), needs=_needs)(
        partial(spikes, _theirs)
    )
