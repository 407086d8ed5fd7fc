"""sweep: every combination once, in order, each stream with its own parameters."""

from __future__ import annotations

import itertools
import pickle

import pytest

import workbench
from workbench import KnobError, streams
from workbench.exporting.sweeping import Run

NOISE = streams.RandomStream((4, 5), seed=0)


def test_every_combination_in_order() -> None:
    runs = workbench.sweep(NOISE, level=[0.5, 1.0, 2.0], mean=(0.0, 9.0), seed=range(4))
    wanted = [{"level": a, "mean": b, "seed": c} for a, b, c in itertools.product([0.5, 1.0, 2.0], (0.0, 9.0), range(4))]
    assert [run.parameters for run in runs] == wanted
    assert [runs[k].parameters for k in range(len(runs))] == wanted
    assert [run.parameters for run in runs[5:9]] == wanted[5:9]
    assert runs[-1].parameters == wanted[-1]
    assert all(run.stream == NOISE.replace(**run.parameters) for run in runs)
    assert len({run.stream for run in runs}) == 24
    with pytest.raises(IndexError):
        runs[24]


def test_it_is_lazy_and_picklable() -> None:
    runs = workbench.sweep(NOISE, seed=range(2**40), level=[1.0, 2.0])
    assert len(runs) == 2**41
    assert runs[2**40 + 1] == Run({"seed": 2**39, "level": 2.0}, NOISE.replace(seed=2**39, level=2.0))
    assert pickle.loads(pickle.dumps(runs))[3].stream == runs[3].stream
    assert repr(runs) == f"sweep({NOISE!r}, seed={range(2**40)!r}, level=[1.0, 2.0])"


def test_a_parameter_may_be_called_stream() -> None:
    runs = workbench.sweep(streams.TimedResampleStream(NOISE), stream=[NOISE, NOISE.replace(seed=9)])
    assert [run.stream.stream.seed for run in runs] == [NOISE.seed, 9]


def test_nothing_swept_is_the_stream_itself() -> None:
    assert list(workbench.sweep(NOISE)) == [Run({}, NOISE)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"levle": [1.0]}, "did you mean level"),
        ({"level": [1.0, -1.0]}, "level = -1.0"),
        ({"seed": range(-3, 3)}, "seed = -3"),
        ({"level": []}, "is not a sequence of values"),
        ({"level": 1.0}, "is not a sequence of values"),
        ({"level": "high"}, "is not a sequence of values"),
    ],
)
def test_what_is_refused_at_once(values: dict[str, list[float]], message: str) -> None:
    with pytest.raises(KnobError, match=message):
        workbench.sweep(NOISE, **values)
