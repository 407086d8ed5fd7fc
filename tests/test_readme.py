"""README.md: its tables are what the package declares, its pictures are there, and its examples run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from workbench import streams
from workbench.exporting import kinds

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def row(name: str, cls: type) -> str:
    first = inspect.cleandoc(cls.__doc__ or "").partition("\n")[0].replace("|", r"\|")
    return f"| `{name}` | {first} |"


def told(title: str, classes: Mapping[str, type]) -> str:
    rows = (row(name, cls) for name, cls in sorted(classes.items()))
    return "\n".join((f"| {title} | what it is |", "|---|---|", *rows))


TABLES = {
    "streams": lambda: told("stream", streams.catalogue()),
    "models": lambda: told("model", streams.layers()),
    "files": kinds.table,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_the_package_declares(name: str) -> None:
    table = TABLES[name]()
    written = re.search(rf"<!-- {name} -->\n(.*)<!-- /{name} -->", TEXT, re.DOTALL)
    assert written, f"README.md has no <!-- {name} --> … <!-- /{name} -->"
    assert written[1].strip() == table, f"in README.md, put between the {name} markers:\n\n{table}\n"


def test_its_pictures_are_there() -> None:
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', TEXT)
    assert len(pictures) >= 6
    assert [one for one in pictures if not (ROOT / one).is_file()] == []


def test_its_examples_run() -> None:
    examples = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert examples
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, "README.md", "exec"), names)
    assert getattr(names["frames"], "shape", None) == (20, 50, 50)
