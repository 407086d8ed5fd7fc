"""A page for each model and filter: what it computes, a picture of it, its parameters, methods and errors."""

from __future__ import annotations

import layer_pictures
import parts

from workbench import models, streams
from workbench.core.knob import knobs
from workbench.core.layer import Layer


def pages() -> dict[str, str | bytes]:
    """Gives the files of all models by name."""
    made: dict[str, str | bytes] = {}
    for name, cls in _sorted():
        pictures = layer_pictures.of(cls)
        made |= {f"models/{picture.file}": picture.png for picture in pictures}
        made[f"models/{name}.md"] = _page(name, cls, pictures)
    return made


def table() -> str:
    """Gives every model and filter with its first line."""
    rows = (f"| [`{name}`]({name}.md) | `workbench.{_room(cls)}` | {parts.first_line(cls)} |" for name, cls in _sorted())
    return "\n".join(("| name | room | what it is |", "|---|---|---|", *rows))


def _sorted() -> list[tuple[str, type[Layer]]]:
    """Models first, each room by name."""
    return sorted(streams.layers().items(), key=lambda one: (_room(one[1]) == "filters", one[0]))


def _room(cls: type[Layer]) -> str:
    return "models" if hasattr(models, cls.__name__) else "filters"


def _page(name: str, cls: type[Layer], pictures: list[layer_pictures.Picture]) -> str:
    return parts.joined(
        f"# {name}",
        parts.told(cls),
        _stages(cls),
        *(parts.figure(one.file, one.caption, one.title, "drawn") for one in pictures),
        parts.signature(cls, f"workbench.{_room(cls)}"),
        parts.parameters(cls),
        parts.methods(cls),
        parts.errors_of(cls),
        parts.source(cls),
        "How a model is shown a film (`run`, `reset`, `state` …): [Layer](../reference/models.md).",
    )


def _stages(cls: type[Layer]) -> str:
    """The stages with their equations, of a model that describes them."""
    if not hasattr(cls, "describe"):
        return ""
    seed = {"seed": 0} if "seed" in knobs(cls) else {}  # one drawn would change from build to build
    return f"## Stages\n\n{layer_pictures.SYMBOLS}\n\n{cls(**seed).describe()}"
