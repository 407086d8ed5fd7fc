"""Laws that hold for every stream of the catalogue: a new stream falls under them by being listed."""

from __future__ import annotations

import base64
import copy
import functools
import hashlib
import html
import inspect
import io
import itertools
import json
import math
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

import workbench
from workbench import streams
from workbench.core.errors import EndOfStream, KnobError, SeekError, WorkbenchError
from workbench.core.knob import Parameter, knobs
from workbench.core.stream import Stream

CATALOGUE = streams.catalogue()
LIVE = [name for name, cls in CATALOGUE.items() if cls.seekable is False]
every = pytest.mark.parametrize("name", [name for name in CATALOGUE if name not in LIVE])
drawn = settings(max_examples=8, deadline=None, derandomize=True, database=None)
FRAMES = 36  # read at a time
FAR = 2000  # frames into an endless film


@functools.cache
def example(name: str) -> Stream:
    """One example for all laws: its file is drawn once. No law moves its cursor."""
    return CATALOGUE[name].example()


def fresh(name: str) -> Stream:
    return copy.copy(example(name))


def end(film: Stream) -> int:
    return FAR if film.length is None else film.length


def lawful(block: torch.Tensor, film: Stream, frames: int) -> None:
    assert type(block) is torch.Tensor
    assert block.dtype is torch.float32
    assert not block.requires_grad
    assert tuple(block.shape) == (film.batch, film.channels, frames, *film.size)
    assert torch.isfinite(block).all()
    low, high = np.float32(film.value_range)
    assert low <= high
    assert frames == 0 or (low <= block.min().item() and block.max().item() <= high)


def digest(block: torch.Tensor) -> str:
    return hashlib.sha256(repr(tuple(block.shape)).encode() + block.contiguous().numpy().tobytes()).hexdigest()


def stretches(film: Stream) -> st.SearchStrategy[list[int]]:
    """Places to cut at, anywhere in the film, at most `FRAMES` apart in all."""
    start = st.integers(film.first, max(film.first, end(film) - 1))
    widths = st.lists(st.integers(0, FRAMES // 3), min_size=1, max_size=3)
    places = st.tuples(start, widths).map(lambda drawn: np.cumsum([drawn[0], *drawn[1]]).tolist())
    return places.map(lambda cuts: [min(cut, end(film)) for cut in cuts])


@every
def test_shape_type_range(name: str) -> None:
    film = example(name)
    lawful(film.read(film.first, film.first + FRAMES), film, FRAMES)
    lawful(film.read(end(film) - 3, end(film)), film, 3)
    lawful(film.read(film.first, film.first), film, 0)


@every
def test_cut_anywhere_is_the_whole(name: str) -> None:
    film, other = fresh(name), fresh(name)

    @drawn
    @given(stretches(film))
    def law(cuts: list[int]) -> None:
        whole = film.read(cuts[0], cuts[-1])
        pieces = [other.read(a, b) for a, b in itertools.pairwise(cuts)]
        assert torch.equal(torch.cat(pieces, 2), whole)

    law()


@every
def test_cuts_far_apart(name: str) -> None:
    """Longer than the pieces in which streams draw or decode."""
    film, other = example(name), fresh(name)
    places = [film.first + k for k in (0, 59, 60, 61, 130, 200)]
    pieces = [other.read(a, b) for a, b in itertools.pairwise(places)]
    assert torch.equal(torch.cat(pieces, 2), film.read(places[0], places[-1]))


@every
def test_any_order_is_the_same(name: str) -> None:
    film, other = fresh(name), fresh(name)

    @drawn
    @given(st.lists(stretches(film), min_size=2, max_size=3))
    def law(places: list[list[int]]) -> None:
        there = [digest(film.read(cuts[0], cuts[-1])) for cuts in places]
        back = [digest(other.read(cuts[0], cuts[-1])) for cuts in reversed(places)]
        assert there == back[::-1]

    law()


@every
def test_every_frame_has_its_number(name: str) -> None:
    """A film that ignored `start` would pass every other law if all its frames were alike."""
    film = example(name)
    if name == "Blank":
        assert not film.read(0, 9).any()
        return
    far = film.read(film.first, min(end(film), 700))
    assert any(not torch.equal(far[:, :, k], far[:, :, 0]) for k in range(far.shape[2]))


@every
def test_a_block_is_the_callers(name: str) -> None:
    film = fresh(name)
    a, b = film.first, film.first + 6
    block = film.read(a, b)
    before = block.clone()
    film.read(a + 2, b + 6)
    assert torch.equal(block, before)
    block.mul_(-3).add_(7)
    assert torch.equal(film.read(a, b), before)
    film.get(3).fill_(99)
    assert torch.equal(film.read(a, b), before)


@every
def test_looking_does_not_move_the_cursor(name: str) -> None:
    film = fresh(name)
    film.seek(film.first + 5)
    film.read(film.first, film.first + 3)
    film[film.first : film.first + 2], repr(film), film.recipe(), film._repr_html_(), film.available(3), bool(film)
    assert film.position == film.first + 5


@every
def test_a_recipe_makes_an_equal_stream(name: str) -> None:
    film = example(name)
    again = workbench.from_recipe(json.loads(json.dumps(film.recipe())))
    assert type(again) is type(film)
    assert again == film
    assert digest(again.read(film.first, film.first + FRAMES)) == digest(film.read(film.first, film.first + FRAMES))


def test_the_same_frames_in_a_fresh_process() -> None:
    films = {name: example(name) for name in CATALOGUE if name not in LIVE}
    places = {name: (film.first + 7, film.first + 7 + FRAMES) for name, film in films.items()}
    code = (
        "import sys, json, hashlib, workbench\n"
        "for name, (recipe, start, stop) in json.load(sys.stdin).items():\n"
        "    block = workbench.from_recipe(recipe).read(start, stop)\n"
        "    shape = repr(tuple(block.shape)).encode()\n"
        "    print(name, hashlib.sha256(shape + block.contiguous().numpy().tobytes()).hexdigest())\n"
    )
    asked = json.dumps({name: (film.recipe(), *places[name]) for name, film in films.items()})
    told = subprocess.run([sys.executable, "-c", code], input=asked, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    here = {name: digest(film.read(*places[name])) for name, film in films.items()}
    assert dict(line.split() for line in told.stdout.splitlines()) == here


@every
def test_two_threads_read_what_one_reads(name: str) -> None:
    film, first = fresh(name), example(name).first
    places = [(first + 5 * k, first + 5 * k + 9) for k in (0, 7, 2, 9, 4, 1, 8, 3)]
    alone = [digest(example(name).read(*place)) for place in places]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda place: digest(film.read(*place)), places)) == alone


@every
def test_the_cursor(name: str) -> None:
    film = fresh(name)
    first = film.first
    assert film.position == first
    assert torch.equal(film.get(4), film.read(first, first + 4))
    assert torch.equal(film.get(), film.read(first + 4, first + 5))
    assert film.get(0).shape[2] == 0
    assert film.position == first + 5
    assert math.isclose(film.t, film.t_zero + (first + 5) * film.dt)
    assert film.available(100)
    assert film.available(0)
    film.seek(first + 9)
    assert torch.equal(film.get(2), film.read(first + 9, first + 11))
    film.reset()
    assert film.position == first
    singles = [block for block, _ in zip(film, range(3), strict=False)]
    assert torch.equal(torch.cat(singles, 2), film.read(first, first + 3))
    film.seek(end(film) - 5)
    sizes = [block.shape[2] for block, _ in zip(film.blocks(3), range(2), strict=False)]
    assert sizes == ([3, 3] if film.length is None else [3, 2])


@every
def test_slices_are_a_lists(name: str) -> None:
    film = example(name)
    near = st.integers(-9, 9) | st.none()
    if film.length is None:
        assert torch.equal(film[3:9], film.read(3, 9))
        for wrong in (slice(3, None), slice(-3, 9), slice(0, 9, 2)):
            with pytest.raises(KnobError):
                film[wrong]
        return
    numbers = range(film.length)

    @drawn
    @given(near | near.map(lambda k: (k or 0) + film.length), near | near.map(lambda k: (k or 0) + film.length))
    def law(start: int | None, stop: int | None) -> None:
        wanted = numbers[start:stop]
        assume(len(wanted) <= FRAMES)
        block = film[start:stop]
        assert block.shape[2] == len(wanted)
        assert not wanted or torch.equal(block, film.read(wanted[0], wanted[-1] + 1))

    law()
    assert torch.equal(film[-1], film.read(film.length - 1, film.length))


@every
def test_past_the_end(name: str) -> None:
    film = fresh(name)
    if film.length is None:
        with pytest.raises(TypeError):
            len(film)
        return
    last = film.length
    assert len(film) == last
    film.seek(last - 2)
    assert film.available(2)
    assert not film.available(3)
    for act in (lambda: film.read(last - 1, last + 1), lambda: film.seek(last + 1), lambda: film[last]):
        with pytest.raises(EndOfStream):
            act()
    assert film.position == last - 2
    assert film.get(7).shape[2] == 2
    with pytest.raises(EndOfStream):
        film.get(1)
    assert film.position == last
    assert list(film) == []


@every
@pytest.mark.parametrize("verb", ["get", "available", "seek", "blocks"])
def test_negative_numbers_are_refused(name: str, verb: str) -> None:
    film = fresh(name)
    with pytest.raises(KnobError, match=f"{name}.{verb}"):
        getattr(film, verb)(-1)
    for start, stop in ((-1, 2), (0, -1), (4, 2)):
        with pytest.raises(KnobError, match=f"{name}.read"):
            film.read(start, stop)
    assert film.position == film.first


def pickled(film: Stream) -> Any:
    return pickle.loads(pickle.dumps(film))


@every
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled, Stream.replace])
def test_copies_have_their_own_cursor(name: str, copied: Any) -> None:
    film = fresh(name)
    film.get(5)
    other = copied(film)
    assert other == film
    assert other.position == film.position
    assert torch.equal(other.get(3), film.read(film.position, film.position + 3))
    assert film.position == film.first + 5
    try:
        own = hash(film)
    except TypeError:  # it holds frames that can change
        return
    assert hash(other) == own


@every
def test_another_recipe_is_another_stream(name: str) -> None:
    film = fresh(name)
    film.get(2)
    later = film.replace(t_zero=film.t_zero + 1.5)
    assert later != film
    assert film != name
    assert later.position == film.position
    assert math.isclose(later.t, film.t + 1.5)
    with pytest.raises(KnobError, match="sizes"):
        film.replace(sizes=3)


@every
def test_a_seed_is_drawn_once_and_kept(name: str) -> None:
    if "seed" in knobs(CATALOGUE[name]):
        film, other = (example(name).replace(seed=None) for _ in range(2))
        assert film.given()["seed"] not in (None, other.given()["seed"])
        assert film.replace(seed=film.seed) == film


@every
def test_repr_is_the_code_that_makes_it(name: str) -> None:
    film = example(name)
    if "<" not in repr(film):  # code cannot hold an array
        assert eval(repr(film), {**vars(streams), **streams.layers()}) == film


@every
def test_html_is_one_picture_and_no_script(name: str) -> None:
    page = example(name)._repr_html_()
    (png,) = re.findall('src="data:image/png;base64,([^"]*)"', page)
    Image.open(io.BytesIO(base64.b64decode(png, validate=True))).load()
    assert html.escape(repr(example(name))) in page
    assert "<script" not in page
    assert len(page) < 300_000


@every
def test_the_example_shows_something(name: str) -> None:
    film = example(name)
    assert film.size[0] != film.size[1] or "MNIST" in name  # whose pictures are 28×28, by definition
    assert max(film.size) <= 128
    assert film.length is None or film.length >= 200
    assert film.dt > 0
    assert film.pixel_per_degree > 0
    assert film.channels > 0
    film = fresh(name)
    with film:
        film.get(2)
    film.close()
    film.close()


@every
def test_every_parameter_has_words(name: str) -> None:
    cls = CATALOGUE[name]
    assert {"t_zero", "dt"} <= set(knobs(cls))
    for one in knobs(cls).values():
        for part in one.parts or (one,):
            assert part.knob.meaning, f"{name}.{one.name} has no Knob with a meaning"
    public = inspect.getmembers(cls, lambda one: callable(one) or isinstance(one, property))
    bare = [member for member, value in public if member[0] != "_" and not inspect.getdoc(value)]
    assert not bare
    assert cls.__doc__
    assert not cls.__doc__.startswith(f"{name}(")


def put_in(film: Stream, one: Parameter, part: int | None, value: Any) -> Stream:
    """The film with one parameter, or one part of a pair, set to a value."""
    if part is None:
        return film.replace(**{one.name: value})
    pair = list(getattr(film, one.name) or (one.default if one.default not in (None, ...) else (1, 1)))
    pair[part] = value
    return film.replace(**{one.name: tuple(pair)})


def built(make: Any, *args: Any, **changes: Any) -> Stream | None:
    """The film, or None where values that are valid each do not go together."""
    try:
        made: Stream = make(*args, **changes)
    except WorkbenchError as error:
        if "is outside" in str(error):
            raise
        return None
    return made


def numbered(cls: type[Stream]) -> list[tuple[Parameter, int | None, Parameter]]:
    """Every number among the parameters: the parameter, which part of it, and that part."""
    alone = [(one, None, one) for one in knobs(cls).values()]
    parts = [(one, k, part) for one in knobs(cls).values() for k, part in enumerate(one.parts)]
    return [found for found in alone + parts if found[2].type in (int, float) and not found[2].choices]


def past(value: float, kind: type, toward: float) -> float:
    return value + int(math.copysign(1, toward)) if kind is int else math.nextafter(value, toward)


@every
def test_both_ends_of_every_knob(name: str) -> None:
    film = example(name)
    for one, part, number in numbered(CATALOGUE[name]):
        knob = number.knob
        for bound in {knob.low, knob.high, *knob.valid} - {None}:
            assert number.check(bound, name) == bound
            other = built(put_in, film, one, part, number.type(bound))
            if other is None:
                continue
            if math.prod(other.size) <= 512 * 512 and other.available(other.first + 2 - other.position):
                lawful(other.read(other.first, other.first + 2), other, 2)
        for bound, toward in zip(knob.valid, (-math.inf, math.inf), strict=True):
            if bound is not None:
                with pytest.raises(KnobError, match=re.escape(f"{name}.{one.name}")):
                    put_in(film, one, part, past(number.type(bound), number.type, toward))


def values(one: Parameter, now: Any, ranges: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    """Comfortable values of a parameter; sizes small, what is no number as it is."""
    low, high = ranges or (one.knob.low, one.knob.high)
    if one.choices:
        found: st.SearchStrategy[Any] = st.sampled_from(one.choices)
    elif one.parts:
        pairs = ranges or ((),) * len(one.parts)
        found = st.tuples(*(values(part, 1, ends) for part, ends in zip(one.parts, pairs, strict=True)))
    elif one.type is bool:
        found = st.booleans()
    elif one.type is int and low is not None and high is not None:
        found = st.integers(int(low), int(min(high, 12) if one.knob.unit == "px" else high))
    elif one.type is float and low is not None and high is not None:
        found = st.floats(low, high, allow_subnormal=False)
    else:
        return st.just(now)
    return st.none() | found if one.optional else found


@every
def test_drawn_values_make_lawful_films(name: str) -> None:
    film = example(name)
    ranges, given_ = film.ranges(), film.given()
    for key in ranges.keys() - {key for key, one in knobs(film).items() if one.parts}:
        (ranges[key],) = ranges[key]  # a single number is its only part
    choices = {key: values(one, given_[key], ranges.get(key, ())) for key, one in knobs(film).items()}

    @settings(drawn, max_examples=15)
    @given(st.fixed_dictionaries({}, optional=choices))
    def law(changes: dict[str, Any]) -> None:
        other = built(film.replace, **changes)
        if other is None:
            return
        stop = other.first + 5 if other.length is None else min(other.first + 5, other.length)
        block = other.read(other.first, stop)
        lawful(block, other, stop - other.first)
        again = workbench.from_recipe(json.loads(json.dumps(other.recipe())))
        assert again == other
        assert digest(again.read(other.first, stop)) == digest(block)

    law()


def test_live_streams_only_go_on() -> None:
    for name in LIVE:
        film = example(name)
        lawful(film.get(2), film, 2)
        with pytest.raises(SeekError):
            film.read(0, 1)
