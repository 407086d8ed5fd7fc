"""Comparisons with peers: what a user would pick instead, doing the same work, checked before it is timed."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from .timing import LEAST, Timed, timed

Call = Callable[[], object]
Agree = Callable[[np.ndarray, np.ndarray], None]
TURNS = 9
PROGRAMS = {"mediapy": "ffmpeg"}


@dataclass(frozen=True)
class Comparison:
    """Ours beside a peer: `ours` is the name of a stream, of a layer or of a function."""

    family: str
    ours: str
    peer: str
    work: str
    written: float  # ratio that is not passed by more than half
    needs: str  # distribution that the peer comes in
    turns: int
    agree: Agree
    read: Callable[[Any], np.ndarray]  # what a call returned, as an array to compare
    build: Callable[[Path], tuple[Call, Call]]

    @property
    def name(self) -> str:
        return f"{self.ours}, {self.work} / {self.peer}"

    @property
    def missing(self) -> bool:
        """Whether the peer, or a program that it calls, is not installed."""
        return version(self.needs) is None or (self.needs in PROGRAMS and shutil.which(PROGRAMS[self.needs]) is None)

    def measure(self, turns: int | None = None, threads: int = 1) -> Timed:
        """Checks that both give the same, then times them; each computes on `threads` threads (codecs have their own)."""
        with tempfile.TemporaryDirectory() as folder, on_threads(threads):
            return timed(*self.checked(Path(folder)), turns or self.turns, LEAST)

    def checked(self, folder: Path) -> tuple[Call, Call]:
        """Gives the two calls once they have given the same: number and size of frames, float32, and what `agree` asks."""
        ours, theirs = self.build(folder)
        one, other = self.read(ours()), self.read(theirs())
        for which, got in (("ours", one), (self.peer, other)):
            assert got.dtype == np.float32, f"{self.name}: {which} gave {got.dtype}, not float32"
        assert one.shape == other.shape, f"{self.name}: shapes {one.shape} and {other.shape}"
        self.agree(one, other)
        return ours, theirs


FAMILIES = ("Noise", "Pictures", "Video read", "Video written", "Arrays", "INRIMAGE", "Digits", "Events", "Movement", "Time",
            "Neurons", "Filters", "Retina")  # fmt: skip
_DECLARED: list[Comparison] = []


def declared() -> list[Comparison]:
    """Gives every comparison, by family."""
    importlib.import_module(".peers", __package__)  # its modules declare them
    return sorted(_DECLARED, key=lambda one: FAMILIES.index(one.family))


def compared(
    family: str,
    ours: str,
    peer: str,
    work: str,
    written: float,
    agree: Agree,
    *,
    needs: str = "numpy",
    turns: int = TURNS,
    read: Callable[[Any], np.ndarray] | None = None,
) -> Callable[[Callable[[Path], tuple[Call, Call]]], Callable[[Path], tuple[Call, Call]]]:
    """Declares a comparison: the function is given a folder and gives the two calls, each returning float32 frames."""

    def declare(build: Callable[[Path], tuple[Call, Call]]) -> Callable[[Path], tuple[Call, Call]]:
        _DECLARED.append(Comparison(family, ours, peer, work, written, needs, turns, agree, read or array, build))
        return build

    return declare


@contextlib.contextmanager
def on_threads(count: int) -> Iterator[None]:
    """As many threads for torch, for the compiled retina, which asks torch, and for OpenCV."""
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(count)
    cv2.setNumThreads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


def version(distribution: str) -> str | None:
    """Gives the version of an installed distribution, or None."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def array(films: object) -> np.ndarray:
    """Gives what a call returned as an array without axes of one: blocks, frames, lists of them."""
    if isinstance(films, list | tuple):
        return np.stack([array(one) for one in films])
    return np.squeeze(np.asarray(films))


# What the two have to have in common.


def within(share: float) -> Agree:
    """Every value the same but for a share of the largest."""

    def check(one: np.ndarray, other: np.ndarray) -> None:
        far = float(np.abs(one - other).max(initial=0))
        assert far <= share * np.abs(other).max(initial=0), f"values differ by up to {far:g}"

    return check


def mostly(share: float) -> Agree:
    """Mean difference of a share of the largest value at most: decoders and interpolations that round otherwise."""

    def check(one: np.ndarray, other: np.ndarray) -> None:
        far = float(np.abs(one - other).mean())
        assert far <= share * np.abs(other).max(initial=0), f"values differ by {far:g} on average"

    return check


def alike(share: float) -> Agree:
    """Same mean and standard deviation but for a share: random numbers of the same distribution."""

    def check(one: np.ndarray, other: np.ndarray) -> None:
        for what in (np.mean, np.std):
            got, wanted = (float(what(film, dtype=np.float64)) for film in (one, other))
            assert abs(got - wanted) <= share * abs(wanted), f"{what.__name__} is {got:g}, not {wanted:g}"

    return check


def shape(one: np.ndarray, other: np.ndarray) -> None:
    """Frames of the same number and size: models of the same thing that are not the same model."""
    assert np.isfinite(one).all()
    assert np.isfinite(other).all()


equal = within(0.0)
