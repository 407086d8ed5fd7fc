"""Doctests in docstrings, as fenced code: to Markdown `>>>` is a quotation of a quotation of a quotation."""

from __future__ import annotations

import re
from typing import Any

import griffe


def fenced(text: str) -> str:
    r"""Gives a docstring with its doctests as code blocks.

    >>> print(fenced("A sum.\n\n>>> 1 + 1\n2"))
    A sum.
    <BLANKLINE>
    ```pycon
    >>> 1 + 1
    2
    ```
    """
    parts = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(f"```pycon\n{part}\n```" if part.startswith(">>>") else part for part in parts)


class Doctests(griffe.Extension):
    """What mkdocstrings is handed: the docstrings of the package, fenced."""

    def on_instance(self, *, obj: griffe.Object, **_others: Any) -> None:
        """Called for each object once, before it is written."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)
