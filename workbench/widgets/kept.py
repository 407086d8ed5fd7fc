"""Kept: a trait that holds something of one kind, and refuses whatever else in words that help."""

from __future__ import annotations

from typing import Any

import traitlets

from ..core.cast import shown
from ..core.errors import KnobError


class Kept(traitlets.TraitType[Any, Any]):
    """Something of one `kind`, and nothing else; `words` say what that is, and how to mend it."""

    def __init__(self, kind: type, words: str, **kwargs: Any) -> None:
        self._kind, self._words = kind, words
        super().__init__(**kwargs)

    def validate(self, obj: Any, value: object) -> Any:  # noqa: ARG002 - as traitlets calls it
        if not isinstance(value, self._kind):
            msg = f"Bench.{self.name} = {shown(value)}, is not {self._words}."
            raise KnobError(msg)
        return value
