"""Offers: the models that a bench can be given by a choice: every one of the house that needs nothing said, and one's own."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from ... import streams
from ...core.layer import Layer
from ..description import about


@functools.cache
def catalogue() -> Mapping[str, type[Layer]]:
    """Gives every model and filter of this package that can be made with its defaults, by name. The first time takes a while.

    >>> "Retina" in catalogue()
    True
    """
    return {name: kind for name, kind in sorted(streams.layers().items()) if _made(kind) is not None}


class Offers:
    """The models to choose from, in an order that only grows; each as it was when it was last on."""

    def __init__(self) -> None:
        self._kinds: dict[str, type[Layer]] = {}
        self._last: dict[str, Layer] = {}

    def add(self, kinds: Mapping[str, type[Layer]]) -> None:
        """Offers these, too; one's own stays where it has the name of another."""
        for name, kind in kinds.items():
            self._kinds.setdefault(name, kind)

    def keep(self, model: Layer) -> int:
        """Offers a model, in the place of an earlier one of the same name; gives its number."""
        name = type(model).__name__
        self._kinds[name], self._last[name] = type(model), model
        return list(self._kinds).index(name)

    def give(self, number: int) -> Layer:
        """Gives the model of a number; `IndexError` where there is none."""
        name = list(self._kinds)[number]
        return self._last[name] if name in self._last else self._kinds[name]()

    def facts(self) -> list[dict[str, str]]:
        """What a page shows of them."""
        return [{"name": name, "about": about(kind)} for name, kind in self._kinds.items()]


def _made(kind: type[Layer]) -> Layer | None:
    try:
        return kind()
    except Exception:  # noqa: BLE001 - one that wants arguments is not offered, whatever it says of them
        return None
