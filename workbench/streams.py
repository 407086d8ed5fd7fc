"""The catalogue: every stream there is, one line each. A new stimulus is its own file and one line here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .core import recipe as _recipe
from .core.sequence import SequenceStream as SequenceStream
from .core.stream import Blank as Blank
from .core.stream import Stream as Stream
from .stimuli.noise import RandomStream as RandomStream


def catalogue() -> dict[str, type[Stream]]:
    """Gives every stream of the catalogue by name.

    >>> "RandomStream" in catalogue()
    True
    """
    found = {name: value for name, value in globals().items() if isinstance(value, type) and value is not Stream}
    return {name: value for name, value in found.items() if issubclass(value, Stream)}


def from_recipe(recipe: object, *own_classes: type[Stream], arrays: Iterable[object] = ()) -> Any:  # noqa: ANN401 - of any class
    """Gives the stream that a recipe (a dict, as `stream.recipe()` gives it) makes.

    Only classes of the catalogue and those handed in can be built. Arrays that the recipe holds only by hash are
    handed in too. Raises `RecipeError`, or what the class raises for its parameters.

    >>> film = RandomStream((4, 5), seed=7)
    >>> from_recipe(film.recipe()) == film
    True
    """
    return _recipe.build(recipe, catalogue() | {own.__name__: own for own in own_classes}, arrays)
