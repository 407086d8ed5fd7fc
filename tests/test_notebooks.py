"""Every notebook runs offline without an error or a warning, its hidden solutions too, and stays small."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))
MOST_GROWTH = 300 << 20  # bytes beyond those of the imported package: a public server gives a kernel 1 GB
NOBODY = "http://127.0.0.1:9"  # in place of the network

SOLUTION = re.compile(r"<details>.*?</details>", re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def with_solutions(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with a code cell for each piece of Python in a hidden solution, after the cell that hides it."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown":
            hidden = SOLUTION.findall(cell.source)
            code = [piece for one in hidden for piece in PYTHON.findall(one)]
            assert sum(one.count("```") for one in hidden) == 2 * len(code), f"a solution that is not found in: {cell.source}"
            cells += [nbformat.v4.new_code_cell(piece) for piece in code]
    notebook.cells = cells
    return notebook


def most_resident(process: int) -> int:
    """The bytes that a process has had at most; those of this moment where the system keeps no account (not Linux)."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return int(psutil.Process(process).memory_info().rss)
    return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) << 10


def run(notebook: nbformat.NotebookNode, folder: Path) -> int:
    """Runs a notebook in a folder; gives by how many bytes its kernel grew. Whatever it says on stderr is a failure."""
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import workbench"))
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment |= {"IPYTHONDIR": str(folder / "ipython"), "http_proxy": NOBODY, "https_proxy": NOBODY}
    with client.setup_kernel(env=environment):
        client.execute_cell(notebook.cells[0], 0)
        process = client.km.provisioner.pid
        before = peak = most_resident(process)
        for k, cell in enumerate(notebook.cells[1:], start=1):
            client.execute_cell(cell, k)
            peak = max(peak, most_resident(process))
            said = [out.text for out in cell.get("outputs", []) if out.get("name") == "stderr"]
            assert said == [], f"{said}, said by:\n{cell.source}"
    return peak - before


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_runs_and_stays_small(name: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "notebooks", ignore=shutil.ignore_patterns(".*"))
    growth = run(with_solutions(nbformat.read(FOLDER / name, 4)), tmp_path / "notebooks")
    assert growth < MOST_GROWTH, f"{name} grew by {growth >> 20} MB"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_is_stored_without_outputs(name: str) -> None:
    notebook = nbformat.read(FOLDER / name, 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []


def of(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(one) for one in sources[:-1]]
    return with_solutions(nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_markdown_cell(sources[-1])]))


def test_a_warning_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="unheard of"):
        run(of("import warnings", "warnings.warn('unheard of')", "no solution"), tmp_path)


def test_a_wrong_solution_is_noticed(tmp_path: Path) -> None:
    hidden = "<details><summary>Solution</summary>\n\n```python\nassert x == 2\n```\n\n</details>"
    with pytest.raises(CellExecutionError, match="x == 2"):
        run(of("x = 1", hidden), tmp_path)


def test_memory_that_is_given_back_counts(tmp_path: Path) -> None:
    growth = run(of("import numpy as np", "np.ones(100 << 17).sum()", "no solution"), tmp_path)
    assert growth > 90 << 20  # of 100
