"""A real JupyterLab and a real Chromium, and a page with a notebook that has run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .lab import Notebook, chromium, slow_line
from .servers import jupyter_lab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
DELAY = 0.075  # seconds, each way

FILM = """
import numpy as np, workbench
film = workbench.streams.SequenceStream(np.arange(20 * 40.0).reshape(20, 5, 8))
bench = workbench.bench(film)
bench
"""
TWO_VIEWS = [FILM, "bench"]
MODEL = """
import workbench
from workbench.filters import LowPass
from workbench.models import Retina
noise = workbench.streams.RandomStream((20, 30), level=100.0, mean=127.0, seed=7)
bench = workbench.bench(noise, model=Retina(seed=3))
bench
"""
BESIDE = [MODEL, "bench"]
ALL_STREAMS = ["import workbench\ngallery = workbench.gallery()\ngallery"]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("lab")
    served = folder / "notebooks"
    shutil.copytree(NOTEBOOKS, served, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (served / "two_views.ipynb").write_text(notebook(TWO_VIEWS))
    (served / "all_streams.ipynb").write_text(notebook(ALL_STREAMS))
    for name in ("model", "model_far"):
        (served / f"{name}.ipynb").write_text(notebook(BESIDE))
    with jupyter_lab(folder, served) as port:
        yield port


def notebook(cells: list[str]) -> str:
    """A notebook of code cells, as JSON."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made = [empty | {"id": f"cell-{k}", "source": source} for k, source in enumerate(cells)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("profile")) as context:
        yield context


@pytest.fixture(scope="module")
def open_notebook(lab: int, browser: Any) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook and runs it; at the end no page may have had an error."""
    opened: list[Notebook] = []

    def open_one(name: str, port: int = lab, **how: str) -> Notebook:
        opened.append(Notebook(browser.new_page(), port, name, **how))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
    assert [error for one in opened for error in one.errors] == []


@pytest.fixture(scope="module", params=["near", "far"])
def first_film(request: pytest.FixtureRequest, lab: int, open_notebook: Callable[..., Notebook]) -> Iterator[Notebook]:
    """The first notebook, once from this machine and once over a line as slow as to a public server."""
    if request.param == "near":
        yield open_notebook("01_first_film.ipynb")
        return
    with slow_line(lab, DELAY) as line:
        yield open_notebook("01_first_film.ipynb", line.port)
