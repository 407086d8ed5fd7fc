"""Tables that pages ask for by `<!-- name -->`, each made from what the package declares."""

from __future__ import annotations

from pathlib import Path

import layer_pages
import parts
import reference
import stream_pages

from workbench import streams
from workbench.exporting import kinds

DOCS = Path(__file__).parent.parent


def formats() -> str:
    """Gives every kind of file that a stream reads."""
    rows = []
    for one in streams.formats():
        writer = f"[`{one.writer.__name__}`](reference/files.md)" if one.writer else ""
        suffixes = " ".join(f"`{suffix}`" for suffix in one.suffixes)
        reader = one.reader.__name__
        exact = "as written" if one.exact else "see the writer"
        rows.append(f"| {one.name} | {suffixes} | [`{reader}`](streams/{reader}.md) | {writer} | {exact if writer else ''} |")
    return "\n".join(("| kind | suffixes | reader | writer | what comes back |", "|---|---|---|---|---|", *rows))


def decisions() -> str:
    """Gives the titles of all decisions."""
    files = sorted((DOCS / "decisions").glob("0*.md"))
    titles = (file.read_text("utf-8").partition("\n")[0].removeprefix("# ") for file in files)
    return "\n".join(f"- [{title}]({file.name})" for file, title in zip(files, titles, strict=True))


def error_meanings() -> str:
    """Gives each error with its meaning."""
    rows = (f"| `{name}` | {', '.join(f'`{base.__name__}`' for base in one.__bases__)} | {parts.first_line(one)} |"
            for name, one in parts.ERRORS.items())  # fmt: skip
    return "\n".join(("| error | is also | meaning |", "|---|---|---|", *rows))


def benchmarks() -> str:
    """Gives the measured table and its plot, where there are any; a plot for the dark where there is one."""
    folder = DOCS / "benchmarks"
    plots = [name for name in ("plot", "plot_dark") if (folder / f"{name}.png").exists()]
    schemes = ("#only-light", "#only-dark") if len(plots) == 2 else ("",)
    pictures = (f"![Times, as ratios](benchmarks/{name}.png{scheme})" for name, scheme in zip(plots, schemes, strict=False))
    text = (folder / "table.md").read_text("utf-8") if (folder / "table.md").exists() else ""
    return "\n".join((*pictures, "", text)).strip() or "Nothing is measured yet: `make bench` measures."


TABLES = {
    "streams": stream_pages.table,
    "models": layer_pages.table,
    "reference": reference.table,
    "formats": formats,
    "kinds": kinds.table,
    "decisions": decisions,
    "errors": error_meanings,
    "benchmarks": benchmarks,
}
