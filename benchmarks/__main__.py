"""`python -m benchmarks [family …]`: ours beside its peers, and own yardsticks; fails beyond 1.5 × a written ratio.

`--report` writes what was found to docs/benchmarks and README.md. Peers that are not installed (peers.txt) are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from . import machine, report
from .timing import Row, Timed
from .versus import declared

SLACK = 1.5
COMMANDS = {"__main__", "report", "player"}  # modules that are commands of their own


def main(given: list[str]) -> int:
    """Runs the named families and modules of yardsticks, or all; gives 1 if one is too slow."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "family",
        nargs="*",
        help="families (noise, video …) or modules of yardsticks, by their beginnings",
    )
    parser.add_argument("--turns", type=int, help="turns of each comparison (9, fewer of slow ones)")
    parser.add_argument("--threads", type=int, default=1, help="threads of both sides of a comparison (1; codecs have their own)")
    parser.add_argument("--report", action="store_true", help="write the table and the plot")
    asked = parser.parse_args(given)
    if asked.report and asked.family:
        parser.error("--report is of a whole run: name no family")
    on = machine.described(asked.threads)
    print(*(f"{name}: {value}" for name, value in on.items()), sep="\n")
    print(f"{'ratio':>8} {'written':>8}  ours / theirs")
    rows: list[tuple[Row, Timed | None]] = []
    with warnings.catch_warnings(), contextlib.suppress(KeyboardInterrupt):  # who stops a run still sees what it found
        warnings.simplefilter("ignore")  # those of peers; our own are errors in the tests
        rows.extend(_shown(_rows(asked.family, asked.turns, asked.threads)))
    left_out = sorted({one.peer for one in declared() if one.missing and _chosen(one.family.lower(), asked.family)})
    if left_out:
        print("left out, not installed (benchmarks/peers.txt):", ", ".join(left_out))
    if asked.report:
        report.write(on, rows)
    return int(any(_beyond(row) for row, _ in rows))


def _rows(chosen: list[str], turns: int | None, threads: int) -> Iterator[tuple[Row, Timed | None]]:
    for one in declared():
        if _chosen(one.family.lower(), chosen) and not one.missing:
            found = one.measure(turns, threads)
            yield Row(one.name, found.ratio, one.written), found
    for found in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if found.name not in COMMANDS and _chosen(found.name, chosen):
            module = importlib.import_module(f".{found.name}", __package__)
            if hasattr(module, "rows"):
                yield from ((Row(*row), None) for row in module.rows())


def _chosen(name: str, chosen: list[str]) -> bool:
    return not chosen or name.startswith(tuple(chosen))


def _shown(rows: Iterator[tuple[Row, Timed | None]]) -> Iterator[tuple[Row, Timed | None]]:
    for row, times in rows:
        beyond = "  BEYOND 1.5 ×" if _beyond(row) else ""
        print(f"{row.measured:8.3f} {row.written:8.3f}  {row.name}{beyond}", flush=True)
        yield row, times


def _beyond(row: Row) -> bool:
    return row.measured > SLACK * row.written


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
