"""README.md: its table is the catalogue's, and its examples run."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from workbench import streams

TEXT = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def row(name: str, cls: type[streams.Stream]) -> str:
    first = inspect.cleandoc(cls.__doc__ or "").partition("\n")[0].replace("|", r"\|")
    return f"| `{name}` | {first} |"


def table() -> str:
    rows = (row(name, cls) for name, cls in sorted(streams.catalogue().items()))
    return "\n".join(("| stream | what it is |", "|---|---|", *rows))


def test_the_table_is_the_catalogue() -> None:
    written = re.search(r"<!-- streams -->\n(.*)<!-- /streams -->", TEXT, re.DOTALL)
    assert written, "README.md has no <!-- streams --> … <!-- /streams -->"
    assert written[1].strip() == table(), f"in README.md, put between the streams markers:\n\n{table()}\n"


def test_its_examples_run() -> None:
    examples = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert examples
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, "README.md", "exec"), names)
    assert getattr(names["frames"], "shape", None) == (20, 50, 50)
