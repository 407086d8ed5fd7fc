"""The code of a bench: run in another process it makes the same recipe, and what it cannot hold is said."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated

import numpy as np
import pytest
import torch
from typing_extensions import override

from workbench import streams
from workbench.core import scratch
from workbench.core.block import Block
from workbench.core.errors import RecipeError
from workbench.core.knob import Knob
from workbench.core.layer import Layer
from workbench.core.recipe import content_hash
from workbench.core.stream import Stream
from workbench.filters import LowPass
from workbench.models import Linear
from workbench.streams import NumpyReader, ProcessingStream, RandomStream, SaccadeStream, SequenceStream, TimedResampleStream
from workbench.widgets.bench import bench
from workbench.widgets.description import code
from workbench.widgets.expression import expression, identity

RUN = """
import json, sys
from workbench.core.recipe import content_hash
found = {}
for name, code in json.load(sys.stdin).items():
    *first, last = code.splitlines()
    names = {}
    exec("\\n".join(first), names)
    found[name] = content_hash(eval(last, names).stream.recipe())
print(json.dumps(found))
"""


class Grating(Stream):
    """A stream of one's own."""

    size: tuple[int, int] = (4, 5)
    pixel_per_degree: float = 10.0
    t_zero: float = 0.0
    dt: float = 0.001

    @override
    def read(self, start: int, stop: int) -> Block:
        return torch.ones(1, 1, stop - start, *self.size)


class Live(Grating):
    """A source that shows what is before it."""

    seekable = False


class Doubling(Layer):
    """A model of one's own."""

    gain: Annotated[float, Knob(0, 10, "", "gain")] = 2.0

    @override
    def step(self, block: Block, state: None) -> tuple[Block, None]:
        return self.gain * block, None


def test_the_code_of_every_stream_makes_its_recipe_in_another_process() -> None:
    examples = {name: kind.example() for name, kind in streams.catalogue().items()}
    examples["nested"] = SaccadeStream(TimedResampleStream(RandomStream((9, 12), seed=1), dt=0.02), (16, 20), seed=1)
    told = {name: identity(stream) for name, stream in examples.items()}
    runs = {name: code(stream) for name, stream in examples.items() if "=<…>" not in told[name]["words"]}
    assert set(examples) - set(runs) == {"SequenceStream", "RepeatingStream", "TimedSequenceStream"}
    done = subprocess.run([sys.executable, "-c", RUN], input=json.dumps(runs), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: told[name]["hash"] for name in runs}


def test_the_hash_is_that_of_the_recipe_however_it_was_written() -> None:
    again = json.loads(json.dumps(RandomStream((4, 5), seed=7).recipe()))
    assert identity(RandomStream((4, 5), seed=7)) == {"hash": content_hash(again), "words": ""}
    assert identity(RandomStream((4, 5), seed=8))["hash"] != content_hash(again)


def test_frames_in_memory_have_a_hash_and_must_be_put_into_the_code() -> None:
    film = SequenceStream(np.arange(60.0).reshape(3, 4, 5))
    found = identity(TimedResampleStream(film))
    assert found["words"] == "Before this runs: put the frames of SequenceStream in the place of sequence=<…>."
    assert found["hash"] == content_hash(TimedResampleStream(film).recipe())
    assert identity(film)["hash"] != identity(SequenceStream(np.ones((3, 4, 5))))["hash"]


def test_a_file_that_goes_with_the_kernel_is_asked_for() -> None:
    np.save(scratch.folder() / "mine.npy", np.ones((3, 4, 5)))
    words = identity(NumpyReader(str(scratch.folder() / "mine.npy")))["words"]
    assert words.startswith("Before this runs: copy mine.npy out of the temporary folder")


def test_classes_of_ones_own_are_named_as_they_are_and_asked_for() -> None:
    film = ProcessingStream(Grating(), Doubling(gain=3.0))
    assert expression(film) == "workbench.streams.ProcessingStream(input_stream=Grating(), model=Doubling(gain=3.0))"
    assert identity(film)["words"] == "Before this runs: define Grating; define Doubling."


def test_what_a_model_needs_is_told_beside_the_stimulus_whose_hash_stays_its_own() -> None:
    table = bench(RandomStream((4, 5), seed=7))
    identified = table._parts["identity"]

    def told(model: Layer | None) -> tuple[str, str, str]:
        table.model = model
        identified._worker.wait()
        return tuple(table.parts["identity"][name] for name in ("hash", "words", "model"))

    digest = content_hash(table.stream.recipe())
    assert told(None) == (digest, "", "")
    assert told(Doubling(gain=3.0)) == (digest, "", "Before the model runs: define Doubling.")
    assert told(LowPass()) == (digest, "", "")
    values = "put the values of Linear in the place of receptive_field=<…>"
    assert told(Linear(receptive_field=torch.ones(3, 5, 5))) == (digest, "", f"Before the model runs: {values}.")
    table.close()


def test_what_has_no_recipe_says_so() -> None:
    film = ProcessingStream(RandomStream((4, 5), seed=1), LowPass(), post=lambda block: block)
    with pytest.raises(RecipeError) as error:
        film.recipe()
    assert identity(film) == {"hash": "", "words": f"No recipe: {error.value}"}
    assert identity(Live())["hash"] == ""
    assert "a live source" in identity(Live())["words"]
