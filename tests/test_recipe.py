"""Recipes: JSON and back, hashes, and what strangers may send."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import Annotated, Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

import workbench
from workbench.core.block import Block
from workbench.core.errors import KnobError, RecipeError, WorkbenchError
from workbench.core.knob import Knob, PixelPerDegree, Seconds, Size, TimeStep
from workbench.core.recipe import INLINE_BYTES, content_hash, data_hash
from workbench.core.stream import Stream
from workbench.streams import Blank, RandomStream, SequenceStream, from_recipe


class Twice(Stream):
    """Another stream, each pixel doubled."""

    size: Size = (4, 5)
    source: Annotated[Stream, Knob(meaning="the stream to double")] = Blank((4, 5))
    function: Annotated[Callable[..., Any] | None, Knob(meaning="applied after")] = None
    pixel_per_degree: PixelPerDegree = 10.0
    _: KW_ONLY
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        return 2 * self.source.read(start, stop)


def array(block: torch.Tensor, **changes: Any) -> dict[str, Any]:
    """A recipe of a SequenceStream, its array told wrongly by `changes`."""
    raw = block.numpy().astype("<f4").tobytes()
    entry = {"shape": list(block.shape), "sha256": data_hash(block), "base64": base64.b64encode(raw).decode()}
    told = {key: value for key, value in (entry | changes).items() if value is not ...}
    return {"schema": 1, "class": "SequenceStream", "parameters": {"sequence": {"array": told}}}


FRAMES = torch.arange(40, dtype=torch.float32).view(1, 1, 2, 4, 5)


def test_a_recipe_says_everything() -> None:
    film = RandomStream((4, 5), level=0.1, seed=2**64 - 1)
    told = film.recipe()
    assert told["schema"] == 1
    assert told["class"] == "RandomStream"
    assert set(told["parameters"]) == {"size", "pixel_per_degree", "level", "mean", "seed", "t_zero", "dt"}
    assert workbench.from_recipe(json.loads(json.dumps(told))) == film


def test_streams_within_streams() -> None:
    film = Twice(source=RandomStream((4, 5), seed=3))
    again = from_recipe(json.loads(json.dumps(film.recipe())), Twice)
    assert again == film
    assert "schema" not in film.recipe()["parameters"]["source"]
    assert torch.equal(again.read(0, 9), film.read(0, 9))
    assert hash(again) == hash(film)


def test_small_arrays_are_held_and_large_ones_asked_for() -> None:
    small = SequenceStream(FRAMES)
    assert json.loads(json.dumps(small.recipe())) == array(FRAMES) | {"parameters": small.recipe()["parameters"]}
    assert from_recipe(small.recipe()) == small
    frames = np.random.default_rng(0).random((INLINE_BYTES // 4 // 64 + 1, 8, 8), np.float32)
    large = SequenceStream(frames)
    told = large.recipe()
    assert len(json.dumps(told)) < 1000
    with pytest.raises(RecipeError, match=r"SequenceStream.sequence = array.*arrays=\[it\]"):
        from_recipe(told)
    with pytest.raises(RecipeError):
        from_recipe(told, arrays=[frames + 1])
    assert from_recipe(told, arrays=[frames[:3], frames]) == large


def test_data_hash_is_of_shape_and_little_endian_floats() -> None:
    wanted = hashlib.sha256(b"(1, 1, 2, 4, 5)" + np.arange(40, dtype="<f4").tobytes()).hexdigest()
    assert data_hash(FRAMES) == wanted
    assert data_hash(FRAMES.view(1, 2, 1, 4, 5)) != wanted
    assert data_hash(FRAMES.flip(4).flip(4)) == wanted


def test_content_hash_is_of_what_is_said() -> None:
    film = RandomStream((4, 5), seed=3)
    shuffled = dict(reversed(film.recipe().items()))
    assert content_hash(film.recipe()) == content_hash(shuffled)
    assert content_hash(film.replace(dt=0.002).recipe()) != content_hash(film.recipe())


def test_what_json_cannot_hold_is_named() -> None:
    with pytest.raises(RecipeError, match=r"Twice.function = <lambda>, is nothing that JSON can hold"):
        Twice(function=lambda block: block).recipe()


def test_only_known_classes_are_built() -> None:
    for name in ("Twice", "os.system", "Stream", "__import__", "object", None, ["Blank"], {"class": "Blank"}):
        with pytest.raises(RecipeError, match=r"recipe class = .*hand your own class"):
            from_recipe({"schema": 1, "class": name, "parameters": {}})


NESTED: Any = "x"
for _ in range(50_000):
    NESTED = [NESTED]
INNER: Any = None
for _ in range(5_000):
    INNER = {"class": "Blank", "parameters": {"size": INNER}}


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(recipe, id=str(k))
        for k, recipe in enumerate(
            [
                None,
                [],
                "Blank",
                {},
                {"schema": 2, "class": "Blank", "parameters": {}},
                {"schema": None},
                {"schema": 10**5000},
                {"schema": 1},
                {"schema": 1, "class": "Blank"},
                {"schema": 1, "class": "Blank", "parameters": []},
                {"schema": 1, "class": "Blank", "parameters": {}, "more": 1},
                {"schema": 1, 3: 4, "class": "Blank", "parameters": {}},
                {"schema": 1, "class": "Blank", "parameters": {3: 4, "size": [4, 5]}},
                {"schema": 1, "class": "Blank", "parameters": {"sizes": 4}},
                {"schema": 1, "class": "Blank", "parameters": {"self": 4}},
                {"schema": 1, "class": "Blank", "parameters": {"size": NESTED}},
                {"schema": 1, "class": "Blank", "parameters": {"size": INNER}},
                {"schema": 1, "class": "Blank", "parameters": {"size": [10**5000, 5]}},
                {"schema": 1, "class": "Blank", "parameters": {"dt": float("nan")}},
                {"schema": 1, "class": "Blank", "parameters": {"dt": {}}},
                {"schema": 1, "class": "Blank", "parameters": {"dt": {"array": 3}}},
                {"schema": 1, "class": "Blank", "parameters": {"t": "soon"}},
                {"schema": 1, "class": "Blank", "parameters": {"size": {"class": "Blank", "parameters": {}}}},
                array(FRAMES, sha256=3),
                array(FRAMES, sha256="0" * 64),
                array(FRAMES, sha256=...),
                array(FRAMES, shape=...),
                array(FRAMES, shape=[1, 1, 2, 4, 6]),
                array(FRAMES, shape=[1, 1, 2, 4, 2.5]),
                array(FRAMES, shape=[10**30, 0]),
                array(FRAMES, shape="12"),
                array(FRAMES, shape={}),
                array(FRAMES, shape=NESTED),
                array(FRAMES, shape=[-1]),
                array(FRAMES, base64="A" * 10_000_000),
                array(FRAMES, base64="ä"),
                array(FRAMES, base64="A"),
                array(FRAMES, base64="\0" * 16),
                array(FRAMES, base64=12),
                array(FRAMES, base64=["A"]),
                array(FRAMES, base64=...),
            ]
        )
    ],
)
def test_strangers_recipes_are_refused_by_name(wrong: Any) -> None:
    with pytest.raises((RecipeError, KnobError)) as caught:
        from_recipe(wrong)
    assert len(str(caught.value)) < 500


def test_an_array_where_a_number_belongs() -> None:
    told = array(FRAMES)["parameters"]["sequence"]
    for field in ("dt", "size", "max_frames", "first"):
        with pytest.raises(KnobError, match=f"SequenceStream.{field}"):
            from_recipe({"schema": 1, "class": "SequenceStream", "parameters": {"sequence": told, field: told}})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["array", "class", "shape", "x"]), inner),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    st.sampled_from(["Blank", "RandomStream", "SequenceStream"]), st.sampled_from(["size", "t", "dt", "seed", "sequence"]), JSON
)
def test_any_json_makes_a_stream_or_a_named_error(cls: str, field: str, value: Any) -> None:
    try:
        film = from_recipe({"schema": 1, "class": cls, "parameters": {field: value}})
    except WorkbenchError:
        return
    assert isinstance(film, Stream)
