"""The benchmarks' report: it names everything there is, shows what was measured, and times only what agrees."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from workbench import streams

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # benchmarks are no part of the package

from benchmarks import report, versus  # noqa: E402

AGAIN = "python -m benchmarks.report"


@pytest.mark.parametrize("name", [*streams.catalogue(), *streams.layers()])
def test_table_names_every_stream_and_layer(name: str) -> None:
    table = report.table({"machine": {}, "found": {}})
    assert f"`{name}`" in table


def test_names_are_used_once() -> None:
    names = [one.name for one in versus.declared()]
    assert len(names) == len(set(names))


def test_written_table_is_what_was_measured() -> None:
    assert (report.FOLDER / "table.md").read_text("utf-8") == report.table(report.read()), f"{AGAIN} writes it anew"


def test_readme_shows_the_plots() -> None:
    block = re.search(r"<!-- benchmarks -->\n(.*)<!-- /benchmarks -->", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert block
    shown = re.findall(r"docs/benchmarks/[\w.]+", block[1])
    assert {"docs/benchmarks/plot.png", "docs/benchmarks/plot_dark.png", "docs/benchmarks/table.md"} <= set(shown)
    assert all((ROOT / path).is_file() for path in shown)


@pytest.mark.parametrize(
    ("agree", "good", "bad"),
    [
        (versus.equal, 1.0, 1.0001),
        (versus.within(0.01), 1.005, 1.02),
        (versus.mostly(0.01), 1.005, 1.02),
        (versus.alike(0.01), 1.005, 1.02),
        (versus.shape, 5.0, np.nan),
    ],
)
def test_what_differs_is_not_timed(agree: versus.Agree, good: float, bad: float) -> None:
    film = np.random.default_rng(1).uniform(0.9, 1, (50, 4, 5)).astype(np.float32)
    agree(film * good, film)
    with pytest.raises(AssertionError):
        agree(film * bad, film)


@pytest.mark.parametrize(("ours", "theirs"), [((2, 3), (3, 2)), ((2, 3), (2, 4))])
def test_other_shapes_are_not_timed(ours: tuple[int, ...], theirs: tuple[int, ...]) -> None:
    with pytest.raises(AssertionError, match="shapes"):
        compared(lambda: np.ones(ours, np.float32), lambda: np.ones(theirs, np.float32)).checked(Path())


def test_other_types_are_not_timed() -> None:
    with pytest.raises(AssertionError, match="float64"):
        compared(lambda: np.ones(3, np.float32), lambda: np.ones(3)).checked(Path())


def compared(ours: Callable[[], object], theirs: Callable[[], object]) -> versus.Comparison:
    return versus.Comparison(
        "Noise", "Blank", "numpy", "3 numbers", 1.0, "numpy", 1, versus.equal, versus.array, lambda _: (ours, theirs)
    )
