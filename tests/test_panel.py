"""The knob panel: one control for each declared parameter, and streams from what a browser sends."""

from __future__ import annotations

import json
from dataclasses import KW_ONLY
from typing import Annotated, Any, Literal

import numpy as np
import pytest
import torch
from typing_extensions import override

from workbench.core.block import Block
from workbench.core.errors import KnobError
from workbench.core.knob import Knob, Offset, PixelPerDegree, Seconds, Size, TimeStep, knobs
from workbench.core.stream import Stream
from workbench.streams import RandomStream, SequenceStream, catalogue
from workbench.widgets.knobs import controls, turned


class Grating(Stream):
    """One parameter of every kind."""

    size: Size = (50, 50)
    pixel_per_degree: PixelPerDegree = 10.0
    rate: Annotated[float, Knob(0.1, 50, "Hz", "flashes per second", log=True)] = 5.0
    bars: Annotated[int, Knob(1, 20, "", "number of bars")] = 4
    inverted: Annotated[bool, Knob(meaning="black for white")] = False
    shape: Annotated[Literal["sine", "square"], Knob(meaning="profile")] = "sine"
    label: Annotated[str, Knob(meaning="a name")] = "one"
    offset: Annotated[Offset | None, Knob(meaning="top left corner; None: centred")] = None
    _: KW_ONLY
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.zeros(1, 1, stop - start, *self.size)

    @override
    def ranges(self) -> dict[str, tuple[tuple[float, float], ...]]:
        return {"offset": ((0, 30), (0, 40))}


def panel(stream: Stream, widest: Any = None) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in controls(stream, widest)}


@pytest.mark.parametrize("cls", [*catalogue().values(), Grating], ids=lambda cls: cls.__name__)
def test_every_declared_parameter_has_its_control_and_is_json(cls: type[Stream]) -> None:
    stream = cls.example()
    found = controls(stream)
    assert [one["name"] for one in found] == list(knobs(cls))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(bool(one["parts"]) != bool(one["words"]) for one in found)


@pytest.mark.parametrize("cls", [*catalogue().values(), Grating], ids=lambda cls: cls.__name__)
def test_what_a_control_shows_can_be_sent_back_and_changes_nothing(cls: type[Stream]) -> None:
    stream = cls.example()
    for one in controls(stream):
        values = [part["value"] for part in one["parts"]]
        is_path = any(isinstance(value, str) and not value.isalnum() for value in values)
        if values and not one["auto"] and not is_path:
            assert turned(stream, one["name"], values[0] if len(values) == 1 else values) == stream


def test_controls_say_kind_range_unit_and_meaning() -> None:
    found = panel(Grating())
    rate = found["rate"]["parts"][0]
    assert (rate["kind"], rate["low"], rate["high"], rate["unit"], rate["log"]) == ("number", 0.1, 50, "Hz", True)
    assert found["rate"]["meaning"] == "flashes per second"
    assert [part["name"] for part in found["size"]["parts"]] == ["rows", "columns"]
    kinds = [found[name]["parts"][0]["kind"] for name in ("bars", "inverted", "shape", "label")]
    assert kinds == ["integer", "switch", "choice", "text"]
    assert found["shape"]["parts"][0]["choices"] == ["sine", "square"]


def test_none_is_automatic_and_has_a_switch() -> None:
    offset = panel(Grating())["offset"]
    assert (offset["optional"], offset["auto"]) == (True, True)
    assert [(part["low"], part["value"], part["high"]) for part in offset["parts"]] == [(0, None, 30), (0, None, 40)]
    there = turned(Grating(), "offset", [3, 4])
    assert there.offset == (3, 4)
    assert panel(there)["offset"]["auto"] is False
    assert turned(there, "offset", None).offset is None


def test_a_value_beyond_the_comfortable_range_stretches_its_slider_for_good() -> None:
    widest: dict[Any, Any] = {}
    stream = RandomStream((4, 5), level=900.0, seed=1)
    assert panel(stream, widest)["level"]["parts"][0]["high"] == 900
    assert panel(stream.replace(level=10.0), widest)["level"]["parts"][0]["high"] == 900
    assert panel(stream.replace(level=10.0))["level"]["parts"][0]["high"] == 255


def test_arrays_are_shown_in_words_and_cannot_be_set() -> None:
    film = SequenceStream(np.zeros((20, 4, 5)))
    assert "20 frames of 4×5" in panel(film)["sequence"]["words"]
    with pytest.raises(KnobError, match="not a knob"):
        turned(film, "sequence", [1, 2])


def test_seeds_beyond_what_javascript_counts_travel_as_text() -> None:
    largest = 2**64 - 1
    stream = RandomStream((4, 5), seed=largest)
    shown = panel(stream)["seed"]["parts"][0]["value"]
    assert shown == str(largest)
    assert turned(stream, "seed", shown).seed == largest
    assert turned(stream, "seed", "7").seed == 7


def test_turning_a_knob_gives_another_stream_at_the_same_frame() -> None:
    stream = RandomStream((4, 5), seed=1)
    stream.seek(30)
    other = turned(stream, "level", 50)
    assert (other.level, other.position, stream.level) == (50.0, 30, 1.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", -1),
        ("level", "abc"),
        ("level", None),
        ("level", float("nan")),
        ("level", {"a": 1}),
        ("level", [1, 2]),
        ("size", 3),
        ("size", [3]),
        ("size", [3, 4, 5]),
        ("size", [0, 5]),
        ("size", [[1], 2]),
        ("seed", "9" * 30),
        ("read", 1),
        ("__class__", 1),
        ("x" * 10_000, 1),
    ],
)
def test_what_is_no_value_of_a_knob_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(KnobError) as caught:
        turned(RandomStream((4, 5), seed=1), name, value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["/etc/passwd", "../secret", "C:\\x", "https://host/x", "~x", "a" * 1000])
def test_a_browser_names_no_files(text: str) -> None:
    with pytest.raises(KnobError):
        turned(Grating(), "label", text)
    assert turned(Grating(), "label", "two").label == "two"
    assert turned(Grating(), "label", "12").label == "12"
