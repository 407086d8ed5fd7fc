"""Knobs: one declaration that casts, checks, describes and is drawn from."""

from __future__ import annotations

import itertools
import sys
import types
from dataclasses import KW_ONLY
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from workbench.core.block import Block
from workbench.core.errors import KnobError
from workbench.core.knob import Count, Knob, Offset, PixelPerDegree, Seconds, Seed, Size, TimeStep, describe, knobs
from workbench.core.stream import Stream


class Bars(Stream):
    """Bars of every kind of parameter."""

    size: Size = (6, 8)
    pixel_per_degree: PixelPerDegree = 10.0
    rate: Annotated[float, Knob(0.1, 50, "Hz", "bars per second", log=True)] = 5.0
    bars: Annotated[int, Knob(1, 9, "", "bars at once", hard=(1, 20))] = 2
    below: Annotated[float, Knob(-5, 0, "", "never above zero", hard=(None, 0))] = -1.0
    free: Annotated[float, Knob(-5, 5, "", "any number", hard=(None, None))] = 0.0
    moving: Annotated[bool, Knob(meaning="whether they move")] = True
    shape: Annotated[Literal["bar", "edge"], Knob(meaning="what moves")] = "bar"
    offset: Offset | None = None
    name: Annotated[str, Knob(meaning="what it is called")] = ""
    _: KW_ONLY
    seed: Seed | None = None
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.zeros(1, 1, stop - start, *self.size)


@pytest.mark.parametrize(
    ("name", "given_", "kept"),
    [
        ("size", [3, 4], (3, 4)),
        ("size", np.array([3, 4]), (3, 4)),
        ("size", torch.tensor([3, 4]), (3, 4)),
        ("size", (3.0, Fraction(8, 2)), (3, 4)),
        ("bars", 3.0, 3),
        ("bars", np.uint8(3), 3),
        ("bars", np.array(3), 3),
        ("bars", Decimal(3), 3),
        ("bars", torch.tensor(3), 3),
        ("rate", 3, 3.0),
        ("rate", np.float32(0.5), 0.5),
        ("rate", Decimal("0.5"), 0.5),
        ("rate", Fraction(1, 2), 0.5),
        ("moving", 0, False),
        ("moving", np.bool_(True), True),
        ("moving", np.int64(1), True),
        ("shape", np.str_("edge"), "edge"),
        ("offset", None, None),
        ("offset", [1, 2], (1, 2)),
        ("name", Path("a") / "b", str(Path("a") / "b")),
        ("seed", np.uint64(2**64 - 1), 2**64 - 1),
    ],
)
def test_values_are_cast_without_loss(name: str, given_: Any, kept: Any) -> None:
    found = getattr(Bars(**{name: given_}), name)
    assert found == kept
    assert type(found) is type(kept)


TWO = torch.zeros(2)


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("bars", 2.5, "a whole number"),
        ("bars", True, "a whole number"),
        ("bars", "2", "a whole number"),
        ("bars", b"2", "a whole number"),
        ("bars", TWO, "a whole number"),
        ("bars", np.ones(2), "a whole number"),
        ("bars", 2 + 0j, "a whole number"),
        ("bars", float("nan"), "a whole number"),
        ("bars", float("inf"), "a whole number"),
        ("bars", Decimal("sNaN"), "a whole number"),
        ("bars", None, "is not a value"),
        ("bars", 21, r"outside \[1, 20\] \(bars at once\); give a value from 1 to 20"),
        pytest.param("bars", 10**5000, r"outside", id="huge"),
        ("bars", -(10**30), r"outside \[1, 20\]"),
        ("rate", float("nan"), "float32"),
        ("rate", float("-inf"), "float32"),
        ("free", 1e39, "float32"),
        ("free", 10**400, "float32"),
        ("free", Fraction(10**400), "float32"),
        ("free", Decimal("1e400"), "float32"),
        ("free", False, "float32"),
        ("free", "1", "float32"),
        ("free", [1.0], "float32"),
        ("free", TWO, "float32"),
        ("below", 0.1, r"\(−∞, 0\] .*give 0 or less"),
        ("rate", 0.0999, r"give a value from 0.1 to 50"),
        ("size", 3, "2 numbers"),
        ("size", (3,), "2 numbers"),
        ("size", (3, 4, 5), "2 numbers"),
        ("size", "34", "2 numbers"),
        ("size", {3, 4}, "2 numbers"),
        ("size", {3: 4, 4: 5}, "2 numbers"),
        ("size", bytearray(b"34"), "2 numbers"),
        ("size", itertools.count(1), "2 numbers"),
        ("size", (3, 0), r"size\[1\] = 0.*columns.*give a value from 1"),
        ("size", (3, None), r"size\[1\] = None"),
        ("moving", 2, "True or False"),
        ("moving", "yes", "True or False"),
        ("moving", TWO, "True or False"),
        ("shape", "Bar", "'bar', 'edge'"),
        ("shape", 3, "'bar', 'edge'"),
        ("shape", [], "'bar', 'edge'"),
        ("name", 3, "a text"),
        ("name", b"x", "a text"),
        ("name", "a\0b", "zero byte"),
        ("seed", -1, "18446744073709551615"),
        ("seed", 2**64, "18446744073709551615"),
        ("t_zero", "soon", "float32"),
        ("dt", 0, "dt"),
    ],
)
def test_the_rest_is_refused_by_name_meaning_and_mend(name: str, wrong: Any, told: str) -> None:
    with pytest.raises(KnobError, match=told) as caught:
        Bars(**{name: wrong})
    text = str(caught.value)
    assert text.startswith(f"Bars.{name}")
    assert "; give" in text
    assert len(text) < 300


def test_a_list_within_itself() -> None:
    wrong: list[Any] = []
    for _ in range(100_000):
        wrong = [wrong]
    with pytest.raises(KnobError):
        Bars(size=wrong)


def test_parameters_as_declared() -> None:
    found = knobs(Bars)
    assert list(found) == list(Bars().given())
    assert found["size"].parts[1].name == "columns"
    assert found["shape"].choices == ("bar", "edge")
    assert found["seed"].optional
    assert found["rate"].knob.log
    assert found["bars"].knob.valid == (1, 20)
    assert found["rate"].knob.valid == (0.1, 50)
    assert knobs(Bars()) is found


def test_describe_has_a_row_for_every_slider() -> None:
    table = describe(Bars).splitlines()
    assert len(table) == 2 + 13 + 2
    assert "| `size` rows | `(6, 8)` | 1 … 65536 | px | rows |" in table
    assert "| `bars` | `2` | 1 … 20 |  | bars at once |" in table
    assert "| `below` | `-1.0` | −∞ … 0 |  | never above zero |" in table
    assert "| `shape` | `'bar'` | `'bar'`, `'edge'` |  | what moves |" in table


@pytest.mark.parametrize("alias", [Size, Offset, PixelPerDegree, Seconds, TimeStep, Seed, Count])
def test_hypothesis_draws_comfortable_values_from_the_type(alias: Any) -> None:
    body = {"__annotations__": {"extra": alias}, "extra": None}
    One = types.new_class("One", (Bars,), exec_body=lambda space: space.update(body))  # noqa: N806
    hint = knobs(One)["extra"]

    @settings(max_examples=25, deadline=None, derandomize=True, database=None)
    @given(st.from_type(alias))
    def law(value: Any) -> None:
        for part, item in zip(hint.parts or (hint,), value if hint.parts else (value,), strict=True):
            assert part.knob.low <= item <= part.knob.high
        assert hint.check(value, "One") == value

    law()


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(st.builds(Bars, rate=..., bars=..., below=..., moving=..., shape=..., offset=..., seed=...))
def test_hypothesis_builds_whole_streams(film: Bars) -> None:
    assert 0.1 <= film.rate <= 50
    assert 1 <= film.bars <= 9
    assert eval(repr(film)) == film


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.one_of(st.integers(), st.floats(), st.decimals(), st.fractions(), st.complex_numbers(), st.text(), st.binary()))
def test_any_value_is_kept_or_refused_by_name(value: Any) -> None:
    for name in ("bars", "rate", "free", "moving", "shape", "size", "seed"):
        try:
            kept = getattr(Bars(**{name: value}), name)
        except KnobError:
            continue
        assert value is None or kept == value or abs(kept - float(value)) <= abs(kept) * sys.float_info.epsilon


def test_a_class_with_one_parameter_more() -> None:
    class Wide(Bars):
        """Bars with a width."""

        width: Annotated[float, Knob(0, 1, "deg", "width of a bar")] = 0.5

    film = Wide((3, 4), width=0.25)
    assert film.width == 0.25
    assert film.replace(width=1).width == 1.0
    with pytest.raises(KnobError, match=r"Wide.width = 2"):
        Wide(width=2)
