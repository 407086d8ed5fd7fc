"""A page for each stream of the catalogue: what it is, some of its frames, its parameters, methods and errors."""

from __future__ import annotations

import os

import parts

from workbench import streams
from workbench.core import pixels, scratch

_SHOWN = 8  # frames in a strip …
_SPAN = 320  # … spread over the first of these


def pages() -> dict[str, str | bytes]:
    """Gives the files of all streams by name."""
    made: dict[str, str | bytes] = {}
    for name, cls in sorted(streams.catalogue().items()):
        film = cls.example()
        numbers = _numbers(film)
        made[f"streams/{name}.md"] = _page(name, film, numbers)
        made[f"streams/{name}.png"] = _strip(film, numbers)
        film.close()
    return made


def table() -> str:
    """Gives every stream with its first line and a strip of frames."""
    rows = (
        f"| [`{name}`]({name}.md) | {parts.first_line(cls)} | ![]({name}.png){{ .strip }} |"
        for name, cls in sorted(streams.catalogue().items())
    )
    return "\n".join(("| stream | what it is | example |", "|---|---|---|", *rows))


def _numbers(film: streams.Stream) -> list[int]:
    last = film.first + _SPAN if film.length is None else min(film.first + _SPAN, film.length)
    return [film.first + k * (last - film.first) // _SHOWN for k in range(_SHOWN)]


def _strip(film: streams.Stream, numbers: list[int]) -> bytes:
    bright = pixels.display_range(film.value_range)
    frames = [pixels.to_bytes(film.read(number, number + 1), bright)[0] for number in numbers]
    return pixels.strip(pixels.np.concatenate(frames))


def _page(name: str, film: streams.Stream, numbers: list[int]) -> str:
    low, high = film.value_range
    rows, columns = film.size
    channel = f"; channel 0 of {film.channels}" if film.channels == 2 else ""
    shown = f"Frames {numbers[0]} to {numbers[-1]} of its example, every {numbers[1] - numbers[0]}th{channel}. "
    facts = f"{rows}×{columns} px, dt = {film.dt:g} s, values {low:g} … {high:g}."
    cls = type(film)
    return parts.joined(
        f"# {name}",
        parts.figure(f"{name}.png", shown + facts, f"frames of {name}", "strip"),
        parts.told(cls),
        parts.signature(cls, "workbench.streams"),
        f"## Example\n\n`workbench.streams.{name}.example()` needs no network and no file of yours: {_example(cls)}\n\n"
        f"```python\n{_code(film)}\n```",
        parts.parameters(cls),
        parts.methods(cls),
        parts.errors_of(cls),
        parts.source(cls),
        "What every stream can do (`get`, `read`, slices, `reset`, `replace`, `recipe` …): [Stream](../reference/streams.md).",
    )


def _example(cls: type[streams.Stream]) -> str:
    """What the example is, in the words of its docstring where it has one of its own."""
    told = vars(cls).get("example")
    return parts.first_line(told)[:1].lower() + parts.first_line(told)[1:] if told and told.__doc__ else ""


def _code(film: streams.Stream) -> str:
    """The code of an example; the folder that it draws its files into is another on each machine."""
    return repr(film).replace(f"{scratch.folder()}{os.sep}", "")
