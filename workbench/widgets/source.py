"""Source: the files of `js/` as the one module text that a page loads. No bundler: imports are followed and left out."""

from __future__ import annotations

import posixpath
import re
from importlib.resources import files

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
_FOLDER = files(__package__) / "js"


def module(entry: str) -> str:
    """Gives the text of `entry` with every file it imports before it, each once: an ES module without imports.

    >>> "import {" in module("bench.js")
    False
    """
    texts: dict[str, str] = {}
    _collect(entry, texts)
    return "\n".join(texts.values())


def style(*names: str) -> str:
    """Gives the text of style sheets, one after the other."""
    return "\n".join((_FOLDER / name).read_text("utf-8") for name in names)


def _collect(name: str, texts: dict[str, str]) -> None:
    text = (_FOLDER / name).read_text("utf-8")
    for found in _IMPORT.findall(text):
        imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), found))
        if imported not in texts:
            _collect(imported, texts)
    texts[name] = _EXPORT.sub("", _IMPORT.sub("", text))
