"""The plot of all ratios on a log axis, for a light page and for a dark one: a line for each of ours, a dot for each peer."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from .versus import declared

TICKS = {0.01: "1/100", 0.1: "1/10", 0.2: "1/5", 0.5: "1/2", 1: "1", 2: "2", 5: "5", 10: "10", 100: "100"}
LIMITS = (0.0016, 250)
LABEL = 40  # letters that stand beside a line
WIDTH, LEFT, LINE, CAPTION, TOP = 9.0, 1.95, 0.21, 0.27, 0.55  # inches
Dots = list[tuple[float, str]]  # ratio, peer


class Theme(NamedTuple):
    """Colours of a page, and of what is faster and slower on it."""

    ground: str
    ink: str
    muted: str
    grid: str
    faster: str
    slower: str


THEMES = {
    "plot": Theme("#ffffff", "#1f2328", "#656d76", "#e3e6ea", "#2a78d6", "#d9541e"),
    "plot_dark": Theme("#0d1117", "#e6edf3", "#8b949e", "#262c33", "#4493f8", "#f0883e"),
}


def lines(report: dict[str, Any]) -> dict[str, dict[str, Dots]]:
    """Gives what is drawn: by family, by our name, the ratios and peers from the fastest for us to the slowest."""
    measured = [one for one in declared() if one.name in report["found"]]
    drawn: dict[str, dict[str, Dots]] = {}
    for family, group in groupby(measured, lambda one: one.family):
        for one in group:
            dots = drawn.setdefault(family, {}).setdefault(one.ours, [])
            dots.append((report["found"][one.name]["ratio"], one.peer))
            dots.sort()
    return drawn


def plot(report: dict[str, Any], theme: Theme, path: Path) -> None:
    """Draws every measured ratio; on each side the peers at both ends are named."""
    drawn = lines(report)
    high = TOP + sum(CAPTION + LINE * len(ours) for ours in drawn.values()) + 0.25
    figure = plt.figure(figsize=(WIDTH, high), facecolor=theme.ground)
    axes = figure.add_axes((LEFT / WIDTH, 0, 1 - (LEFT + 0.1) / WIDTH, 1 - TOP / high))
    _frame(axes, theme, high - TOP)
    place = 0.0
    for family, ours in drawn.items():
        place += CAPTION
        _left(axes, place - 0.02, family, color=theme.muted, weight="bold", fontsize=8)
        for name, dots in ours.items():
            place += LINE
            _left(axes, place, name, color=theme.ink, fontsize=8.5)
            _dots(axes, theme, place, dots)
    figure.savefig(path, dpi=160, facecolor=theme.ground)
    plt.close(figure)


def _frame(axes: Axes, theme: Theme, high: float) -> None:
    axes.set_facecolor(theme.ground)
    axes.set(xscale="log", xlim=LIMITS, ylim=(high, 0))
    axes.set_xticks(list(TICKS), list(TICKS.values()))
    axes.set_xticks([], minor=True)
    axes.set_yticks([])
    axes.xaxis.tick_top()
    axes.tick_params(colors=theme.muted, labelsize=8, length=0)
    axes.spines[:].set_visible(False)
    axes.grid(axis="x", color=theme.grid, linewidth=0.7)
    axes.axvline(1, color=theme.ink, linewidth=1.2)
    above = {"transform": axes.get_xaxis_transform(), "va": "bottom", "fontsize": 9}
    head = 1 + 0.26 / high
    axes.text(0.93, head, "← ours is faster", color=theme.faster, ha="right", **above)
    axes.text(1.07, head, "the peer is faster →", color=theme.slower, ha="left", **above)
    axes.text(LIMITS[1], head, "time of ours / time of the peer", color=theme.muted, ha="right", **above)


def _left(axes: Axes, place: float, text: str, **how: Any) -> None:
    axes.annotate(text, (0, place), xycoords=axes.get_yaxis_transform(), xytext=(-LEFT * 72 + 6, 0), textcoords="offset points",
                  va="center", **how)  # fmt: skip


def _dots(axes: Axes, theme: Theme, place: float, dots: Dots) -> None:
    ratios = [ratio for ratio, _ in dots]
    axes.plot([min(*ratios, 1), max(*ratios, 1)], [place, place], color=theme.grid, linewidth=2.5, zorder=1)
    for ratio in ratios:
        axes.plot([ratio], [place], "o", color=theme.faster if ratio <= 1 else theme.slower, markersize=5.5,
                  markeredgecolor=theme.ground, markeredgewidth=0.6, zorder=3)  # fmt: skip
    faster = list(dict.fromkeys(peer for ratio, peer in dots if ratio <= 1))
    slower = list(dict.fromkeys(peer for ratio, peer in dots if ratio > 1))
    for peers_, ratio, away, side in ((faster, ratios[0], -7, "right"), (slower, ratios[-1], 7, "left")):
        ends = " … ".join([peers_[0], peers_[-1]][: len(peers_)]) if peers_ else ""
        label = ends if len(ends) < LABEL else peers_[0 if away < 0 else -1]
        axes.annotate(label, (ratio, place), xytext=(away, 0), textcoords="offset points",
                      color=theme.muted, fontsize=7, va="center", ha=side)  # fmt: skip
