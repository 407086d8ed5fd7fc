"""The hook of the site: makes the pages that the package itself can tell, so that nothing is said twice.

A stream in the catalogue, a model, a public function, a kind of file and a decision each appear by themselves.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("MPLBACKEND", "Agg")
sys.path.insert(0, str(Path(__file__).parent))

import layer_pages
import reference
import snippets
import stream_pages
import tables
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent.parent
TOLD_AT_THE_ROOT = {"contributing.md": "CONTRIBUTING.md", "changes.md": "CHANGELOG.md"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that are made, and their places in the navigation."""
    made = {**stream_pages.pages(), **layer_pages.pages(), **reference.pages(), **_from_the_root()}
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    decisions = sorted(file.src_uri for file in files.documentation_pages() if file.src_uri.startswith("decisions/0"))
    config.nav = [_with_pages(entry, [*made, *decisions]) for entry in config.nav or []]
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Puts tables in the place of `<!-- name -->`, and under each piece of code what it prints and draws."""
    if page.file.generated_by:
        return markdown
    for name, table in tables.TABLES.items():
        mark = f"<!-- {name} -->"
        if mark in markdown:
            markdown = markdown.replace(mark, table())
    markdown, pictures = snippets.run(markdown, page.file.src_uri)
    folder = page.file.src_uri.rpartition("/")[0]
    for name, png in pictures.items():
        files.append(File.generated(config, f"{folder}/{name}".lstrip("/"), content=png))
    return markdown


def _from_the_root() -> dict[str, str]:
    """Pages that GitHub and this site both show; their links into docs/ lead elsewhere here."""
    texts = {name: (ROOT / file).read_text("utf-8") for name, file in TOLD_AT_THE_ROOT.items()}
    return {
        name: text.replace("](docs/decisions)", "](decisions/index.md)").replace("](docs/", "](") for name, text in texts.items()
    }


def _with_pages(entry: Any, names: Iterable[str]) -> Any:
    """A navigation entry `Title: folder/index.md`, with the pages of that folder below it."""
    if not isinstance(entry, dict):
        return entry
    ((title, value),) = entry.items()
    if isinstance(value, list):
        return {title: [_with_pages(one, names) for one in value]}
    folder, _, page = value.rpartition("/")
    below = [name for name in names if name.startswith(f"{folder}/") and name.endswith(".md")] if page == "index.md" else []
    return {title: [value, *below]} if below else entry
