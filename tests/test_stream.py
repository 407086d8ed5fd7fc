"""The contract of Stream, on small films whose every pixel is known."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
import sys
from dataclasses import KW_ONLY, InitVar
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest
import torch
from typing_extensions import override

import workbench
from workbench.core.block import Block
from workbench.core.errors import EndOfStream, KnobError, SeekError, ShapeError, SinkError
from workbench.core.knob import Knob, PixelPerDegree, Seconds, Seed, Size, TimeStep
from workbench.core.stream import Stream
from workbench.streams import Blank, RandomStream, SequenceStream


class Count(Stream):
    """Frame k is k everywhere; `frames` of them."""

    size: Size = (2, 3)
    pixel_per_degree: PixelPerDegree = 10.0
    frames: Annotated[int, Knob(1, 100, "frames", "frames")] = 20
    t: InitVar[float | None] = None
    _: KW_ONLY
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.5

    @property
    @override
    def length(self) -> int:
        return self.frames

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.arange(start, stop).view(1, 1, -1, 1, 1).expand(1, 1, stop - start, *self.size).clone()


class Live(Stream):
    """A camera that counts."""

    seekable: ClassVar[bool] = False
    size: Size = (2, 3)
    pixel_per_degree: PixelPerDegree = 10.0
    t_zero: Seconds = 1.0
    dt: TimeStep = 0.25

    @override
    def grab(self, count: int) -> Block:
        return torch.full((1, 1, count, *self.size), float(self.position))

    @override
    def read(self, start: int, stop: int) -> Block:
        raise AssertionError


class Broken(Stream):
    """Gives whatever it is told to."""

    size: Size = (2, 3)
    pixel_per_degree: PixelPerDegree = 10.0
    what: Annotated[Any, Knob(meaning="what read gives")] = None
    t_zero: Seconds = 0.0
    dt: TimeStep = 0.5

    @override
    def read(self, start: int, stop: int) -> Block:
        return self.what


def numbers(block: Block) -> list[int]:
    assert (block == block[:, :, :, :1, :1]).all()
    return block[0, 0, :, 0, 0].int().tolist()


def test_get_seek_reset() -> None:
    film = Count()
    assert numbers(film.get()) == [0]
    assert numbers(film.get(np.int64(3))) == [1, 2, 3]
    assert (film.position, film.i, film.t) == (4, 4, 2.0)
    assert numbers(film.get(0)) == []
    assert film.get(0).shape == (1, 1, 0, 2, 3)
    film.seek(18.0)
    assert film.available(2)
    assert not film.available(3)
    assert numbers(film.get(9)) == [18, 19]
    for _ in range(2):
        with pytest.raises(EndOfStream, match=r"20 frames.*reset"):
            film.get(1)
    assert film.position == 20
    assert numbers(film.get(0)) == []
    film.reset()
    assert numbers(film.get(sys.maxsize)) == list(range(20))


def test_iteration_goes_on_and_ends() -> None:
    film = Count()
    film.seek(17)
    assert [numbers(block) for block in film] == [[17], [18], [19]]
    assert list(film) == []
    film.seek(13)
    assert [numbers(block) for block in film.blocks(3)] == [[13, 14, 15], [16, 17, 18], [19]]
    with pytest.raises(KnobError, match=r"Count.blocks\(n\) = 0"):
        film.blocks(0)


@pytest.mark.parametrize("start", [None, *range(-23, 24, 2)])
def test_slices_clip_as_a_lists(start: int | None) -> None:
    film, frames = Count(), list(range(20))
    for stop in (None, *range(-22, 23, 2)):
        assert numbers(film[start:stop]) == frames[start:stop]
    assert film.position == 0


def test_single_frames() -> None:
    film = Count()
    assert numbers(film[-1]) == [19]
    assert numbers(film[3]) == [3]
    for wrong, error in ((20, EndOfStream), (-21, KnobError), (1.5, KnobError), (slice(0, 4, 2), KnobError)):
        with pytest.raises(error):
            film[wrong]


@pytest.mark.parametrize(
    "wrong", ["a", None, ..., (slice(0, 3), 2), 1.5, True, -21, slice("a", "b"), slice(0, 2.5), slice(None, "a")]
)
def test_what_is_no_frame_number_or_slice(wrong: Any) -> None:
    film = Count()
    with pytest.raises(KnobError, match=r"^Count\[.*is not a .*; give film\["):
        film[wrong]
    assert film.position == 0


@pytest.mark.parametrize("kind", [np.int64, np.float32, torch.tensor])
def test_frame_numbers_of_other_types(kind: Any) -> None:
    film = Count()
    assert numbers(film[kind(-2)]) == [18]
    assert numbers(film[kind(3) : kind(-15)]) == [3, 4]


def test_an_endless_film() -> None:
    film = Blank((2, 3))
    assert film.length is None
    assert film
    assert film.available(10**9)
    assert film[5:2].shape == (1, 1, 0, 2, 3)
    with pytest.raises(TypeError, match="endless"):
        len(film)
    for wrong in (slice(None), slice(3, None), slice(None, -1), slice(-3, 3), slice(0, 3, -1)):
        with pytest.raises(KnobError, match=r"Blank\[.*film\[a:b\]"):
            film[wrong]
    with pytest.raises(KnobError, match=r"^Blank\[-1\], .*; give film\["):
        film[-1]


@pytest.mark.parametrize(
    "number",
    [-1, 1.5, "1", None, True, np.array([1, 2]), torch.ones(2), float("nan"), 10**30, pytest.param(-(10**5000), id="huge")],
)
@pytest.mark.parametrize("verb", ["get", "available", "seek", "blocks"])
def test_broken_numbers(verb: str, number: Any) -> None:
    film = Count()
    film.seek(3)
    with pytest.raises(KnobError, match=rf"Count.{verb}.*give 0, 1, 2"):
        getattr(film, verb)(number)
    with pytest.raises(KnobError, match=r"Count.read\(stop\)"):
        film.read(0, number)
    assert film.position == 3


@pytest.mark.parametrize("act", [lambda film: film.read(0, 21), lambda film: film.read(25, 25), lambda film: film.seek(21)])
def test_past_the_end(act: Any) -> None:
    film = Count()
    film.seek(3)
    with pytest.raises(EndOfStream, match=r"past the end \(20 frames\); ask for frames up to 20"):
        act(film)
    assert film.position == 3


def test_a_fault_in_read_leaves_the_cursor() -> None:
    film = Broken(what=np.zeros((3, 2, 3)))
    assert film.get(3).shape == (1, 1, 3, 2, 3)
    with pytest.raises(ShapeError):
        film.get(2)
    assert film.position == 3


@pytest.mark.parametrize(
    "what",
    [
        None,
        "frames",
        np.zeros((4, 2, 3)),
        np.zeros((3, 3, 2)),
        np.zeros((3, 2, 3, 3)),
        np.zeros((2, 1, 3, 2, 3)),
        np.zeros((1, 3, 2, 3)),
    ],
)
def test_what_read_gives_is_checked(what: Any) -> None:
    with pytest.raises(ShapeError, match=r"Broken.read\(0, 3\)"):
        Broken(what=what).read(0, 3)


@pytest.mark.parametrize(("t", "position"), [(None, 0), (0, 0), (0.25, 250), (np.float32(0.5), 500), (0.0014, 1)])
def test_starting_time(t: Any, position: int) -> None:
    assert Blank((2, 3), t=t).position == position
    film = Stream((4, 5), 10, 0.0, t, 0.001)
    assert type(film) is Blank
    assert film.position == position


@pytest.mark.parametrize("t", [float("nan"), float("inf"), "soon", -0.01, [1], 1e300])
def test_a_broken_starting_time(t: Any) -> None:
    with pytest.raises(KnobError, match=r"Blank\.t = "):
        Blank((2, 3), t=t)


def test_a_starting_time_past_the_end() -> None:
    assert Count(t=10).position == 20
    with pytest.raises(EndOfStream):
        Count(t=10.5)
    assert Count(t_zero=-1.0, t=-1).position == 0


def test_replace_keeps_the_place() -> None:
    film = Count()
    film.seek(15)
    assert film.replace(dt=0.1).position == 15
    assert film.replace(frames=30).position == 15
    assert film.replace(frames=10).position == 10
    assert film.replace().get(1)[0, 0, 0, 0, 0] == 15
    assert film.position == 15
    with pytest.raises(KnobError, match=r"Count.replace\(frame=…\), is not one of its parameters; did you mean frames\?"):
        film.replace(frame=3)
    with pytest.raises(KnobError, match="it has size"):
        film.replace(zzz=3)
    with pytest.raises(KnobError, match=r"Count.frames = 0"):
        film.replace(frames=0)


def test_equal_recipes_are_equal_streams() -> None:
    film, other = Count((2, 3)), Count([2.0, 3])
    other.seek(5)
    assert film == other
    assert hash(film) == hash(other)
    assert film != Count((3, 2))
    assert film != Blank((2, 3))
    assert film != "film"
    assert len({film, other, Count((3, 2))}) == 2


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda film: pickle.loads(pickle.dumps(film))])
def test_copies(copied: Any) -> None:
    film = RandomStream((2, 3))
    film.seek(9)
    other = copied(film)
    assert other == film
    assert other.seed == film.seed
    assert other.position == 9
    other.get(3)
    assert film.position == 9


def test_streams_do_not_change() -> None:
    film = Count()
    with pytest.raises(dataclasses.FrozenInstanceError):
        film.frames = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        film.t = 3


def test_repr_tells_what_is_not_default() -> None:
    assert repr(Count()) == "Count()"
    assert repr(Count((2, 4), dt=0.25)) == "Count(size=(2, 4), dt=0.25)"
    assert eval(repr(Count((2, 4), dt=1 / 3))) == Count((2, 4), dt=1 / 3)


def test_what_a_class_does_not_declare_is_as_documented(tmp_path: Path) -> None:
    class Bright(Stream):
        """All bright."""

        light: float = 3.0

        def read(self, start: int, stop: int) -> Any:
            return torch.full((1, 1, stop - start, *self.size), self.light)

    film = Bright(light=2.0)
    assert (film.size, film.pixel_per_degree, film.t_zero, film.dt) == ((50, 50), 10.0, 0.0, 0.001)
    assert "dt" not in film.given()
    assert workbench.from_recipe(film.recipe(), Bright) == film == copy.copy(film)
    assert workbench.bench(film).stream.dt == 0.001
    workbench.save(film, tmp_path / "film.npy", frames=3)
    assert workbench.from_file(tmp_path / "film.npy", Bright)[0:3].shape == (1, 1, 3, 50, 50)


def test_a_stream_without_read_is_abstract() -> None:
    class Half(Stream):
        """No read yet."""

    with pytest.raises(TypeError, match="abstract"):
        Half()


def test_what_is_no_sink_says_so() -> None:
    with pytest.raises(SinkError, match=r"Count.put.*SequenceStream"):
        Count().put(np.zeros((1, 2, 3)))
    with pytest.raises(TypeError):
        Count().put(np.zeros((1, 2, 3)))


def test_record() -> None:
    film = Count(t_zero=1.0)
    film.seek(4)
    kept = film.record(6)
    assert isinstance(kept, SequenceStream)
    assert numbers(kept.get(99)) == [4, 5, 6, 7, 8, 9]
    assert film.position == 10
    kept.reset()
    assert (kept.t, kept.dt, kept.size, kept.pixel_per_degree) == (3.0, 0.5, (2, 3), 10.0)
    film.seek(18)
    assert len(film.record(6)) == 2
    assert len(Count().record(0)) == 0
    assert Blank((2, 3)).record(6001).length == 6001
    with pytest.raises(EndOfStream):
        film.record(1)


def test_a_live_stream_only_goes_on() -> None:
    film = Live()
    assert numbers(film.get(2)) == [0, 0]
    assert numbers(film.get(1)) == [2]
    assert film.get(0).shape == (1, 1, 0, 2, 3)
    assert (film.position, film.t) == (3, 1.75)
    assert film.available(10**6)
    acts = (lambda: film.read(0, 1), lambda: film.seek(0), film.reset, lambda: film[0:1], lambda: film[0])
    for act in acts:
        with pytest.raises(SeekError, match="live source"):
            act()
    kept = film.record(4)
    assert (len(kept), kept.t) == (4, 1.75)
    assert film.position == 7
    assert "live" in film._repr_html_()
    assert copy.copy(film).position == 0
    assert next(film.blocks(2)).shape[2] == 2


def test_seeds_and_own_classes() -> None:
    class Seeded(Count):
        """Counts with a seed."""

        seed: Seed | None = None

    film = Seeded(frames=5)
    assert film.seed is not None
    assert workbench.from_recipe(film.recipe(), Seeded) == film
    assert re.fullmatch(r"Seeded\(frames=5, seed=\d+\)", repr(film))
    assert film != Count(frames=5)


def test_with_closes() -> None:
    closed = []

    class Closing(Count):
        """Tells when it is closed."""

        @override
        def close(self) -> None:
            closed.append(1)

    with pytest.raises(ZeroDivisionError), Closing() as film:
        assert film.get(1).shape[2] == 1
        1 / 0
    assert closed == [1]
