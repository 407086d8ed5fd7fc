"""Digits, spikes and events against a bare copy, against real time, and, where peers.txt is installed, against others."""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
from collections.abc import Callable, Iterator
from functools import partial

import torch

from workbench.datasets import rendered_digits
from workbench.datasets.rendered import draw
from workbench.files.events import events, frames
from workbench.streams import MNISTStream, PoissonMNISTStream, PseudoNMNIST

from .timing import Row, ratio, seconds

FRAMES, RATE, DIGIT = 1000, 0.05, 315


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = str(rendered_digits(name, 1000))
        film = MNISTStream(folder, init=0)
        block = film.read(0, FRAMES)
        yield Row("MNISTStream get(1000), rep 10 / bare copy", ratio(partial(film.get, FRAMES), block.clone), 2.0)
        yield from poisson(folder)
        yield from binning(folder)
        moving = PseudoNMNIST(folder, init=0)
        moving.get(DIGIT)
        took = statistics.median(seconds(partial(moving.get, DIGIT * 4)) for _ in range(15))
        yield Row("PseudoNMNIST / real time at 1 ms", took / (0.001 * DIGIT * 4), 0.033)
        yield Row("rendered_digits, 60 000 / a minute", 20 * seconds(partial(draw, 3000, 1)) / 60, 0.5)


def poisson(folder: str) -> Iterator[Row]:
    spikes = PoissonMNISTStream(folder, rep=FRAMES, fr=RATE, init=0, seed=1)
    digit = MNISTStream(folder, init=0).read(0, 1)[0, 0, 0]
    for name, encode in encoders(digit).items():
        yield Row(f"PoissonMNISTStream get(1000) / {name}", ratio(partial(spikes.get, FRAMES), encode), 0.67)


def encoders(digit: torch.Tensor) -> dict[str, Callable[[], torch.Tensor]]:
    """Every peer that is installed, making 1000 frames of float32 spikes of one digit."""
    found: dict[str, Callable[[], torch.Tensor]] = {
        "torch.bernoulli": lambda: torch.bernoulli(RATE * digit.expand(FRAMES, 28, 28))
    }
    if importlib.util.find_spec("snntorch"):
        from snntorch import spikegen

        found["snntorch.spikegen.rate"] = lambda: spikegen.rate(RATE * digit, num_steps=FRAMES).float()
    if importlib.util.find_spec("norse"):
        from norse.torch.functional.encode import poisson_encode

        found["norse.poisson_encode"] = lambda: poisson_encode(digit, FRAMES, f_max=1000 * RATE).float()
    if importlib.util.find_spec("bindsnet"):
        from bindsnet.encoding import bernoulli

        found["bindsnet.bernoulli"] = lambda: bernoulli(digit, FRAMES, max_prob=RATE).float()
    return found


def binning(folder: str) -> Iterator[Row]:
    if importlib.util.find_spec("tonic"):
        from tonic.transforms import ToFrame

        records = events(PseudoNMNIST(folder, init=0), 0, DIGIT)
        theirs = ToFrame((34, 34, 2), time_window=1000)
        measured = ratio(lambda: frames(records, (34, 34)), lambda: theirs(records))
        yield Row("events → frames / tonic.ToFrame", measured, 0.67)
