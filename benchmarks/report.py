"""The report: measured.json, a table and two plots in docs/benchmarks. `python -m benchmarks.report` draws them anew."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from workbench import streams

from .timing import Row, Timed
from .versus import declared

FOLDER = Path(__file__).parent.parent / "docs" / "benchmarks"
YARDSTICKS = "Own yardsticks"  # rows that are no comparison with a peer
Report = dict[str, Any]


def write(machine: dict[str, str], rows: list[tuple[Row, Timed | None]]) -> None:
    """Writes what was found, the table and the plots."""
    found = {row.name: {"ratio": row.measured, **({} if times is None else times._asdict())} for row, times in rows}
    FOLDER.mkdir(parents=True, exist_ok=True)
    report = rounded({"machine": machine, "found": found})
    (FOLDER / "measured.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draw()


def rounded(value: Any) -> Any:
    """Gives numbers with four digits: no clock tells more."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def read() -> Report:
    """Gives what was measured last."""
    report: Report = json.loads((FOLDER / "measured.json").read_text("utf-8"))
    return report


def draw() -> None:
    """Writes the table and the plots of what was measured last."""
    from .plot import THEMES, plot

    report = read()
    (FOLDER / "table.md").write_text(table(report), "utf-8")
    for name, theme in THEMES.items():
        plot(report, theme, FOLDER / f"{name}.png")


def table(report: Report) -> str:
    """Gives every declared comparison, then the yardsticks, as Markdown; what was not measured says so."""
    found = dict(report["found"])
    lines = [
        "Ratio: time of ours / time of the peer for the same work; below 1 ours is faster. In brackets the middle half of the",
        "single turns. Before anything is timed both are checked to give the same frames as float32: the same values but for",
        "rounding, and where they are random the same mean and spread. Binary noise and OpenCV's retina are other films of the",
        "same size. Files that are written are read back and compared.",
        "",
        *(f"- {name}: {value}" for name, value in list(report["machine"].items())[:3]),
        f"- versions: {', '.join(f'{name} {value}' for name, value in list(report['machine'].items())[3:])}",
    ]
    for family, group in groupby(declared(), lambda one: one.family):
        lines += ["", f"**{family}**", "", "| ours | work | peer | ratio | ours, ms | peer, ms |", "|---|---|---|---|---|---|"]
        lines += [f"| `{one.ours}` | {one.work} | {one.peer} | {_figures(found.pop(one.name, None))} |" for one in group]
    if alone := sorted({*streams.catalogue(), *streams.layers()} - {one.ours for one in declared()}):
        lines += ["", f"Compared with nothing: {', '.join(f'`{name}`' for name in alone)}; benchmarks/peers/ declares no peer."]
    lines += ["", f"**{YARDSTICKS}**", "", "| what / yardstick | ratio |", "|---|---|"]
    lines += [f"| {name} | {one['ratio']:.2g} |" for name, one in found.items()]
    return "\n".join(lines) + "\n"


def _figures(times: dict[str, float] | None) -> str:
    if times is None:
        return "not measured | |"
    spread = f"**{times['ratio']:.2g}** ({times['low']:.2g} … {times['high']:.2g})"
    return f"{spread} | {_ms(times['ours'])} | {_ms(times['theirs'])}"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:,.0f}" if seconds > 0.1 else f"{1000 * seconds:.3g}"


if __name__ == "__main__":
    draw()
