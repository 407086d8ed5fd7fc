"""Docstrings of public names: each says what it is, the shapes and units of what goes in and out, its errors, its source."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench
from workbench import streams
from workbench.core import errors, layer, output, stream, writer
from workbench.core.knob import knobs
from workbench.files import events

DOORS = ("streams", "filters", "models", "plotting", "exporting", "datasets")
ERRORS = {name for name, one in vars(errors).items() if inspect.isclass(one) and one.__module__ == errors.__name__}
BASES = (stream.Stream, layer.Layer, output.Output, writer.Writer)
NAMED_EVERYWHERE = {"WorkbenchError"}
NEVER = {"to_bytes"}  # functions that refuse only what cannot reach them from a public name: what goes in is a block by then
SHAPE = re.compile(
    r"\b(block|blocks|film|films|array|arrays|picture|pictures|frames?|traces?)\b|[\[(][^\])]*\b(time|height|lag|frames|event)\b"
)
UNIT = re.compile(r"\b(s|ms|µs|seconds?|Hz|deg|degrees?|px|pixels?|frames?|1/ms|mV|unit|units)\b")
WITH_UNIT = {"dt", "tau", "t", "t1", "t2", "t_zero", "sigma", "pixel_per_degree", "tau_undershoot", "sigma_centre", "amplitude"}
# Whoever implements what somebody published says whose: a DOI, or the address of a standard.
PUBLISHED = (
    "filters.IntegrativeMotionSensor", "filters.Izhikevich", "filters.LeakyIntegrateAndFire", "models.LinearNonlinear",
    "models.Retina", "models.difference_of_gaussians", "models.spike_triggered_average", "streams.PoissonMNISTStream",
    "streams.PseudoNMNIST", "streams.SaccadeStream", "streams.MNISTStream",
)  # fmt: skip
SOURCE = re.compile(r"doi 10\.\d{4,}/\S+|https://\S+")


@functools.cache
def public() -> dict[str, Any]:
    """Every class and function that a door shows, by the name that a user would write."""
    found: dict[str, Any] = {}
    for room in (workbench, *(importlib.import_module(f"workbench.{door}") for door in DOORS)):
        for name in dir(room):
            one = getattr(room, name)
            ours = getattr(one, "__module__", "").startswith("workbench.")
            if not name.startswith("_") and ours and (inspect.isclass(one) or inspect.isfunction(one)):
                found.setdefault(f"{room.__name__}.{name}".removeprefix("workbench."), one)
    for one in (events.events, events.frames, events.read_events, events.write_events, events.EventWriter):
        found[f"files.events.{one.__name__}"] = one
    return found


def callables() -> dict[str, tuple[Callable[..., Any], str]]:
    """Public functions and methods, each with all words that a reader of it has: a method's class's, too."""
    found = {}
    for name, one in public().items():
        if inspect.isfunction(one):
            found[name] = (one, words(one))
            continue
        for method, value in vars(one).items():
            if inspect.isfunction(value) and not method.startswith("_") and value.__doc__:
                found[f"{name}.{method}"] = (value, f"{words(value)}\n{words(one)}")
    return found


def words(one: Any) -> str:
    """A docstring, and those of the functions that it says to do as."""
    told = inspect.cleandoc(one.__doc__ or "")
    door = vars(importlib.import_module(one.__module__)) if getattr(one, "__module__", "").startswith("workbench.") else {}
    others = (door.get(name) or public().get(name) for name in re.findall(r"\bas\s+`(?:workbench\.)?(\w+)` does\b", told))
    return "\n".join((told, *(inspect.cleandoc(other.__doc__ or "") for other in others if other)))


@functools.cache
def functions_of(module: str) -> dict[str, ast.AST]:
    tree = ast.parse(Path(inspect.getfile(importlib.import_module(module))).read_text("utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def raised(one: Callable[..., Any]) -> set[str]:
    """The errors that a function names in its own code, and in that of our functions that it calls, however deep."""
    found: set[str] = set()
    left, seen = [(one.__module__, ast.parse(textwrap.dedent(inspect.getsource(one))).body[0])], set()
    while left:
        module, body = left.pop()
        door = vars(importlib.import_module(module))
        caught = {
            id(part)
            for node in ast.walk(body)
            if isinstance(node, ast.ExceptHandler) and node.type
            for part in ast.walk(node.type)
        }
        for node in ast.walk(body):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in ERRORS and id(node) not in caught:
                found.add(name)
            target = door.get(name)
            home = getattr(target, "__module__", "") if inspect.isfunction(target) else module if name.startswith("_") else ""
            if home.startswith("workbench.") and name in functions_of(home) and (home, name) not in seen and name not in NEVER:
                seen.add((home, name))
                left.append((home, functions_of(home)[name]))
    return found - NAMED_EVERYWHERE


def lacking(rows: Iterator[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {what}" for name, what in rows)


def test_every_public_name_says_what_it_is() -> None:
    def rows() -> Iterator[tuple[str, str]]:
        for name, one in public().items():
            first, _, rest = words(one).partition("\n")
            if not one.__doc__ or words(one) == words(object) or first.startswith(f"{one.__name__}("):
                yield name, "has no docstring of its own"
            elif not first.rstrip().endswith((".", ":")) or (rest and not rest.startswith("\n")):
                yield name, f"its first line is no sentence by itself: {first!r}"

    assert not (told := lacking(rows())), told


def test_functions_tell_the_shapes_they_take_and_give() -> None:
    def rows() -> Iterator[tuple[str, str]]:
        for name, (one, text) in callables().items():
            hints = " ".join(map(str, one.__annotations__.values()))
            if re.search(r"Block|Tensor|ndarray|ArrayLike|Field|Events|Values", hints) and not SHAPE.search(text):
                yield name, f"has arrays ({hints}), and no shape"

    assert not (told := lacking(rows())), told


def test_numbers_have_units() -> None:
    def rows() -> Iterator[tuple[str, str]]:
        for name, (one, text) in callables().items():
            given = WITH_UNIT & set(inspect.signature(one).parameters)
            if given and not UNIT.search(text):
                yield name, f"takes {', '.join(sorted(given))}, and no unit"
        for name, cls in {**streams.catalogue(), **streams.layers()}.items():
            for parameter, one in knobs(cls).items():
                for part in one.parts or (one,):
                    if not part.knob.meaning:
                        yield f"{name}.{parameter}", "has no meaning"

    assert not (told := lacking(rows())), told


def test_errors_are_told() -> None:
    def rows() -> Iterator[tuple[str, str]]:
        for name, (one, text) in callables().items():
            for error in sorted(raised(one)):
                if not re.search(rf"\b{error}\b", text):
                    yield name, f"raises {error}, and does not say so"

    assert not (told := lacking(rows())), told


def test_streams_models_and_writers_tell_what_they_raise() -> None:
    """A parameter that is refused is a KnobError everywhere; each page of the site says so under its table."""
    writers = {one.writer.__name__: one.writer for one in streams.formats() if one.writer}

    def rows() -> Iterator[tuple[str, str]]:
        for name, cls in {**streams.catalogue(), **streams.layers(), **writers}.items():
            for hook in ("drawn", "resolved", "read", "step", "write", "finish"):
                if hook in vars(cls):
                    for error in raised(inspect.unwrap(vars(cls)[hook])) - {"KnobError"}:
                        if not re.search(rf"\b{error}\b", words(cls)):
                            yield name, f"raises {error} in {hook}, and does not say so"

    assert not (told := lacking(rows())), told


def test_the_finder_of_errors_finds_them() -> None:
    assert raised(workbench.save) >= {"DataMissing", "KnobError"}
    assert "ShapeError" in raised(workbench.plot), "as_block is called by what it calls"
    assert "ShapeError" in raised(workbench.as_block)


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_published_names_its_source(name: str) -> None:
    assert SOURCE.search(words(public()[name])), f"{name} says not who published it: give a doi"


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.__name__)
def test_what_users_inherit_is_told(base: type) -> None:
    silent = [
        name
        for name, one in vars(base).items()
        if not name.startswith("_") and (inspect.isfunction(one) or isinstance(one, property | classmethod)) and not one.__doc__
    ]
    of_overrides = {name for name in silent if any(getattr(getattr(up, name, None), "__doc__", None) for up in base.__mro__[1:])}
    assert set(silent) <= of_overrides, f"{base.__name__} has no word on {', '.join(sorted(set(silent) - of_overrides))}"
