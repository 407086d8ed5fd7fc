"""`python -m benchmarks`: every benchmark of this folder; fails where one is beyond 1.5 × its written ratio."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from .timing import Row

SLACK = 1.5


def main(chosen: list[str]) -> int:
    """Runs the named benchmarks, or all; gives 1 if one is too slow."""
    failed = 0
    print(f"{'ratio':>8} {'written':>8}")
    for row in _rows(chosen):
        beyond = row.measured > SLACK * row.written
        failed |= beyond
        print(f"{row.measured:8.3f} {row.written:8.3f}  {row.name}{'  BEYOND 1.5 ×' if beyond else ''}", flush=True)
    return int(failed)


def _rows(chosen: list[str]) -> Iterator[Row]:
    for found in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if found.name == "__main__" or (chosen and found.name not in chosen):
            continue
        module = importlib.import_module(f".{found.name}", __package__)
        if hasattr(module, "rows"):
            yield from (Row(*row) for row in module.rows())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
